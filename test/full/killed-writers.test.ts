import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, describe as describeAlways, expect, it } from 'vitest';
import type { Stores } from '../../src/ports/stores.ts';
import { shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { postgresOrSkip } from '../services.ts';
import { openStores } from '../storage/programs/open-stores.ts';
import { startProgram } from '../storage/programs/run.ts';

const kills = 6;
const perBatch = 2_000;

/** Starts the writer, kills it at some moment after its first output, and returns the last round of each kind. */
async function writeAndDie(place: string, firstRound: number, afterMs: number): Promise<Map<string, number>> {
  const writer = startProgram('write-until-killed.ts', [place, String(firstRound)]);
  let problems = '';
  writer.stderr.on('data', (text: Buffer) => {
    problems += text.toString();
  });
  const answered = new Map<string, number>();
  for await (const line of createInterface({ input: writer.stdout })) {
    const [kind = '', round = ''] = line.split(' ');
    answered.set(kind, Number(round));
    if (line === `journal ${firstRound}`) void pause(afterMs).then(() => writer.kill('SIGKILL'));
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  expect(writer.signalCode, problems).toBe('SIGKILL');
  return answered;
}

async function everything<T>(page: (after: T | undefined) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const found = await page(all.at(-1));
    if (found.length === 0) return all;
    all.push(...found);
  }
}

/** The rounds with any entries, each of which must be complete. */
async function wholeRounds({ records, journal }: Stores) {
  const all = await everything<{ localId: string; attempts: number }>((last) =>
    records.list(shop, { limit: 1_000, ...(last && { after: last.localId }) }),
  );
  expect(all).toHaveLength(perBatch);
  expect(new Set(all.map(({ attempts }) => attempts)).size).toBe(1);
  expect((await records.counts(shop)).synced).toBe(perBatch);

  const entries = await everything<{ id: string; at: number }>((last) =>
    journal.list(shop, { limit: 1_000, ...(last && { after: last.id }) }),
  );
  const runs = Map.groupBy(entries, ({ at }) => at);
  for (const [round, run] of runs) expect(run.length, `entries of run ${round}`).toBe(perBatch);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  return { records: all[0]?.attempts ?? 0, journal: [...runs.keys()] };
}

/** `settled` waits until nothing sent by the dead process is still running. */
function itIsAllOrNone(place: string, settled: () => Promise<void>): void {
  it('leaves only complete batches and runs, and all that were confirmed', async () => {
    const stores = openStores(place);
    let round = 1;
    const journaled: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const answered = await writeAndDie(place, round, kill * 37);
      await settled();
      const found = await wholeRounds(stores);
      expect(found.records).toBeGreaterThanOrEqual(answered.get('records') ?? 0);
      for (let done = round; done <= (answered.get('journal') ?? 0); done++) journaled.push(done);
      expect(found.journal).toEqual(expect.arrayContaining(journaled));
      round = Math.max(found.records, ...found.journal) + 1;
    }
    await stores.close();
  });
}

describeAlways('a writer that is killed in the middle, on SQLite,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-killed-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  itIsAllOrNone(join(folder, 'sync.sqlite'), async () => undefined);
});

const { url, describe } = await postgresOrSkip();

describe('a writer that is killed in the middle, on Postgres,', () => {
  const pool = new pg.Pool({ connectionString: url });
  afterAll(async () => {
    await pool.query('drop schema if exists killed_writers cascade');
    await pool.end();
  });
  const busy = "select 1 from pg_stat_activity where application_name = 'killed_writers' and state <> 'idle'";
  itIsAllOrNone(`${url}#killed_writers`, () =>
    expect.poll(async () => (await pool.query(busy)).rows, { timeout: 30_000 }).toEqual([]),
  );
});
