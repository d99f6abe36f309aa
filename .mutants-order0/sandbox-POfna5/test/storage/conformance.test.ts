// @ts-nocheck
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { memoryStores } from '../../src/storage/memory.ts';
import { describeSyncJournal } from '../../src/testing/conformance/sync-journal.ts';
import { describeSyncRecordStore } from '../../src/testing/conformance/sync-record-store.ts';

const runner = { describe, it, expect };

const inMemory = () => sqliteStores({ path: ':memory:' });

async function inFile() {
  const folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
  const stores = sqliteStores({ path: join(folder, 'made', 'sync.sqlite'), tablePrefix: 'my_' });
  return {
    ...stores,
    async close() {
      await stores.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

for (const [name, create] of [
  ['memoryStores', memoryStores],
  ['sqliteStores in memory', inMemory],
  ['sqliteStores in a file', inFile],
] as const) {
  describeSyncRecordStore(name, create, runner);
  describeSyncJournal(name, create, runner);
}
