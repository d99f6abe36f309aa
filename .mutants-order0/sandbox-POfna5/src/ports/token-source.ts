// @ts-nocheck
import type { Clock } from '../internal/clock.ts';
import type { TelemetryListener } from './events.ts';
import type { Logger } from './logger.ts';
import type { Transport } from './transport.ts';

/** Where access tokens come from. Asked after the wait for points, right before a send. */
export interface TokenSource {
  /**
   * The token for one shop.
   *
   * @throws AuthenticationError when there is none.
   */
  get(shop: string, signal?: AbortSignal): Promise<string>;
  /**
   * The token where it is at hand, and `undefined` where `get` must be waited for. May be left out: it spares
   * each call the wait for a promise.
   */
  peek?(shop: string): string | undefined;
  /**
   * Shopify refused `token`. Returns `true` where the next `get` may give another one, so that the
   * call is worth one replay.
   */
  invalidate(shop: string, token: string): Promise<boolean>;
  /**
   * The same source, as one client asks it. A client calls this once, when it is made. May be left out by a source that
   * sends no requests, or that does so in its own way.
   */
  connect?(connection: TokenConnection): TokenSource;
}

/** How a client sends and tells, for a source that asks Shopify for tokens. */
export interface TokenConnection {
  /** Scheme and host of a test server; `undefined` for Shopify itself. */
  readonly origin: string | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Cannot throw. */
  readonly logger: Logger | undefined;
  /** Cannot throw. */
  readonly emit: TelemetryListener | undefined;
  /**
   * What is at hand, for all clients of this process, or of one fake. A source keeps what is its own under an object of
   * its own, such as its token store.
   */
  readonly kept: WeakMap<object, Map<string, unknown>>;
}
