import { type Clock, systemClock } from '../../internal/clock.ts';
import type { Stores } from '../../ports/stores.ts';
import { createGate } from '../gate.ts';
import { createLocks } from '../key-value-store.ts';
import { gatedEngine } from '../keys/gated.ts';
import { createKeyValueStore } from '../keys/key-value-store.ts';
import { createMemoryJournal } from './journal.ts';
import { createMemoryKeys } from './key-engine.ts';
import { createMemoryRecords } from './records.ts';

/** What stores in memory can be made with. */
export interface MemoryStoresOptions {
  /** Clock of times to live and of leases. Default the machine's. */
  readonly clock?: Clock;
}

/**
 * Stores that live as long as the process and share nothing with another: for tests, and where losing the
 * sync records costs no more than comparing every product with Shopify again.
 *
 * @example
 * const stores = memoryStores();
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close();
 */
export function memoryStores({ clock = systemClock }: MemoryStoresOptions = {}): Stores {
  const gate = createGate();
  const keys = gatedEngine(createMemoryKeys(clock), gate);
  const locks = createLocks(keys.locks, clock);
  return {
    records: createMemoryRecords(gate),
    journal: createMemoryJournal(gate),
    keyValue: createKeyValueStore(keys, locks),
    close() {
      locks.close();
      return gate.close();
    },
  };
}
