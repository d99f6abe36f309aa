// @ts-nocheck
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { StorageError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { draft, idsOf } from '../../src/testing/conformance/sync-journal-harness.ts';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { failure } from './failure.ts';
import { sqliteFile } from './sqlite-file.ts';

const file = sqliteFile();
const { stores, raw } = file;

describe('the journal', () => {
  it('can be read, but not written, while another connection holds the lock', async () => {
    const { journal } = stores({ busyTimeoutMs: 0 });
    await journal.append([draft('p1')]);
    const other = raw();
    other.exec('begin immediate');
    for (const write of [() => journal.append([draft('p2')]), () => journal.prune(shop, 2e12)]) {
      const error = await failure(write());
      expect(error).toMatchObject({ isRetryable: true });
      expect(String(error)).toContain('raise busyTimeoutMs');
    }
    expect(await idsOf(journal)).toEqual(['p1']);
    other.exec('commit');
    await journal.append([draft('p2')]);
    expect(await idsOf(journal)).toEqual(['p1', 'p2']);
  });

  it('leaves a file alone that is no database, and is made once that is gone', async () => {
    const text = 'These are the notes of somebody, and no database.\n'.repeat(100);
    await writeFile(file.path, text);
    const { journal } = stores();
    for (const call of [() => journal.append([draft('p1')]), () => journal.list(shop)]) {
      const error = await failure(call());
      expect(error).toMatchObject({ isRetryable: false });
      expect(String(error)).toContain('is not a SQLite database. Name another path');
    }
    expect(await readFile(file.path, 'utf8')).toBe(text);
    await rm(file.path);
    await journal.append([draft('p1')]);
    expect(await idsOf(journal)).toEqual(['p1']);
  });

  it.each([
    ['sent', '\'{"title":\''],
    ['sent', "'[1]'"],
    ['before', '\'"text"\''],
    ['before', "x'00'"],
    ['action', "x'00ff'"],
    ['at', "'yesterday'"],
  ])('leaves out an entry that is damaged in column %s (%s), and names it', async (column, value) => {
    const skipped: StorageError[] = [];
    const { journal } = stores({ onSkippedRecord: (told) => skipped.push(told) });
    const [, id = ''] = await journal.append([draft('p1'), draft('p2'), draft('p3')]);
    raw().exec(`update shopwright_sync_journal set ${column} = ${value} where local_id = 'p2'`);
    expect(await idsOf(journal)).toEqual(['p1', 'p3']);
    expect(await idsOf(journal, { limit: 2 })).toEqual(['p1', 'p3']);
    expect(await idsOf(journal, { order: 'newest', limit: 2 })).toEqual(['p3', 'p1']);
    expect(skipped).toHaveLength(1);
    const [error] = skipped;
    expect(error).toMatchObject({ isRetryable: false, shop });
    for (const part of [id, shop, `column ${column}`, `after: '${id}'`]) expect(String(error)).toContain(part);
    expect(await idsOf(journal, { limit: 1 })).toEqual(['p1']);
    expect(await idsOf(journal, { after: id })).toEqual(['p3']);
    expect(await idsOf(journal, { after: id, order: 'newest' })).toEqual(['p1']);
    expect(await idsOf(journal, { localId: 'p3' })).toEqual(['p3']);
    await journal.append([draft('p4')]);
    expect(await idsOf(journal, { after: id })).toEqual(['p3', 'p4']);
  });

  it.each(["'abc'", '-7', '1.5'])(
    'leaves out an entry with a damaged id (%s), and does not offer to read on by it',
    async (id) => {
      const skipped: StorageError[] = [];
      const { journal } = stores({ onSkippedRecord: (told) => skipped.push(told) });
      await journal.append([draft('p1'), draft('p2'), draft('p3')]);
      raw().exec(`update shopwright_sync_journal set id = ${id} where local_id = 'p2'`);
      expect(await idsOf(journal)).toEqual(['p1', 'p3']);
      const [error] = skipped;
      expect(error).toMatchObject({ isRetryable: false, shop });
      for (const part of [id.replaceAll("'", ''), shop, 'column id', 'backup']) expect(String(error)).toContain(part);
      expect(String(error)).not.toContain('after:');
      expect(await idsOf(journal, { localId: 'p3' })).toEqual(['p3']);
    },
  );

  it.each(["'abc'", '-7', '9007199254740991'])(
    'gives out no ids when the last one that it gave is damaged (%s)',
    async (id) => {
      const { journal } = stores();
      await journal.append([draft('p1')]);
      raw().exec(`update shopwright_sync_journal_heads set last_id = ${id}`);
      const error = await failure(journal.append([draft('p2')]));
      expect(error).toMatchObject({ isRetryable: false, shop });
      for (const part of [shop, 'shopwright_sync_journal_heads', 'last_id']) expect(String(error)).toContain(part);
      expect(await idsOf(journal)).toEqual(['p1']);
      await journal.append([draft('p3', { shop: 'other.myshopify.com' })]);
    },
  );
});

describe('the records', () => {
  it.each(['\'{"input":\'', "'[]'", "'5'", "x'00'"])(
    'name one whose last sync data are damaged (%s)',
    async (value) => {
      const skipped: StorageError[] = [];
      const { records } = stores({ onSkippedRecord: (error) => skipped.push(error) });
      await records.putMany([record('p1'), record('p2'), record('p3')]);
      raw().exec(`update shopwright_sync_records set last_sync_data = ${value} where local_id = 'p2'`);
      expect(await records.list(shop)).toEqual([record('p1'), record('p3')]);
      expect(skipped).toHaveLength(1);
      for (const error of [await failure(records.get(shop, 'p2')), skipped[0]]) {
        expect(error).toMatchObject({ isRetryable: false, shop });
        for (const part of ['"p2"', shop, 'column last_sync_data', 'records.delete'])
          expect(String(error)).toContain(part);
      }
      expect(await records.get(shop, 'p1')).toEqual(record('p1'));
      expect(await records.list(shop, { after: 'p2' })).toEqual([record('p3')]);
      expect((await records.counts(shop)).synced).toBe(3);
      await records.put(record('p2'));
      expect(await records.list(shop)).toHaveLength(3);
    },
  );

  it.each([
    ['last_error', '\'{"code":"A"}\''],
    ['last_error', "'no JSON'"],
    ['last_attempt_at', "'yesterday'"],
  ])('name one that the error patterns meet damaged in column %s (%s)', async (column, value) => {
    const skipped: StorageError[] = [];
    const { records } = stores({ onSkippedRecord: (error) => skipped.push(error) });
    const lastError = { code: 'USER_ERROR', message: 'Title is too long' };
    const failed = ['p1', 'p2', 'p3'].map((localId) => record(localId, { status: 'failed', lastError }));
    await records.putMany(failed);
    raw().exec(`update shopwright_sync_records set ${column} = ${value} where local_id = 'p2'`);
    expect(await records.errorPatterns(shop)).toMatchObject([{ code: 'USER_ERROR', count: 2 }]);
    const [error] = skipped;
    expect(error).toMatchObject({ isRetryable: false, shop });
    for (const part of ['"p2"', shop, `column ${column}`, 'records.delete']) expect(String(error)).toContain(part);
    expect(await records.get(shop, 'p3')).toEqual(failed[2]);
    await records.delete(shop, 'p2');
    expect(await records.errorPatterns(shop)).toMatchObject([{ code: 'USER_ERROR', count: 2 }]);
  });
});
