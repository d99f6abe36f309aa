import type { Clock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { Check, Outcomes } from './findings.ts';
import type { Probe } from './shop-checks.ts';

/** The circuit breaker of an app on a shop, which processes share. */
export interface SharedBreaker {
  readonly shop: string;
  /** Its key in a store. */
  readonly key: string;
  readonly clock: Clock;
  /** Whether the shop responds. */
  readonly probe: Promise<Probe>;
}

/** Checks the shop's circuit breaker in a store. */
export async function breakerOutcome(
  store: Pick<KeyValueStore, 'get'>,
  { shop, key, clock, probe }: SharedBreaker,
): Promise<Outcomes> {
  const text = await store.get(key);
  const news = text === undefined ? undefined : parseJson(text);
  const until = isRecord(news) && typeof news['until'] === 'number' ? news['until'] : 0;
  if (until <= clock.now()) return {};
  const isOpen = `the circuit breaker of ${shop} is open until ${new Date(until).toISOString()}`;
  if (!(await probe).ok)
    return { 'breaker-stuck': { skipped: `${isOpen}, and the shop did not respond to the doctor either` } };
  return { 'breaker-stuck': { found: `Calls are stopped although the shop responds: ${isOpen} (key "${key}").` } };
}

/** Checks the breaker in the store of the host's module. */
export function breakerCheck(store: Pick<KeyValueStore, 'get'>, breaker: SharedBreaker): Check {
  return { ids: ['breaker-stuck'], run: () => breakerOutcome(store, breaker) };
}
