// @ts-nocheck
import { memoryStores } from 'shopwright';
import { redisStores } from 'shopwright/storage/redis';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { syncStatuses } from '../../../src/storage/record-kit.ts';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { redisOrSkip } from '../../services.ts';
import { clients, createRedisBench, type RedisBench } from './redis-bench.ts';

const { url, describe } = await redisOrSkip(2);
const draft = { shop, localId: 'p1', gid: null, runId: null, action: 'create', at: 1, sent: null, before: null };

describe('names of the Redis stores', () => {
  const redis = clients['ioredis 6'](url);
  afterAll(() => redis.quit());
  let bench: RedisBench;
  beforeEach(async () => {
    bench = await createRedisBench(redis);
  });
  afterEach(() => bench.close());

  it.each(['localId', 'runId'] as const)('a brace in a %s reaches no journal of another shop', async (field) => {
    const { journal } = bench.stores;
    const ours = { ...draft, shop: 'x', [field]: 'y}:ids' };
    const theirs = { ...draft, shop: `x}:${field === 'localId' ? 'local' : 'run'}:y`, localId: 'q' };
    await journal.append([ours, theirs]);
    expect(await journal.list('x', { [field]: 'y}:ids' })).toMatchObject([ours]);
    expect(await journal.list(theirs.shop)).toMatchObject([theirs]);
  });
});

describe('a batch of many records in Redis', () => {
  const redis = clients['ioredis 6'](url);
  afterAll(() => redis.quit());

  it('leaves what memory does, whatever stood there before', async () => {
    const bench = await createRedisBench(redis);
    const stores = [bench.stores, memoryStores()];
    const batch = (turn: number) =>
      Array.from({ length: 1_300 }, (_, place) =>
        record(`p${place}`, {
          status: syncStatuses[(place + turn * (place % 3)) % syncStatuses.length] ?? 'pending',
          gid: place % 4 === turn ? null : `gid://shopify/Product/${place + (place % 5) * turn * 10_000}`,
          lastSyncedAt: place % 7 === turn ? null : (20_000 + (place % 3) * turn) * 86_400_000,
          lastError: place % 6 === turn ? { code: 'A', message: `no ${place}` } : null,
        }),
      );
    for (const turn of [0, 1, 2, 2]) {
      const given = batch(turn);
      // The last one of a key counts.
      for (const { records } of stores) await records.putMany([...batch(turn + 1).slice(0, 700), ...given]);
      const [inRedis, inMemory] = await Promise.all(
        stores.map(async ({ records }) => ({
          ages: await records.ageCounts(shop),
          patterns: await records.errorPatterns(shop),
          pages: await Promise.all(
            syncStatuses.map((status) => records.list(shop, { status, after: 'p5', limit: 1_000 })),
          ),
          all: await records.list(shop, { limit: 1_000 }),
          byGid: await Promise.all(
            [0, 1, 4, 1_299].flatMap((place) =>
              [0, 1, 2].map((was) =>
                records.getByGid(shop, `gid://shopify/Product/${place + (place % 5) * was * 10_000}`),
              ),
            ),
          ),
        })),
      );
      expect(inRedis).toEqual(inMemory);
    }
    await bench.close();
  });
});

it('a batch that is larger than the arguments of a call may be is sent whole', { timeout: 60_000 }, async () => {
  const sent: (string | number)[][] = [];
  const answer = async (...call: (string | number)[]): Promise<unknown> => {
    sent.push(call);
    return [Date.now(), '1'];
  };
  const { records, journal } = redisStores({
    redis: { evalsha: answer, eval: answer, scan: async () => ['0', []] },
  });
  const many = 70_000;
  const one = record('p');
  await records.putMany(Array.from({ length: many }, (_, place) => ({ ...one, localId: `p${place}` })));
  expect(sent.at(-1)?.some((argument) => String(argument).includes(`"p${many - 1}"`))).toBe(true);
  const ids = await journal.append(Array.from({ length: many }, () => draft));
  expect(Number(ids.at(-1))).toBe(many);
});
