import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSyncJournal } from 'shopwright/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileJournal } from './file-journal.ts';

let folder: string;
let files = 0;
const open = () => fileJournal(join(folder, `journal-${files++}.json`));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// What every journal must do. The suite is published: run it for your adapter in the same way.
describeSyncJournal('the file journal', open, { describe, it, expect });

// What is specific to this journal.
describe('the file journal', () => {
  const shop = 'acme.myshopify.com';
  const draft = { shop, localId: 'p1', gid: null, runId: null, action: 'create', at: 1, sent: {}, before: null };

  it('keeps its entries when it is opened again, and ignores a write cut short by a crash', async () => {
    const path = join(folder, 'crash.json');
    const [first] = await fileJournal(path).journal.append([draft]);
    await writeFile(`${path}.new`, '{"last":3,"entries":[{"num');
    const { journal } = fileJournal(path);
    const [second] = await journal.append([draft]);
    expect((await journal.list(shop)).map(({ id }) => id)).toEqual([first, second]);
  });

  it('leaves a file of a newer release unchanged', async () => {
    const path = join(folder, 'newer.json');
    const newer = '{"format":2,"pages":[]}';
    await writeFile(path, newer);
    const { journal } = fileJournal(path);
    await expect(journal.append([draft])).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(journal.list(shop)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await readFile(path, 'utf8')).toBe(newer);
  });

  it('throws a StorageError if its file cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    const { journal } = fileJournal(join(folder, 'file', 'journal.json'));
    await expect(journal.append([draft])).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
