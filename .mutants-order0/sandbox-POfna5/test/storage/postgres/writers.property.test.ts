// @ts-nocheck
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { SyncRecord, SyncRecordStore } from '../../../src/ports/sync-record-store.ts';
import { syncStatuses } from '../../../src/storage/record-kit.ts';
import { record } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../../services.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();
const shops = ['acme.myshopify.com', 'other.myshopify.com'];
const dayMs = 86_400_000;

/** Few keys, so that writers meet on most of them. */
const someRecord: fc.Arbitrary<SyncRecord> = fc
  .record({
    shop: fc.constantFrom(...shops),
    localId: fc.constantFrom(...'abcdefgh'),
    status: fc.constantFrom(...syncStatuses),
    lastSyncedAt: fc.option(fc.integer({ min: 0, max: 3 }).map((day) => 1_790_000_000_000 + day * dayMs)),
    lastError: fc.option(fc.constantFrom('A', 'B').map((code) => ({ code, message: 'no' }))),
  })
  .map(({ localId, ...changes }) => record(localId, changes));

type Step = (store: SyncRecordStore) => Promise<unknown>;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: someRecord.map(
      (one): Step =>
        (store) =>
          store.put(one),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.array(someRecord, { minLength: 2, maxLength: 12 }).map(
      (many): Step =>
        (store) =>
          store.putMany(many),
    ),
  },
  {
    weight: 2,
    arbitrary: someRecord.map(
      ({ shop, localId }): Step =>
        (store) =>
          store.delete(shop, localId),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...shops).map(
      (shop): Step =>
        (store) =>
          store.erase(shop),
    ),
  },
);
const writers = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 5 });

describe('writers on the same records at once', () => {
  const schema = testSchema(url, 'writers');
  beforeAll(() => schema.drop());

  it('never end in an error, and the counts are those of the records', async () => {
    const pool = schema.pool({ max: 6 });
    const [one, other] = [schema.stores({ pool }), schema.stores({ pool })];
    await one.migrate();
    await fc.assert(
      fc.asyncProperty(writers, async (scripts) => {
        await schema.empty();
        const run = async (steps: readonly Step[], index: number): Promise<void> => {
          const { records } = index % 2 === 0 ? one : other;
          for (const next of steps) await next(records);
        };
        await Promise.all(scripts.map(run));

        for (const shop of shops) {
          const listed = await one.records.list(shop, { limit: 1_000 });
          const ofStatus = (status: string): number => listed.filter((found) => found.status === status).length;
          expect(await other.records.counts(shop)).toEqual(
            Object.fromEntries(syncStatuses.map((status) => [status, ofStatus(status)])),
          );
          const ages = await other.records.ageCounts(shop);
          const days = new Map<string, number>();
          for (const { status, lastSyncedAt } of listed) {
            const key = `${status} ${lastSyncedAt === null ? null : Math.floor(lastSyncedAt / dayMs)}`;
            days.set(key, (days.get(key) ?? 0) + 1);
          }
          expect(new Map(ages.map(({ status, day, count }) => [`${status} ${day}`, count]))).toEqual(days);
        }
      }),
      { numRuns: 30 },
    );
  });
});
