// @ts-nocheck
import type { Clock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { Check, Outcomes } from './findings.ts';
import type { Probe } from './shop-checks.ts';

/** The breaker of an app on a shop, as processes share it. */
export interface SharedBreaker {
  readonly shop: string;
  /** Its key in a store. */
  readonly key: string;
  readonly clock: Clock;
  /** Whether the shop answers. */
  readonly probe: Promise<Probe>;
}

/** What a store says about the breaker of the shop. */
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
    return { 'breaker-stuck': { skipped: `${isOpen}, and the shop did not answer the doctor either` } };
  return { 'breaker-stuck': { found: `Calls are stopped though the shop answers: ${isOpen} (key "${key}").` } };
}

/** Looks into the store of the host's module. */
export function breakerCheck(store: Pick<KeyValueStore, 'get'>, breaker: SharedBreaker): Check {
  return { ids: ['breaker-stuck'], run: () => breakerOutcome(store, breaker) };
}
