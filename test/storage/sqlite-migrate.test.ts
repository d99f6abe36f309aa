import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { record, shop } from '../../src/testing/conformance/sync-records/case.ts';
import { failure } from './failure.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
  path = join(folder, 'sync.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('sqliteStores with `migrate: manual`', () => {
  it('fail until the host has called migrate(), on these stores or on others', async () => {
    const manual = sqliteStores({ path, migrate: 'manual' });
    const error = await failure(manual.records.get(shop, 'p1'));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain('Call migrate()');

    const deployStep = sqliteStores({ path, migrate: 'manual' });
    await deployStep.migrate();
    await deployStep.migrate();
    await deployStep.close();
    await manual.records.put(record('p1'));
    expect(await manual.records.get(shop, 'p1')).toEqual(record('p1'));
    await manual.close();
  });

  it('make no table before', async () => {
    const manual = sqliteStores({ path, migrate: 'manual' });
    await failure(manual.records.list(shop));
    const database = new DatabaseSync(path);
    expect(database.prepare('select name from sqlite_master').all()).toEqual([]);
    database.close();
    await manual.close();
    expect((await failure(manual.migrate())).message).toContain('closed');
  });
});
