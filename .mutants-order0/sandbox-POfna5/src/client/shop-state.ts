// @ts-nocheck
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
  /** The same for REST calls, whose buckets are others. */
  readonly restLimiters: Map<string, RateLimiter>;
  /** By origin, shop and app. */
  readonly shops: ShopStateCache;
  /** Version and deprecation notices that were given, so that each is given once. */
  readonly noticed: Set<string>;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
  /** What token sources have at hand. */
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

/** The number is the shape's version: copies of the package with another shape must not share it. */
const runtimeSymbol = Symbol.for('shopwright.runtime/3');

/** Where the `fetch` of a fake Shopify holds what belongs to that fake. */
const fakeSymbol = Symbol.for('shopwright.fake');

/**
 * The runtime of this process. It hangs on `globalThis`, so that clients made for each request, and
 * those of two copies of the module, follow one bucket and one breaker for each shop. Clients of a fake
 * Shopify have that of the fake: another fake's shop of the same name is another shop.
 */
export function processRuntime(fetch: typeof globalThis.fetch | undefined): Runtime {
  const fake = (fetch as { [fakeSymbol]?: object } | undefined)?.[fakeSymbol];
  const scope = (fake ?? globalThis) as { [runtimeSymbol]?: Runtime };
  scope[runtimeSymbol] ??= createRuntime();
  return scope[runtimeSymbol];
}

/** The map's value of that key, made at its first use. */
export function shared<T>(map: Map<string, T>, key: string, create: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

/** One client, as far as the state of its shop is concerned. */
interface ShopClient {
  readonly origin: string;
  readonly shop: string;
  readonly app: string;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** Names what the clients of an app and shop share. */
export const stateName = (origin: string, shop: string, app: string): string => `${origin} ${shop} ${app}`;

/** Where a store has the news of an open breaker. */
export const breakerKey = (name: string): string => `shopwright:breaker:${name}`;

type BreakerOptions = NonNullable<CommonOptions['breaker']>;

/**
 * The state that all clients of an app and shop share, for one of them. The first client's breaker options hold
 * for all; one that asks for something else gets a warning.
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
      `an earlier client of this app and shop has set up the breaker, so these options have no effect: ${ignored.join(', ')}. ` +
        'Give all of them the same, or this one isolated: true',
    );
  }
  return state;
}

/** What a client asks for and does not get. Who asks for nothing takes what there is. */
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
  /** Whether a client was warned of options that have no effect: once is enough. */
  hasWarned = false;

  constructor({ shop, key, policy, store, clock }: ShopStateSettings) {
    this.policy = policy;
    this.store = store;
    this.breaker = new ShopBreaker({ shop, policy, clock, sharing: store && { store, key } });
  }
}

/** Milliseconds without a call after which a state is kept for living clients only. */
const idleMs = 600_000;

/** Below this size nothing is looked for that could go. */
const smallSize = 1_000;

interface Place {
  /** Finds the state as long as a client has it. */
  readonly weak: WeakRef<ShopState>;
  /** Keeps it while it is in use, since clients may be made for each request. */
  strong: ShopState | undefined;
}

/**
 * Keeps the state of each app and shop, so that all clients find the same one. When it has doubled, it lets go of
 * what is idle: a state that no client has any more is forgotten, that of a client that lives stays the one that the
 * next client finds. No timer: a process that does nothing else must be able to end.
 */
export class ShopStateCache {
  readonly #places = new Map<string, Place>();
  #sweepAt = smallSize;

  get size(): number {
    return this.#places.size;
  }

  /** The state of that name, made at its first use. */
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

/** Keeps the state no longer, until a client that still has it uses it again. */
function letGo(place: Place, state: ShopState): void {
  place.strong = undefined;
  state.breaker.onNextUse(() => {
    place.strong = state;
  });
}
