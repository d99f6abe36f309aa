// @ts-nocheck
import { rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { sqliteFile } from './sqlite-file.ts';

const file = sqliteFile();
const { stores } = file;

async function removeFile(): Promise<void> {
  for (const end of ['', '-wal', '-shm']) await rm(`${file.path}${end}`, { force: true });
}

async function replaceFile(): Promise<void> {
  const other = join(file.folder, 'backup.sqlite');
  const backup = sqliteStores({ path: other });
  await backup.records.put(record('of the backup'));
  await backup.close();
  await removeFile();
  await rename(other, file.path);
}

// Windows does not let go of a file that is open.
describe.skipIf(process.platform === 'win32')('a file that somebody takes away while it is open', () => {
  it.each([
    ['is deleted', removeFile],
    ['is replaced', replaceFile],
    ['is gone with its folder', () => rm(file.folder, { recursive: true })],
  ])('and that %s is not written to any more, and is told of', async (_, takeAway) => {
    const { records, keyValue, journal, ...rest } = stores();
    await records.put(record('p1'));
    await takeAway();
    for (const call of [
      () => records.put(record('p2')),
      () => records.putMany([record('p2'), record('p3')]),
      () => records.get(shop, 'p1'),
      () => keyValue.set('k', 'v'),
      () => journal.list(shop),
      () => rest.migrate(),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        isRetryable: false,
        message: expect.stringMatching(/deleted or replaced .* make new ones/),
      });
    }
    await rest.close();
  });

  it('is told of by a batch during which it went', async () => {
    const { records } = stores();
    await records.put(record('p1'));
    const many = Array.from({ length: 5_000 }, (_, index) => record(`m${index}`));
    const written = records.putMany(many).then(
      () => 'answered',
      (error: unknown) => error,
    );
    await setImmediate();
    rmSync(file.path);
    expect(await written).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('deleted') });
  });

  it('is told of where it was given as an address', async () => {
    const { records } = stores({ path: `${pathToFileURL(file.path)}?mode=rwc` });
    await records.put(record('p1'));
    await removeFile();
    await expect(records.put(record('p2'))).rejects.toThrow('deleted or replaced');
  });

  it('is found by new stores as it is then, untouched by the old ones', async () => {
    const old = stores();
    await old.records.put(record('p1'));
    await replaceFile();
    await expect(old.records.put(record('p2'))).rejects.toThrow('deleted or replaced');
    const { records } = stores();
    await records.put(record('p3'));
    await old.close();
    expect((await records.list(shop)).map(({ localId }) => localId)).toEqual(['of the backup', 'p3']);
    expect((await stores().records.counts(shop)).synced).toBe(2);
  });
});

it('a database in memory is never taken away', async () => {
  const { records } = stores({ path: ':memory:' });
  await records.put(record('p1'));
  expect(await records.get(shop, 'p1')).toEqual(record('p1'));
});
