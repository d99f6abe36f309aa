// @ts-nocheck
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import type { Stores } from 'shopwright/storage/adapter';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler, type WebhookEvent } from 'shopwright/webhooks';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { testSchema } from '../storage/postgres/test-schema.ts';
import { secret } from '../webhooks/signed-delivery.ts';
import { at, fill, jobs, journal, records, shop, tokenStoreOf, tokens, values, webhookId } from './contents.ts';

// What each release has stored is read by this one. At a release, `WRITE_GOLDEN=0.2.0 npx vitest run test/golden` adds a
// folder, with pg_dump of the server's version; the folders of former releases stay as they are.

const written = process.env['WRITE_GOLDEN'];
if (written !== undefined) mkdirSync(join(import.meta.dirname, written), { recursive: true });
const releases = readdirSync(import.meta.dirname).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
const pathOf = (release: string, file: string): string => join(import.meta.dirname, release, file);
const read = (release: string, file: string): string => readFileSync(pathOf(release, file), 'utf8');

/** Reads all that `fill` has written, and does what was accepted and not handled. */
async function expectContents(stores: Stores): Promise<void> {
  for (const record of records) expect(await stores.records.get(shop, record.localId)).toEqual(record);
  expect(await stores.records.counts(shop)).toEqual({
    ...{ pending: 1, syncing: 1, synced: 1, failed: 1, 'deleted-in-shopify': 1 },
  });
  expect(await stores.records.getByGid(shop, 'gid://shopify/Product/42')).toMatchObject({ localId: 'tee' });
  expect(await stores.records.list(shop)).toHaveLength(records.length);

  const entries = await stores.journal.list(shop);
  expect(entries.map(({ id: _id, ...draft }) => draft)).toEqual(journal);
  expect(await stores.journal.list(shop, { runId: 'tuesday' })).toEqual(entries.slice(1));

  expect((await tokenStoreOf(stores).get({ shop }))?.tokens).toEqual(tokens);
  for (const [key, value] of Object.entries(values)) expect(await stores.keyValue.get(key)).toBe(value);

  const seen: WebhookEvent<'orders/create'>[] = [];
  // An hour later: what lies in the inbox for days is given up.
  const clock = createManualClock({ now: at + 3_600_000 });
  const queue = inProcessQueue();
  onTestFinished(() => queue.close({ graceMs: 0 }));
  createWebhookHandler({
    secrets: secret,
    on: { 'orders/create': (event) => void seen.push(event) },
    store: stores.keyValue,
    queue,
    clock,
  });
  await expect.poll(() => seen.length).toBe(1);
  expect(seen[0]).toMatchObject({
    ...{ webhookId, shop, topic: 'orders/create' },
    payload: { email: 'jon@example.com' },
    rawBody: new TextEncoder().encode('{"id":820982911946154500,"email":"jon@example.com"}'),
  });

  // And what was written goes on: a record changes, the journal grows behind what was there.
  const [, , tee] = records;
  if (!tee) throw new Error('There is no record');
  expect(await stores.records.putIf({ ...tee, version: tee.version + 1, status: 'failed' }, tee.version)).toBe(true);
  const [more] = await stores.journal.append(journal.slice(0, 1));
  expect((await stores.journal.list(shop)).map(({ id }) => id)).toEqual([...entries.map(({ id }) => id), more]);
}

const folder = mkdtempSync(join(tmpdir(), 'shopwright-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file as SQL, with the version of its tables. */
function sqlOf(path: string): string {
  using database = new DatabaseSync(path);
  const all = (sql: string): Record<string, unknown>[] => database.prepare(sql).all();
  const literal = (value: unknown): string =>
    value instanceof Uint8Array
      ? `x'${Buffer.from(value).toString('hex')}'`
      : typeof value === 'string'
        ? `'${value.replaceAll("'", "''")}'`
        : String(value);
  const made = all(`select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'`);
  const isTable = ({ type }: Record<string, unknown>): boolean => type === 'table';
  const rows = made.filter(isTable).flatMap(({ name }) =>
    all(`select * from "${name}"`).map((row) => {
      const names = Object.keys(row).map((column) => `"${column}"`);
      return `insert into "${name}" (${names.join(', ')}) values (${Object.values(row).map(literal).join(', ')});`;
    }),
  );
  // Triggers and indexes come after the rows, which they would count once more.
  const [tables, others] = [made.filter(isTable), made.filter((one) => !isTable(one))].map((some) =>
    some.map(({ sql }) => `${sql};`),
  );
  const [version] = all('pragma user_version');
  const [application] = all('pragma application_id');
  return [
    `pragma user_version = ${version?.['user_version']};`,
    `pragma application_id = ${application?.['application_id']};`,
    ...[...(tables ?? []), ...rows, ...(others ?? []), ''],
  ].join('\n');
}

describe('SQLite', () => {
  if (written !== undefined)
    it('is written', async () => {
      const path = join(folder, 'written.db');
      const stores = sqliteStores({ path });
      await fill(stores);
      await stores.close();
      writeFileSync(pathOf(written, 'sqlite.sql'), sqlOf(path));
    });

  it.each(releases)('of %s is read', async (release) => {
    const path = join(folder, `${release}.db`);
    const database = new DatabaseSync(path);
    database.exec(read(release, 'sqlite.sql'));
    database.close();
    await using stores = sqliteStores({ path });
    await expectContents(stores);
  });
});

const postgres = await postgresOrSkip();
postgres.describe('Postgres', () => {
  const name = 'shopwright_golden';
  const { admin, pool, drop } = testSchema(postgres.url, name);

  if (written !== undefined)
    it('is written', async () => {
      await drop();
      const stores = postgresStores({ pool: pool(), schema: name });
      await fill(stores);
      await stores.close();
      const dump = ['--no-owner', '--no-acl', '--inserts', `--schema=${name}`, `--dbname=${postgres.url}`];
      const sql = execFileSync('pg_dump', dump, { encoding: 'utf8' });
      const isKept = (line: string): boolean => !/^(--.*|\\.*|SET .*|SELECT pg_catalog\.set_config.*|\s*)$/.test(line);
      writeFileSync(pathOf(written, 'postgres.sql'), `${sql.split('\n').filter(isKept).join('\n')}\n`);
    });

  it.each(releases)('of %s is read', async (release) => {
    await drop();
    await admin.query(read(release, 'postgres.sql'));
    await using stores = postgresStores({ pool: pool(), schema: name });
    await expectContents(stores);
  });
});

/** A key of Redis without its prefix: the commands that make it, in order. */
type Commands = readonly (readonly string[])[];

const redis = await redisOrSkip(11);
redis.describe('Redis', () => {
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  afterAll(() => connection.disconnect());

  async function commandsOf(prefix: string): Promise<Commands> {
    const commands: string[][] = [];
    for (const key of (await connection.keys(`${prefix.replaceAll(/[{}[\]]/g, '\\$&')}*`)).sort()) {
      // What a command remembers of itself for a while is no data.
      if (key.startsWith(`${prefix}c{`)) continue;
      const type = await connection.type(key);
      if (type === 'string') commands.push(['set', key, (await connection.get(key)) ?? '']);
      if (type === 'hash') commands.push(['hset', key, ...Object.entries(await connection.hgetall(key)).flat()]);
      if (type === 'list') commands.push(['rpush', key, ...(await connection.lrange(key, 0, -1))]);
      if (type === 'set') commands.push(['sadd', key, ...(await connection.smembers(key)).sort()]);
      if (type === 'zset') {
        const scored = await connection.zrange(key, '0', '-1', 'WITHSCORES');
        const pairs = scored.flatMap((member, index) => (index % 2 ? [] : [scored[index + 1] ?? '0', member]));
        commands.push(['zadd', key, ...pairs]);
      }
    }
    return commands.map((command) => command.map((word) => word.replaceAll(prefix, 'PREFIX')));
  }

  async function restore(commands: Commands, prefix: string): Promise<void> {
    onTestFinished(async () => {
      const keys = await connection.keys(`${prefix.replaceAll(/[{}]/g, '\\$&')}*`);
      if (keys.length > 0) await connection.del(...keys);
    });
    for (const command of commands) {
      const [name = '', ...args] = command.map((word) => word.replaceAll('PREFIX', prefix));
      await connection.call(name, ...args);
    }
  }

  const write = (file: string, commands: Commands): void =>
    writeFileSync(pathOf(written ?? '', file), `[\n${commands.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);

  if (written !== undefined)
    it('is written, and a queue on BullMQ', async () => {
      const keyPrefix = `golden-${randomUUID()}`;
      const stores = redisStores({ redis: connection, keyPrefix });
      await fill(stores);
      await stores.close();
      write('redis.json', await commandsOf(keyPrefix));
      const prefix = `{${randomUUID()}}`;
      const queue = bullmqQueue({ connection, prefix });
      for (const job of jobs) await queue.enqueue(job);
      await queue.close();
      write('bullmq.json', await commandsOf(prefix));
    });

  it.each(releases)('of %s is read', async (release) => {
    const keyPrefix = `golden-${randomUUID()}`;
    await restore(JSON.parse(read(release, 'redis.json')), keyPrefix);
    await using stores = redisStores({ redis: connection, keyPrefix });
    await expectContents(stores);
  });

  it.each(releases)('the jobs of %s on BullMQ are done', async (release) => {
    const prefix = `{${randomUUID()}}`;
    await restore(JSON.parse(read(release, 'bullmq.json')), prefix);
    await using queue = bullmqQueue({ connection, prefix });
    const done: unknown[] = [];
    queue.process('push', async ({ job }) => {
      done.push(job.payload);
    });
    await queue.drain();
    expect(done).toHaveLength(jobs.length);
    expect(done).toEqual(expect.arrayContaining(jobs.map(({ payload }) => payload)));
    expect(await queue.deadJobs()).toEqual([]);
  });
});
