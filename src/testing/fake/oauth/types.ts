import type { ShopState } from '../shops.ts';
import type { StoreTransaction } from '../store/entity-store.ts';
import type { FakeApp } from './apps.ts';

/** Parameters of a token request, whatever its form. */
export type TokenParameters = ReadonlyMap<string, string>;

/** What a grant works with. What it puts into the store stands only if it is granted. */
export interface GrantContext {
  readonly app: FakeApp;
  readonly shop: ShopState;
  readonly store: StoreTransaction;
  /** Wall time in milliseconds since the epoch. */
  readonly now: number;
  readonly parameters: TokenParameters;
}

/** Why a request was refused. */
export interface OAuthProblem {
  readonly status: number;
  /** `error` of the answer, such as `invalid_request`. */
  readonly error: string;
  readonly description: string;
}

/** What a grant comes to: the body of the answer, or why there is none. */
export type Granted =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: OAuthProblem };

/** One way to a token. */
export type Grant = (context: GrantContext) => Granted;
