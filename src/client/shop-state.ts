import type { Clock } from '../internal/clock.ts';
import { createShopBreaker, type ShopBreaker } from '../resilience/breaker.ts';
import { createRetryBudget, type RetryBudget } from '../resilience/retry-budget.ts';
import { type SharedBreaker, shareBreaker } from '../resilience/shared-breaker.ts';
import type { BreakerPolicy, BreakerState, BreakerStore } from '../resilience/types.ts';

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
