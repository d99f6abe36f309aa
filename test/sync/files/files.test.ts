import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isShopwrightError } from 'shopwright';
import { createFiles, type EnsuredFile } from 'shopwright/sync';
import type { ResolverMap } from 'shopwright/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

const url = (name: string): string => `https://cdn.example.com/${name}.jpg`;

function filesOf(made: FakeSync, more: object = {}) {
  const { client, stores, clock, fake } = made;
  const files = createFiles({ client, stores, clock, fetch: fake.fetch, ...more });
  return (...list: Parameters<typeof files.ensure>) => clock.run(files.ensure(...list));
}

/** Advances in small steps, since files are read in real time. */
async function inSteps<T>(clock: FakeSync['clock'], promise: Promise<T>): Promise<T> {
  let isPending = true;
  const end = (): void => {
    isPending = false;
  };
  promise.then(end, end);
  while (isPending) await clock.advance(10);
  return promise;
}

const outcomes = (ensured: readonly EnsuredFile[]): readonly string[] => ensured.map(({ outcome }) => outcome);

const idOf = (file: EnsuredFile | undefined): string => (file && 'id' in file ? file.id : '');

const messageOf = (file: EnsuredFile | undefined): string => (file && 'error' in file ? file.error.message : '');

/** The number of times that the fake has received each operation. */
const calls = ({ fake }: FakeSync): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(fake.calls, ({ operation }) => operation ?? '')].map(([name, list]) => [name, list.length]),
  );

describe('files.ensure', () => {
  it('uploads an image once, however often it is in the list, and waits until it is ready', async () => {
    const made = fakeSync();
    const ensured = await filesOf(made)(
      Array.from({ length: 100 }, (_, index) => ({ source: url(index === 50 ? 'other' : 'tee'), alt: 'A tee' })),
    );
    expect(outcomes(ensured)).toEqual(Array.from({ length: 100 }, () => 'created'));
    expect(new Set(ensured.map(idOf)).size).toBe(2);
    expect(ensured[0]).toMatchObject({ source: url('tee'), url: expect.stringContaining('/tee.jpg') });
    expect(calls(made)).toMatchObject({ FilesCreate: 1 });
    expect(made.fake.store.all(domain, 'MediaImage')).toMatchObject([{ alt: 'A tee' }, { alt: 'A tee' }]);
  });

  it('reuses an image of the shop by its id, also in another process', async () => {
    const made = fakeSync();
    const [first] = await filesOf(made)([{ source: url('tee') }]);
    const [again] = await filesOf(made)([{ source: url('tee') }]);
    expect(again).toMatchObject({ outcome: 'unchanged', id: idOf(first) });
    expect(calls(made)).toMatchObject({ FilesCreate: 1 });
  });

  it('uploads an image once if two calls request it at the same time', async () => {
    const made = fakeSync();
    const { client, stores, clock } = made;
    const files = createFiles({ client, stores, clock });
    const both = await clock.run(
      Promise.all([files.ensure([{ source: url('tee') }]), files.ensure([{ source: url('tee') }])]),
    );
    expect(new Set(both.flat().map(idOf)).size).toBe(1);
    expect(calls(made)).toMatchObject({ FilesCreate: 1 });
  });

  it('uploads an image once if two processes request it at the same time', async () => {
    const made = fakeSync();
    const { client, stores, clock, fake } = made;
    const list = ['tee', 'cap', 'mug'].map((name) => ({ source: url(name) }));
    const processes = [list, list.toReversed()].map((wanted) =>
      createFiles({ client, stores, clock, fetch: fake.fetch }).ensure(wanted),
    );
    const [one, two] = await clock.run(Promise.all(processes));
    expect(one?.map(idOf)).toEqual(two?.map(idOf).toReversed());
    expect(made.fake.store.all(domain, 'MediaImage')).toHaveLength(3);
  });

  it('changes an alt text, and nothing else', async () => {
    const made = fakeSync();
    const list = Array.from({ length: 300 }, (_, index) => ({ source: url(`${index}`), alt: `Image ${index}` }));
    const before = await filesOf(made)(list);
    const seen = made.fake.calls.length;
    const after = await filesOf(made)(list.map((file, index) => (index === 7 ? { ...file, alt: 'Lucky' } : file)));
    expect(outcomes(after).filter((outcome) => outcome !== 'unchanged')).toEqual(['updated']);
    expect(after.map(idOf)).toEqual(before.map(idOf));
    const writes = made.fake.calls.slice(seen).filter(({ operation }) => operation !== 'FilesRead');
    expect(writes).toMatchObject([{ operation: 'FilesChange', variables: { files: [{ alt: 'Lucky' }] } }]);
  });

  it.each([
    ['left out: it stays', {}, 'A tee', 'unchanged'],
    ['null: it goes', { alt: null }, '', 'updated'],
  ])('with an alt text that is %s', async (_what, alt, expected, outcome) => {
    const made = fakeSync();
    await filesOf(made)([{ source: url('tee'), alt: 'A tee' }]);
    expect(outcomes(await filesOf(made)([{ source: url('tee'), ...alt }]))).toEqual([outcome]);
    expect(made.fake.store.all(domain, 'MediaImage')).toMatchObject([{ alt: expected }]);
  });

  it('uploads an image again that somebody deleted', async () => {
    const made = fakeSync();
    const [first] = await filesOf(made)([{ source: url('tee') }]);
    const remove = 'mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds } }';
    await made.clock.run(made.client.graphql(remove, { ids: [idOf(first)] }));
    const [again] = await filesOf(made)([{ source: url('tee') }]);
    expect(again?.outcome).toBe('created');
    expect(idOf(again)).not.toBe(idOf(first));
  });

  it('uploads bytes and local files, and recognises them by their bytes', async () => {
    const made = fakeSync();
    const folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'a tee.png');
    await writeFile(path, 'the picture');
    const { client, stores, clock, fake } = made;
    const files = createFiles({ client, stores, clock, fetch: fake.fetch });
    const ensured = await inSteps(
      clock,
      files.ensure([
        { source: pathToFileURL(path), alt: 'A tee' },
        { source: new TextEncoder().encode('the picture'), name: 'copy.png' },
        { source: new Blob(['another']), name: 'blob.JPG' },
      ]),
    );
    expect(outcomes(ensured)).toEqual(['created', 'created', 'created']);
    expect(idOf(ensured[1])).toBe(idOf(ensured[0]));
    expect(made.fake.store.all(domain, 'StagedUpload')).toMatchObject([
      { revision: 1, mimeType: 'image/png' },
      { revision: 1, mimeType: 'image/jpeg' },
    ]);
    const again = await inSteps(clock, files.ensure([{ source: new Blob(['another']), name: 'x.jpg' }]));
    expect(outcomes(again)).toEqual(['unchanged']);
    expect(calls(made)).toMatchObject({ FilesCreate: 1, StagedUploads: 1 });
  });

  it('names an image that Shopify cannot process, with the reason, and uploads the others', async () => {
    const made = fakeSync();
    const broken = 'https://user:secret@cdn.invalid/gone.jpg?signature=abc';
    const [good, bad] = await filesOf(made)([{ source: url('tee') }, { source: broken }]);
    expect(good?.outcome).toBe('created');
    expect(bad).toMatchObject({ outcome: 'failed', source: broken });
    expect(messageOf(bad)).toBe(
      `${domain} could not process the image https://cdn.invalid/gone.jpg: The image could not be downloaded. (IMAGE_DOWNLOAD_FAILURE)`,
    );
    // A failed upload is repeated.
    expect(outcomes(await filesOf(made)([{ source: broken }]))).toEqual(['failed']);
    expect(calls(made)).toMatchObject({ FilesCreate: 2 });
  });

  it('uploads the others if Shopify refuses some of them at once', async () => {
    const made = fakeSync();
    const ensured = await filesOf(made)([
      { source: url('one') },
      { source: url('two'), alt: 'x'.repeat(600) },
      { source: url('three') },
    ]);
    expect(outcomes(ensured)).toEqual(['created', 'failed', 'created']);
    expect(messageOf(ensured[1])).toContain(`${url('two')}: The alt value exceeds`);
  });

  it('stops waiting after the time limit, and goes on waiting in the next call', async () => {
    let isReady = false;
    const status = () => (isReady ? 'READY' : 'PROCESSING');
    const resolvers: ResolverMap = { MediaImage: { fileStatus: status } };
    const made = fakeSync({ fake: { resolvers } });
    const startedAt = made.clock.now();
    const [slow] = await filesOf(made, { timeoutMs: 30_000 })([{ source: url('tee') }]);
    expect(made.clock.now() - startedAt).toBe(30_000);
    expect(slow?.outcome === 'failed' && isShopwrightError(slow.error, 'DEADLINE_EXCEEDED')).toBe(true);
    expect(messageOf(slow)).toContain('still PROCESSING');
    // The intervals grow: at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 23.5 and 30 seconds.
    expect(calls(made)['FilesRead']).toBe(8);
    isReady = true;
    expect(outcomes(await filesOf(made)([{ source: url('tee') }]))).toEqual(['unchanged']);
    expect(calls(made)).toMatchObject({ FilesCreate: 1 });
  });

  it('ends at once when it is aborted', async () => {
    const made = fakeSync({ fake: { resolvers: { MediaImage: { fileStatus: () => 'PROCESSING' } } } });
    const abort = new AbortController();
    made.clock.setTimer(() => abort.abort(new Error('shutdown')), 2_000);
    const thrown = filesOf(made)([{ source: url('tee') }], { signal: abort.signal });
    await expect(thrown).rejects.toThrow('shutdown');
  });

  it.each<[string, Parameters<ReturnType<typeof filesOf>>[0][number], RegExp]>([
    ['a path', { source: '/etc/passwd' }, /"\/etc\/passwd" is not an http or https URL.*pathToFileURL/],
    ['an address of another kind', { source: 'ftp://x.example/a.jpg' }, /is not an http or https URL/],
    ['bytes without a name', { source: new Uint8Array(3) }, /name: is missing.*such as tee.jpg/],
    ['a name that is not of an image', { source: new Uint8Array(3), name: 'a.pdf' }, /"a.pdf" has no image extension/],
    ['a local file that is not there', { source: new URL('file:///nowhere/a.jpg') }, /cannot be read: ENOENT/],
  ])('refuses %s, and says how to fix it', async (_what, file, message) => {
    const made = fakeSync();
    const { client, stores, clock } = made;
    const ensured = await inSteps(clock, createFiles({ client, stores, clock }).ensure([file, { source: url('tee') }]));
    expect(outcomes(ensured)).toEqual(['failed', 'created']);
    expect(messageOf(ensured[0])).toMatch(message);
  });

  it('refuses two alt texts for one image', async () => {
    const made = fakeSync();
    const list = [{ source: url('tee'), alt: 'One' }, { source: url('tee') }, { source: url('tee'), alt: 'Two' }];
    const ensured = await filesOf(made)(list);
    expect(outcomes(ensured)).toEqual(['created', 'created', 'failed']);
    expect(messageOf(ensured[2])).toMatch(/alt: is "Two", but the same image .* has "One"/);
  });

  it('stores files by shop and with a format, and leaves those of a newer release alone', async () => {
    const made = fakeSync();
    await filesOf(made)([{ source: url('tee') }]);
    const { keyValue } = made.stores;
    const keys: string[] = [];
    for await (const key of keyValue.scan(`files:${domain}:`)) keys.push(key);
    expect(keys).toHaveLength(1);
    const [key = ''] = keys;
    expect(JSON.parse((await keyValue.get(key)) ?? '')).toEqual({
      format: 1,
      id: expect.stringContaining('MediaImage'),
    });
    await keyValue.set(key, JSON.stringify({ format: 2, ids: [] }));
    const error = await filesOf(made)([{ source: url('tee') }]).catch((thrown: unknown) => thrown);
    expect(isShopwrightError(error, 'STORAGE_FAILED') && error.message).toMatch(/newer release.*format 2/);
  });

  it('refuses an unknown option', () => {
    const { client, stores } = fakeSync();
    expect(() => createFiles({ client, stores, timeout: 5 } as never)).toThrow(/timeout: is not an option.*timeoutMs/);
    expect(() => createFiles({ client, stores, timeoutMs: 0 })).toThrow(/timeoutMs: must be/);
  });
});
