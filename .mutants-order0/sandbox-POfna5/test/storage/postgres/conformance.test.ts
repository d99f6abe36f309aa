// @ts-nocheck
import { beforeAll, expect, it } from 'vitest';
import { describeSyncJournal } from '../../../src/testing/conformance/sync-journal.ts';
import { describeSyncRecordStore } from '../../../src/testing/conformance/sync-record-store.ts';
import { postgresOrSkip } from '../../services.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

describe('Postgres', () => {
  const schema = testSchema(url, 'conformance');
  beforeAll(() => schema.drop());

  const pools = [
    ['a pool of ten', schema.pool()],
    // One connection only: work that took a second one inside of a transaction would wait for itself.
    ['a pool of one', schema.pool({ max: 1 })],
  ] as const;
  for (const [name, pool] of pools) {
    const create = async () => {
      await schema.empty();
      return schema.stores({ pool });
    };
    describeSyncRecordStore(`postgresStores on ${name}`, create, { describe, it, expect });
    describeSyncJournal(`postgresStores on ${name}`, create, { describe, it, expect });
  }
});
