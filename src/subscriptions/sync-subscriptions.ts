import { createCalls } from './calls.ts';
import { carryOut } from './carry-out.ts';
import { checkDesired } from './desired.ts';
import { planOf } from './diff.ts';
import { foretell } from './foretell.ts';
import { Ledger } from './ledger.ts';
import { createMemory } from './memory.ts';
import { createOwnership } from './ownership.ts';
import type { SubscriptionReport, SyncSubscriptionsOptions } from './types.ts';

/**
 * Brings the webhook subscriptions of a shop to the list: reads what stands, and creates, changes and deletes only
 * what bears the owner's name (`{owner}__…`) or was set by it before. A second run changes nothing. Subscriptions
 * of the app's configuration file are not touched: the API does not show them.
 *
 * Several runs at the same time come to the same end, since Shopify takes a name once.
 *
 * @returns What has become of each. What failed for one stops no other, and is in `failed`.
 * @throws ValidationError (code `VALIDATION_FAILED`) before anything is sent, with all that does not fit in the list.
 * @throws ConfigError (code `CONFIG_INVALID`) for an owner that does not fit.
 * @throws What the client throws while it reads what stands, and StorageError of the store.
 *
 * @example
 * const report = await syncSubscriptions({
 *   client: shop,
 *   store,
 *   desired: [
 *     { topic: 'products/update', uri: 'https://app.example/webhooks/shopify' },
 *     { topic: 'app/uninstalled', uri: 'pubsub://my-project:uninstalls' },
 *   ],
 * });
 */
export async function syncSubscriptions(options: SyncSubscriptionsOptions): Promise<SubscriptionReport> {
  const { client, store, desired, owner = 'shopwright', dryRun = false, signal } = options;
  const { shop } = client;
  const ownership = createOwnership(owner);
  const wanted = checkDesired(desired, ownership, shop);
  signal?.throwIfAborted();
  const calls = createCalls(client, signal);
  const memory = await createMemory(store, shop, owner);
  const remembered = await memory.read();
  const plan = planOf({ wanted, standing: await calls.read(), remembered, ownership });
  const ledger = new Ledger(plan, remembered, shop);
  if (dryRun) {
    foretell(plan, ledger);
    return ledger.report();
  }
  try {
    await carryOut(plan, { calls, ledger, signal });
  } finally {
    // Also of a run that was cut short: what it has set is ours.
    await memory.write(ledger.standing);
  }
  return ledger.report();
}
