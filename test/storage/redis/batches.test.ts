import { redisStores } from 'shopwright/storage/redis';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { record, shop } from '../../../src/testing/conformance/sync-records/case.ts';
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
