import { isShopwrightError } from '../errors/errors.ts';
import { type CostBook, createCostBook } from '../graphql/cost/history.ts';
import { createDocumentParser, type DocumentParser } from '../graphql/document.ts';
import { withDefaults } from '../http/request-options.ts';
import type { Clock } from '../internal/clock.ts';
import type { BreakerState } from '../ports/events.ts';
import type { Logger } from '../ports/logger.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import {
  type BreakerPolicy,
  type BreakerStore,
  createShopBreaker,
  type SharedBreaker,
  type ShopBreaker,
  shareBreaker,
} from '../resilience/breaker.ts';
import { createRetryBudget, type RetryBudget } from '../resilience/retry.ts';
import type { Emit } from '../telemetry/telemetry.ts';
import type { CommonOptions } from './options.ts';

/** What all clients of a process share. */
interface Runtime {
  /** By test server, or `''` for Shopify itself; each holds the buckets of all apps and shops there. */
  readonly limiters: Map<string, RateLimiter>;
  /** The same for REST calls, whose buckets are others. */
  readonly restLimiters: Map<string, RateLimiter>;
  /** By origin, shop and app. */
  readonly guards: GuardShelf;
  /** Notices that have been given, so that each is given once. */
  readonly told: Set<string>;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
}

export function createRuntime(): Runtime {
  return {
    limiters: new Map(),
    restLimiters: new Map(),
    guards: createGuardShelf(),
    told: new Set(),
    documents: createDocumentParser(),
    costs: createCostBook(),
  };
}

const place = Symbol.for('shopwright.runtime');

/**
 * The runtime of this process. It hangs on `globalThis`, so that clients made for each request, and
 * those of two copies of the module, follow one bucket and one breaker for each shop.
 */
export function processRuntime(): Runtime {
  const scope = globalThis as { [place]?: Runtime };
  scope[place] ??= createRuntime();
  return scope[place];
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

/** For whom the guards are. */
interface GuardsOwner {
  readonly origin: string;
  readonly shop: string;
  readonly app: string;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly logger: Logger | undefined;
}

/**
 * The guards that all clients of an app and shop share, for one of them. The first client's breaker options hold
 * for all; one that asks for something else is told so.
 */
export function guardsFor(
  owner: GuardsOwner,
  shelf: GuardShelf,
  wanted: NonNullable<CommonOptions['breaker']>,
  defaults: BreakerPolicy,
): ReturnType<ShopGuards['forClient']> {
  const { origin, shop, app, clock, emit, logger } = owner;
  const name = `${origin} ${shop} ${app}`;
  const { store, ...given } = wanted;
  const policy = withDefaults(defaults, given);
  const guards = shelf.take(name, (onUse) =>
    createShopGuards({ shop, key: `shopwright:breaker:${name}`, policy, store, clock, onUse }),
  );
  const others = differences(guards, wanted);
  if (logger && others.length > 0 && guards.sayOnce()) {
    logger.warn(
      { shop, app, options: others },
      `an earlier client of this app and shop has set up the breaker, so these options have no effect: ${others.join(', ')}. ` +
        'Give all of them the same, or this one isolated: true',
    );
  }
  return guards.forClient({
    changed: (state) => emit({ type: 'breaker', shop, state }),
    storeFailed: (error) =>
      logger?.warn(
        { shop, error: isShopwrightError(error) ? error.code : 'UNKNOWN' },
        'the store of the circuit breaker failed',
      ),
  });
}

/** What a client asks for and does not get. Who asks for nothing takes what there is. */
function differences({ terms }: ShopGuards, { store, ...given }: NonNullable<CommonOptions['breaker']>): string[] {
  const names = Object.keys(given) as (keyof BreakerPolicy)[];
  const others = names.filter((name) => given[name] !== undefined && given[name] !== terms.policy[name]);
  return [...others, ...(store && store !== terms.store ? ['store'] : [])].map((name) => `breaker.${name}`);
}

/** What one client hears of the guards that it shares with others. */
interface GuardsListener {
  /**
   * The breaker changed by a call of this client; of calls that end in the same moment, one is told. News from
   * other processes reach the client that called last.
   */
  changed(state: BreakerState): void;
  /** The store by which processes share the breaker failed; the calls go on without it. */
  storeFailed(error: unknown): void;
}

/** What guards are made with: by the first client of an app and shop, for all. */
interface GuardsTerms {
  readonly policy: BreakerPolicy;
  readonly store: BreakerStore | undefined;
}

/** What protects one shop from one app, shared by all its clients. */
export interface ShopGuards {
  readonly terms: GuardsTerms;
  /** `true` the first time: for what is to be said once about them. */
  sayOnce(): boolean;
  /** The breaker and the budget, as one client uses them. */
  forClient(listener: GuardsListener): { readonly breaker: ShopBreaker; readonly budget: RetryBudget };
  /**
   * Whether new guards would do as well: nothing is in flight, and nobody has called for that many
   * milliseconds; where the breaker is not closed, for as long again as it stays open.
   */
  isIdle(forMs: number): boolean;
}

interface ShopGuardsSettings extends GuardsTerms {
  readonly shop: string;
  /** Names the app and shop in the store. */
  readonly key: string;
  readonly clock: Clock;
  /** A client makes use of them. */
  onUse(): void;
}

/** Makes the guards of one app and shop. */
export function createShopGuards({ shop, key, policy, store, clock, onUse }: ShopGuardsSettings): ShopGuards {
  const budget = createRetryBudget();
  let listener: GuardsListener | undefined;
  let wasSaid = false;
  let inFlight = 0;
  let usedAtMs = clock.monotonic();

  let tell: SharedBreaker['tell'] | undefined;
  let breaker = createShopBreaker(shop, policy, clock, (state) => {
    listener?.changed(state);
    tell?.(state);
  });
  if (store) {
    const onError = (error: unknown): void => listener?.storeFailed(error);
    ({ breaker, tell } = shareBreaker(breaker, store, key, policy.openMs, clock, onError));
  }

  return {
    terms: { policy, store },
    sayOnce() {
      const isFirst = !wasSaid;
      wasSaid = true;
      return isFirst;
    },
    forClient(own) {
      const use = (): void => {
        listener = own;
        usedAtMs = clock.monotonic();
        onUse();
      };
      return {
        budget,
        breaker: {
          ...breaker,
          refresh() {
            use();
            return breaker.refresh();
          },
          async run(operation, attempt, judge) {
            use();
            inFlight += 1;
            try {
              return await breaker.run(operation, attempt, (result, state) => {
                // The verdict is what changes the breaker, so who brings it is told.
                use();
                return judge(result, state);
              });
            } finally {
              inFlight -= 1;
            }
          },
        },
      };
    },
    isIdle(forMs) {
      const longEnoughMs = breaker.state() === 'closed' ? forMs : forMs + policy.openMs;
      return inFlight === 0 && clock.monotonic() - usedAtMs >= longEnoughMs;
    },
  };
}

/** Keeps the guards of each app and shop, so that all clients find the same ones. */
export interface GuardShelf {
  readonly size: number;
  /**
   * The guards of that name, made at their first use.
   *
   * @param create Makes them. They call `onUse` each time a client makes use of them.
   */
  take(key: string, create: (onUse: () => void) => ShopGuards): ShopGuards;
}

/** Milliseconds without a call after which guards are kept for living clients only. */
const idleMs = 600_000;

/** Below this size nothing is looked for that could go. */
const smallSize = 1_000;

interface Place {
  /** Finds them as long as a client has them. */
  readonly weak: WeakRef<ShopGuards>;
  /** Keeps them while they are in use, since clients may be made for each request. */
  strong: ShopGuards | undefined;
}

/**
 * Makes an empty shelf. When it has doubled, it lets go of what is idle: guards that no client has any more are
 * forgotten, those of a client that lives stay the ones that the next client finds. No timer: a process that
 * does nothing else shall be able to end.
 */
export function createGuardShelf(): GuardShelf {
  const places = new Map<string, Place>();
  let sweepAt = smallSize;

  const sweep = (): void => {
    for (const [key, place] of places) {
      if (place.strong?.isIdle(idleMs)) place.strong = undefined;
      if (!place.strong && !place.weak.deref()) places.delete(key);
    }
    sweepAt = Math.max(smallSize, 2 * places.size);
  };

  return {
    get size() {
      return places.size;
    },
    take(key, create) {
      const found = places.get(key);
      const known = found?.strong ?? found?.weak.deref();
      if (known) return known;
      if (places.size >= sweepAt) sweep();
      let place: Place | undefined;
      const guards = create(() => {
        if (place) place.strong ??= guards;
      });
      place = { weak: new WeakRef(guards), strong: guards };
      places.set(key, place);
      return guards;
    },
  };
}
