// @ts-nocheck
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeKeyValueStore } from 'shopwright/testing';
import { beforeAll, expect, it } from 'vitest';
import { postgresOrSkip } from '../../services.ts';
import { createClockWithServer } from '../stallable-clock.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

describe('Postgres', () => {
  const schema = testSchema(url, 'key_values');
  beforeAll(() => schema.drop());
  const pool = schema.pool();

  /** Lets time pass for what is stored: the server's clock cannot be set, but the ends of keys can. */
  const shift = async (ms: number): Promise<void> => {
    for (const table of ['shopwright_key_values', 'shopwright_locks']) {
      await schema.admin.query(`update key_values.${table} set expires_at = expires_at - ${ms} where expires_at > 0`);
    }
  };
  const idle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet++) {
      await nextTurn();
      if (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) quiet = 0;
    }
  };

  describeKeyValueStore(
    'postgresStores',
    async () => {
      await schema.empty();
      const { clock, advance, stall } = createClockWithServer({ shift, idle });
      const stores = schema.stores({ pool, clock });
      await stores.migrate();
      return {
        store: stores.keyValue,
        close: () => stores.close(),
        another() {
          const other = schema.stores({ pool, clock });
          return { store: other.keyValue, close: () => other.close() };
        },
        advance,
        stall,
      };
    },
    { describe, it, expect },
    { shared: true },
  );
});
