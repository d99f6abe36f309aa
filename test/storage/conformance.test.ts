import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { memoryStores } from '../../src/storage/memory.ts';
import { describeSyncRecordStore } from '../../src/testing/conformance/sync-record-store.ts';

const runner = { describe, it, expect };

describeSyncRecordStore('memoryStores', memoryStores, runner);

describeSyncRecordStore('sqliteStores in memory', () => sqliteStores({ path: ':memory:' }), runner);

describeSyncRecordStore(
  'sqliteStores in a file',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
    const stores = sqliteStores({ path: join(folder, 'made', 'sync.sqlite'), tablePrefix: 'my_' });
    return {
      ...stores,
      async close() {
        await stores.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  runner,
);
