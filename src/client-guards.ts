import type { CommonOptions } from './client/options.ts';
import { createShopGuards, type ShopGuards } from './client/shop-state.ts';
import { isShopwrightError } from './errors/guards.ts';
import type { Clock } from './internal/clock.ts';
import { withDefaults } from './internal/with-defaults.ts';
import type { Logger } from './ports/logger.ts';
import type { GuardShelf } from './resilience/guard-shelf.ts';
import type { BreakerPolicy } from './resilience/types.ts';
import type { Emit } from './telemetry/emit.ts';

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
