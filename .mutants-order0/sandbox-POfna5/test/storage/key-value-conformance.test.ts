// @ts-nocheck
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStores } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { describeKeyValueStore } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { createStallableClock } from './stallable-clock.ts';

const runner = { describe, it, expect };

describeKeyValueStore(
  'memoryStores',
  () => {
    const { clock, advance, stall } = createStallableClock();
    const stores = memoryStores({ clock });
    return { store: stores.keyValue, close: () => stores.close(), advance, stall };
  },
  runner,
);

describeKeyValueStore(
  'sqliteStores in a file',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
    const { clock, advance, stall } = createStallableClock();
    const open = () => sqliteStores({ path: join(folder, 'sync.sqlite'), tablePrefix: 'my_', clock });
    const stores = open();
    return {
      store: stores.keyValue,
      another() {
        const other = open();
        return { store: other.keyValue, close: () => other.close() };
      },
      async close() {
        await stores.close();
        await rm(folder, { recursive: true, force: true });
      },
      advance,
      stall,
    };
  },
  runner,
  { shared: true },
);
