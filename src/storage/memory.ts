import { createGate } from './gate.ts';
import { createMemoryJournal } from './memory-journal.ts';
import { createMemoryRecords } from './memory-records.ts';
import type { Stores } from './types.ts';

/**
 * Stores that live as long as the process and share nothing with another: for tests, and where losing the
 * sync records costs no more than comparing every product with Shopify again.
 *
 * @example
 * const stores = memoryStores();
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close();
 */
export function memoryStores(): Stores {
  const gate = createGate();
  return {
    records: createMemoryRecords(gate),
    journal: createMemoryJournal(gate),
    close: () => gate.close(),
  };
}
