// @ts-nocheck
import { type AuthenticationError, isShopwrightError } from '../errors/errors.ts';
import { untilAborted } from '../internal/abort.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';

/** What is at hand for one shop. Times are moments on the monotonic clock. */
export interface KeptToken {
  accessToken: string | undefined;
  /** From here on it is not used any more. */
  endsAtMs: number;
  /** From here on it is renewed in the background. */
  renewAtMs: number;
  /** Names the state of the token store that it is from. */
  version: string | undefined;
  /** The last one that Shopify refused. */
  refused: string | undefined;
  /** The last one that was renewed for a refusal: until `trustedUntilMs` its own refusal is no reason to do it again. */
  trusted: string | undefined;
  trustedUntilMs: number;
  /** Why there is none, as long as the store is in the state `version`: asked again from `askAgainAtMs` on. */
  dead:
    | { readonly error: AuthenticationError; readonly version: string | undefined; readonly askAgainAtMs: number }
    | undefined;
  /** What is on its way, for all who wait. */
  flight: Promise<string> | undefined;
  /** Whether it was said that responses for this shop lack fields. */
  isToldIncomplete: boolean;
}

/** A token that was found or granted. */
export interface ObtainedToken {
  readonly accessToken: string;
  /** Moment on the monotonic clock at which it ends; infinite for one that does not expire, and past for one to use once. */
  readonly endsAtMs: number;
  readonly version?: string | undefined;
}

/** What a token is wanted for. */
export interface TokenWish {
  readonly shop: string;
  readonly kept: KeptToken;
  readonly connection: TokenConnection;
}

/** What makes one source different from another. */
export interface SourceSpec {
  /** What is at hand is kept under this object. */
  readonly under: object | undefined;
  /** Tells apart sources that are kept under the same object, and never give each other's tokens. */
  readonly name: string;
  /** Finds a token other than `kept.refused`, or has one made. Called once at a time for each shop. */
  obtain(wish: TokenWish): Promise<ObtainedToken>;
}

/** Milliseconds for which a renewed token is trusted, however often Shopify refuses it. */
const trustMs = 30_000;

/** Milliseconds until a token that does not expire is looked up in the store again. */
const readAgainMs = 3_600_000;

/** Keeps what one source has got for each shop, renews it in time, and has one request under way at most. */
export class ConnectedSource implements TokenSource {
  readonly #spec: SourceSpec;
  readonly #connection: TokenConnection;
  readonly #keptByName: Map<string, unknown>;

  constructor(spec: SourceSpec, connection: TokenConnection) {
    this.#spec = spec;
    this.#connection = connection;
    const under = spec.under ?? connection.kept;
    this.#keptByName = connection.kept.get(under) ?? new Map();
    connection.kept.set(under, this.#keptByName);
  }

  peek(shop: string): string | undefined {
    const kept = this.#keptFor(shop);
    const now = this.#connection.clock.monotonic();
    if (now >= kept.endsAtMs) return undefined;
    if (now >= kept.renewAtMs && !kept.flight) this.#renewInBackground(shop, kept);
    return kept.accessToken;
  }

  async get(shop: string, signal?: AbortSignal): Promise<string> {
    const token = this.peek(shop);
    if (token !== undefined) return token;
    const flight = this.#fly(shop, this.#keptFor(shop));
    return signal ? untilAborted(flight, signal) : flight;
  }

  async invalidate(shop: string, token: string): Promise<boolean> {
    const kept = this.#keptFor(shop);
    // What is on its way may bring another one.
    if (kept.flight && (await kept.flight) !== token) return true;
    if (kept.accessToken !== undefined && kept.accessToken !== token) return true;
    const now = this.#connection.clock.monotonic();
    if (token === kept.trusted && now < kept.trustedUntilMs && now < kept.renewAtMs) return false;
    kept.refused = token;
    kept.accessToken = undefined;
    kept.endsAtMs = Number.NEGATIVE_INFINITY;
    kept.trusted = await this.#fly(shop, kept);
    kept.trustedUntilMs = this.#connection.clock.monotonic() + trustMs;
    return kept.trusted !== token;
  }

  #keptFor(shop: string): KeptToken {
    const name = `${this.#spec.name} ${this.#connection.origin ?? ''} ${shop}`;
    let kept = this.#keptByName.get(name) as KeptToken | undefined;
    if (!kept) {
      kept = {
        accessToken: undefined,
        endsAtMs: Number.NEGATIVE_INFINITY,
        renewAtMs: Number.NEGATIVE_INFINITY,
        version: undefined,
        refused: undefined,
        trusted: undefined,
        trustedUntilMs: Number.NEGATIVE_INFINITY,
        dead: undefined,
        flight: undefined,
        isToldIncomplete: false,
      };
      this.#keptByName.set(name, kept);
    }
    return kept;
  }

  /** One at a time, for all who wait. */
  #fly(shop: string, kept: KeptToken): Promise<string> {
    kept.flight ??= this.#obtain(shop, kept).finally(() => {
      kept.flight = undefined;
    });
    return kept.flight;
  }

  async #obtain(shop: string, kept: KeptToken): Promise<string> {
    const connection = this.#connection;
    const { accessToken, endsAtMs, version } = await this.#spec.obtain({ shop, kept, connection });
    const now = connection.clock.monotonic();
    const leftMs = endsAtMs - now;
    kept.accessToken = accessToken;
    kept.version = version;
    kept.dead = undefined;
    // Not up to its last moment, for a call takes a while to arrive.
    kept.endsAtMs = endsAtMs - Math.min(2_000, leftMs * 0.05);
    // At another moment in each process, so that one of them has renewed it when the others look.
    const early = Math.min(600_000, leftMs * 0.15) * (0.7 + Math.random() * 0.3);
    kept.renewAtMs =
      leftMs === Number.POSITIVE_INFINITY ? now + readAgainMs * (1 - Math.random() / 4) : endsAtMs - early;
    return accessToken;
  }

  #renewInBackground(shop: string, kept: KeptToken): void {
    const { clock, logger } = this.#connection;
    this.#fly(shop, kept).catch((error: unknown) => {
      const now = clock.monotonic();
      // Its callers have a token still; who comes when it has ended hears the error.
      const leftMs = Math.max(0, kept.endsAtMs - now);
      kept.renewAtMs = now + Math.min(60_000, Math.max(1_000, leftMs / 4)) * (0.5 + Math.random() / 2);
      const code = isShopwrightError(error) ? error.code : 'UNKNOWN';
      logger?.warn({ shop, error: code }, 'the access token could not be renewed in the background');
    });
  }
}
