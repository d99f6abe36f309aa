import type { ResolverContext } from '../graphql/context.ts';
import type { RestReply } from './replies.ts';

/** What an endpoint is asked with. */
export interface RestRequest {
  /** Numbers in the path, as text: they may be too long for a JavaScript number. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  /** The body; whole numbers beyond 2^53 are `bigint`. Empty where none came. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Address of the endpoint without its query, for links to other pages. */
  readonly address: string;
  /** The state, and the caller. */
  readonly unit: ResolverContext;
}

/** One method on one kind of path. */
export interface RestEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{id}` where a number stands, such as `products/{id}.json`. */
  readonly path: string;
  /** Scope that it needs. Default none. */
  readonly scope?: string;
  /** What the body must hold, such as `product`. */
  readonly subject?: string;
  readonly answer: (request: RestRequest) => RestReply;
}

/** A part of a body. */
export type Json = Readonly<Record<string, unknown>>;
