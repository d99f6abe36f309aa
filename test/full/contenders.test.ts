import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, describe as describeAlways, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { openStores } from '../storage/programs/open-stores.ts';
import { runProgram, startProgram } from '../storage/programs/run.ts';

const processes = ['a', 'b', 'c', 'd'];
const contendersEach = 13;
const rounds = 5;
const everyTurn = processes.length * contendersEach * rounds;

type Win =
  | { readonly kind: 'first'; readonly round: number }
  | { readonly kind: 'counter'; readonly value: number }
  | { readonly kind: 'work'; readonly value: number; readonly token: number };

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const ascending = (left: number, right: number): number => left - right;

function itHasOneWinner(place: string): void {
  it('gives each key, each step of a counter and each turn of a lock to exactly one of 52 contenders', async () => {
    await openStores(place).close();
    const ends = await Promise.all(
      processes.map((name) =>
        runProgram('contend.ts', [place, name, ...[contendersEach, rounds, processes.length].map(String)]),
      ),
    );
    for (const { code, errors } of ends) expect(code, errors).toBe(0);
    const wins = ends.flatMap(({ output }) => output.trim().split('\n')).map((line): Win => JSON.parse(line));

    const firsts = wins.flatMap((win) => (win.kind === 'first' ? [win.round + 1] : []));
    expect(firsts.sort(ascending)).toEqual(upTo(rounds));
    const steps = wins.flatMap((win) => (win.kind === 'counter' ? [win.value] : []));
    expect(steps.sort(ascending)).toEqual(upTo(steps.length));
    const turns = wins.flatMap((win) => (win.kind === 'work' ? [win] : []));
    turns.sort((left, right) => left.value - right.value);
    expect(turns.map(({ value }) => value)).toEqual(upTo(everyTurn));
    const tokens = turns.map(({ token }) => token);
    expect(tokens).toEqual([...new Set(tokens)].sort(ascending));
  });

  it('refuses the write of a holder that was frozen for longer than its lease', async () => {
    const holder = startProgram('hold-and-write.ts', [place]);
    const lines = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
    const held = String((await lines.next()).value);
    expect(held).toMatch(/^held \d+$/);
    holder.kill('SIGSTOP');

    const stores = openStores(place);
    const lock = await stores.keyValue.lock('slow', { waitMs: 60_000 });
    expect(lock?.token).toBeGreaterThan(Number(held.split(' ')[1]));
    await stores.keyValue.set('slow', 'fresh', { fence: lock?.token ?? 0 });

    holder.kill('SIGUSR2');
    holder.kill('SIGCONT');
    expect((await lines.next()).value).toBe('outcome LOCK_LOST');
    await once(holder, 'exit');
    expect(await stores.keyValue.get('slow')).toBe('fresh');
    await lock?.release();
    await stores.close();
  });
}

describeAlways('contenders in four processes, on SQLite,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-contenders-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  itHasOneWinner(join(folder, 'sync.sqlite'));
});

const { url, describe } = await postgresOrSkip();

describe('contenders in four processes, on Postgres,', () => {
  afterAll(async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('drop schema if exists contenders cascade');
    await client.end();
  });
  itHasOneWinner(`${url}#contenders`);
});

const redis = await redisOrSkip(3);

redis.describe('contenders in four processes, on Redis,', () => {
  afterAll(async () => {
    const client = new Redis(redis.url);
    const keys = await client.keys('contenders:*');
    if (keys.length > 0) await client.unlink(keys);
    client.disconnect();
  });
  itHasOneWinner(`${redis.url}#contenders:`);
});
