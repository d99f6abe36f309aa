import { type AuthenticationError, isShopwrightError } from '../errors/errors.ts';
import { untilAborted } from '../internal/abort.ts';
import type { TokenConnection, TokenSource } from '../ports/token-source.ts';

/** The cached token of one shop. Times are on the monotonic clock. */
export interface KeptToken {
  accessToken: string | undefined;
  /** When to stop using the token. */
  endsAtMs: number;
  /** When to start renewing the token in the background. */
  renewAtMs: number;
  /** Version of the token store's entry that it comes from. */
  version: string | undefined;
  /** The last token that Shopify refused. */
  refused: string | undefined;
  /**
   * The last token renewed because of a refusal. Until `trustedUntilMs`, its refusal does not trigger another renewal.
   */
  trusted: string | undefined;
  trustedUntilMs: number;
  /** Why there is no token, while the store's entry has this `version`. Requested again from `askAgainAtMs` on. */
  dead:
    | { readonly error: AuthenticationError; readonly version: string | undefined; readonly askAgainAtMs: number }
    | undefined;
  /** The request in flight, shared by all waiting calls. */
  flight: Promise<string> | undefined;
  /** Whether missing fields in this shop's responses have been reported. */
  isToldIncomplete: boolean;
}

/** A token that was found or granted. */
export interface ObtainedToken {
  readonly accessToken: string;
  /** When it expires, on the monotonic clock; infinite if never, and in the past for a token to use once. */
  readonly endsAtMs: number;
  readonly version?: string | undefined;
}

/** A request for a token. */
export interface TokenWish {
  readonly shop: string;
  readonly kept: KeptToken;
  readonly connection: TokenConnection;
}

/** The parts in which sources differ. */
export interface SourceSpec {
  /** Cached tokens are kept under this object. */
  readonly under: object | undefined;
  /** Distinguishes sources kept under the same object, which never share tokens. */
  readonly name: string;
  /** Finds a token other than `kept.refused`, or requests one. At most one call at a time per shop. */
  obtain(wish: TokenWish): Promise<ObtainedToken>;
}

/** Milliseconds for which a renewed token is trusted, however often Shopify refuses it. */
const trustMs = 30_000;

/** Milliseconds until a token that does not expire is looked up in the store again. */
const readAgainMs = 3_600_000;

/** Caches a source's token per shop and renews it in time, with at most one request in flight. */
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
    // The request in flight may return another token.
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

  /** One request at a time, shared by all waiting calls. */
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
    // Ends a little early, since a call takes a while to arrive.
    kept.endsAtMs = endsAtMs - Math.min(2_000, leftMs * 0.05);
    // At a different time in each process, so that the first one renews the token for the others.
    const early = Math.min(600_000, leftMs * 0.15) * (0.7 + Math.random() * 0.3);
    kept.renewAtMs =
      leftMs === Number.POSITIVE_INFINITY ? now + readAgainMs * (1 - Math.random() / 4) : endsAtMs - early;
    return accessToken;
  }

  #renewInBackground(shop: string, kept: KeptToken): void {
    const { clock, logger } = this.#connection;
    this.#fly(shop, kept).catch((error: unknown) => {
      const now = clock.monotonic();
      // Callers still have a valid token; only calls after its expiry get the error.
      const leftMs = Math.max(0, kept.endsAtMs - now);
      kept.renewAtMs = now + Math.min(60_000, Math.max(1_000, leftMs / 4)) * (0.5 + Math.random() / 2);
      const code = isShopwrightError(error) ? error.code : 'UNKNOWN';
      logger?.warn({ shop, error: code }, 'the access token could not be renewed in the background');
    });
  }
}
