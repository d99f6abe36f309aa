// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { failure } from './failure.ts';
import { sqliteFile } from './sqlite-file.ts';

const { stores, raw } = sqliteFile();

describe('sqliteStores with `migrate: manual`', () => {
  it('fail until the host has called migrate(), on these stores or on others', async () => {
    const manual = stores({ migrate: 'manual' });
    const error = await failure(manual.records.get(shop, 'p1'));
    expect(error).toMatchObject({ isRetryable: false });
    expect(error.message).toContain('Call migrate()');

    const deployStep = stores({ migrate: 'manual' });
    await deployStep.migrate();
    await deployStep.migrate();
    await manual.records.put(record('p1'));
    expect(await manual.records.get(shop, 'p1')).toEqual(record('p1'));
  });

  it('make no table before', async () => {
    const manual = stores({ migrate: 'manual' });
    await failure(manual.records.list(shop));
    expect(raw().prepare('select name from sqlite_master').all()).toEqual([]);
    await manual.close();
    expect((await failure(manual.migrate())).message).toContain('closed');
  });
});
