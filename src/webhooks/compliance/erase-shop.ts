import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { inboxKeysOf, shopPrefix } from '../../storage/keys.ts';
import { type DeadLetterQueue, discardDeadLetters } from './discard-dead-letters.ts';

/** A store that can forget a shop. */
export interface ShopEraser {
  erase(shop: string): Promise<number>;
}

/** What the SDK keeps by shop: the stores of one adapter, or a part of them. */
export interface ErasableStores {
  readonly tokens?: ShopEraser;
  readonly records?: ShopEraser;
  readonly journal?: ShopEraser;
}

/**
 * Erases all that the SDK keeps about a shop: tokens, sync records, journal, marks of webhooks, stock, deliveries that
 * wait, and dead letters of its deliveries. Safe to repeat, and where one store fails the others are erased all the same.
 *
 * @param keep What stays of the keys: those that end with it.
 * @throws AggregateError with what each store threw.
 */
export async function eraseShop(
  store: KeyValueStore,
  stores: ErasableStores,
  shop: string,
  keep: string,
  queue: DeadLetterQueue | undefined,
): Promise<void> {
  const { tokens, records, journal } = stores;
  const erased = await Promise.allSettled([
    ...[tokens, records, journal].map((eraser) => eraser?.erase(shop)),
    eraseKeys(store, shop, keep),
    queue && discardDeadLetters(queue, shop),
  ]);
  const failures = erased.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, `What is kept of ${shop} could not be erased yet.`);
}

async function eraseKeys(store: KeyValueStore, shop: string, keep: string): Promise<void> {
  for await (const key of store.scan(await shopPrefix(shop))) if (!key.endsWith(keep)) await store.delete(key);
  for await (const key of inboxKeysOf(store, shop)) if (!key.endsWith(keep)) await store.delete(key);
}
