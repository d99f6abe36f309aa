import { type CostBook, createCostBook } from '../graphql/cost/estimate.ts';
import { createDocumentParser, type DocumentParser } from '../graphql/document.ts';
import { withDefaults } from '../http/request-options.ts';
import { SeenVersions } from '../http/version-watch.ts';
import type { Clock } from '../internal/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { TokenConnection } from '../ports/token-source.ts';
import { type BreakerPolicy, type BreakerStore, ShopBreaker } from '../resilience/breaker.ts';
import { createRetryBudget, type RetryBudget } from '../resilience/retry.ts';
import type { CommonOptions } from './options.ts';

/** What all clients of a process share. */
interface Runtime {
  /** By test server, or `''` for Shopify itself; each holds the buckets of all apps and shops there. */
  readonly limiters: Map<string, RateLimiter>;
  /** The same for REST calls, which have separate buckets. */
  readonly restLimiters: Map<string, RateLimiter>;
  /** By origin, shop and app. */
  readonly shops: ShopStateCache;
  /** Version and deprecation notices already given: each is given once. */
  readonly noticed: Set<string>;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
  /** The caches of token sources. */
  readonly tokens: TokenConnection['kept'];
}

export function createRuntime(): Runtime {
  return {
    limiters: new Map(),
    restLimiters: new Map(),
    shops: new ShopStateCache(),
    noticed: new Set(),
    documents: createDocumentParser(),
    costs: createCostBook(),
    tokens: new WeakMap(),
  };
}

/** The number is the version of this shape: copies of the package with another shape must not share it. */
const runtimeSymbol = Symbol.for('shopwright.runtime/3');

/** Key under which the `fetch` of a fake Shopify holds the runtime of that fake. */
const fakeSymbol = Symbol.for('shopwright.fake');

/**
 * Returns the runtime of this process. It is stored on `globalThis`, so that clients created for each request, and
 * those of two copies of the module, share one bucket and one breaker per shop. Clients of a fake Shopify use the
 * fake's runtime, since two fakes can have different shops of the same name.
 */
export function processRuntime(fetch: typeof globalThis.fetch | undefined): Runtime {
  const fake = (fetch as { [fakeSymbol]?: object } | undefined)?.[fakeSymbol];
  const scope = (fake ?? globalThis) as { [runtimeSymbol]?: Runtime };
  scope[runtimeSymbol] ??= createRuntime();
  return scope[runtimeSymbol];
}

/** Returns the map's value for a key, and creates it on first use. */
export function shared<T>(map: Map<string, T>, key: string, create: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

/** What identifies a client's shop state, and where to report problems with it. */
interface ShopClient {
  readonly origin: string;
  readonly shop: string;
  readonly app: string;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** Name of the state that the clients of an app and shop share. */
export const stateName = (origin: string, shop: string, app: string): string => `${origin} ${shop} ${app}`;

/** Key in the store under which processes share an open breaker. */
export const breakerKey = (name: string): string => `shopwright:breaker:${name}`;

type BreakerOptions = NonNullable<CommonOptions['breaker']>;

/**
 * Returns the state that all clients of an app and shop share. The first client's breaker options apply to all; a
 * client that sets others gets a warning.
 */
export function shopStateFor(
  { origin, shop, app, clock, logger }: ShopClient,
  cache: ShopStateCache,
  options: BreakerOptions,
  defaults: BreakerPolicy,
): ShopState {
  const name = stateName(origin, shop, app);
  const { store, ...given } = options;
  const policy = withDefaults(defaults, given);
  const state = cache.take(name, () => new ShopState({ shop, key: breakerKey(name), policy, store, clock }));
  const ignored = ignoredOptions(state, options);
  if (logger && ignored.length > 0 && !state.hasWarned) {
    state.hasWarned = true;
    logger.warn(
      { shop, app, options: ignored },
      `an earlier client of this app and shop set up the breaker, so these options have no effect: ${ignored.join(', ')}. ` +
        'Give all clients the same options, or this one isolated: true',
    );
  }
  return state;
}

/** Returns the options that have no effect. A client that sets none accepts those in use. */
function ignoredOptions(state: ShopState, { store, ...given }: BreakerOptions): string[] {
  const names = Object.keys(given) as (keyof BreakerPolicy)[];
  const others = names.filter((name) => given[name] !== undefined && given[name] !== state.policy[name]);
  return [...others, ...(store && store !== state.store ? ['store'] : [])].map((name) => `breaker.${name}`);
}

interface ShopStateSettings {
  readonly shop: string;
  /** Names the app and shop in the store. */
  readonly key: string;
  readonly policy: BreakerPolicy;
  readonly store: BreakerStore | undefined;
  readonly clock: Clock;
}

/** What all clients of one app and shop share. */
export class ShopState {
  readonly policy: BreakerPolicy;
  readonly store: BreakerStore | undefined;
  readonly breaker: ShopBreaker;
  readonly budget: RetryBudget = createRetryBudget();
  readonly seen = new SeenVersions();
  /** Whether ignored options were reported: one warning is enough. */
  hasWarned = false;

  constructor({ shop, key, policy, store, clock }: ShopStateSettings) {
    this.policy = policy;
    this.store = store;
    this.breaker = new ShopBreaker({ shop, policy, clock, sharing: store && { store, key } });
  }
}

/** Milliseconds without a call after which the cache stops keeping a state alive. */
const idleMs = 600_000;

/** Up to this size the cache does not look for idle states. */
const smallSize = 1_000;

interface Place {
  /** Finds the state as long as a client holds it. */
  readonly weak: WeakRef<ShopState>;
  /** Keeps it while it is in use, since clients may be made for each request. */
  strong: ShopState | undefined;
}

/**
 * Keeps the state of each app and shop, so that all clients find the same one. Whenever the cache has doubled, it drops
 * idle states; the next client finds a state that another one still holds. It uses no timer, which would keep the
 * process alive.
 */
export class ShopStateCache {
  readonly #places = new Map<string, Place>();
  #sweepAt = smallSize;

  get size(): number {
    return this.#places.size;
  }

  /** Returns the state of that name, and creates it on first use. */
  take(name: string, create: () => ShopState): ShopState {
    const found = this.#places.get(name);
    const known = found?.strong ?? found?.weak.deref();
    if (known) return known;
    if (this.#places.size >= this.#sweepAt) this.#sweep();
    const state = create();
    this.#places.set(name, { weak: new WeakRef(state), strong: state });
    return state;
  }

  #sweep(): void {
    for (const [name, place] of this.#places) {
      if (place.strong?.breaker.isIdle(idleMs)) letGo(place, place.strong);
      if (!place.strong && !place.weak.deref()) this.#places.delete(name);
    }
    this.#sweepAt = Math.max(smallSize, 2 * this.#places.size);
  }
}

/** Stops keeping the state alive, until a client that still holds it uses it again. */
function letGo(place: Place, state: ShopState): void {
  place.strong = undefined;
  state.breaker.onNextUse(() => {
    place.strong = state;
  });
}
