// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { stagedUpload, uploadRoute } from '../../../src/testing/fake/bulk/file-storage.ts';
import { createFakeStore } from '../../../src/testing/fake/store/fake-store.ts';
import { createBulkHarness, formOf, host, jsonl, keyOf, productRow, setProduct, type Target } from './harness.ts';

const oneRow = jsonl([productRow(1)]);

/** What the storage says to a form. */
async function answerTo(form: FormData | string, target?: Target): Promise<[status: number, text: string]> {
  const harness = createBulkHarness();
  const { url } = target ?? (await harness.stage());
  const response = await harness.get(url, { method: 'POST', body: form });
  return [response.status, await response.text()];
}

/** The entries of a good form for the first place of a fresh fake. */
async function goodEntries(content = oneRow): Promise<[string, FormDataEntryValue][]> {
  return [...formOf(await createBulkHarness().stage(), content)];
}

function form(entries: readonly (readonly [string, FormDataEntryValue])[]): FormData {
  const made = new FormData();
  for (const [name, value] of entries) made.append(name, value);
  return made;
}

/** Sends a form to a fake that has given that very place. */
async function sent(entries: readonly (readonly [string, FormDataEntryValue])[]): Promise<[number, string]> {
  const harness = createBulkHarness();
  const { url } = await harness.stage();
  const response = await harness.get(url, { method: 'POST', body: form(entries) });
  return [response.status, await response.text()];
}

describe('stagedUploadsCreate', () => {
  it('gives a form for the variables of a bulk mutation, whose file goes by its key', async () => {
    const target = await createBulkHarness().stage();
    expect(target.url).toBe(`${host}/fake-uploads/demo.myshopify.com`);
    expect(target.resourceUrl).toBe(target.url);
    expect(target.parameters.map(({ name }) => name)).toEqual([
      'Content-Type',
      'success_action_status',
      'acl',
      'key',
      'x-goog-date',
      'x-goog-credential',
      'x-goog-algorithm',
      'x-goog-signature',
      'policy',
    ]);
    expect(keyOf(target)).toMatch(/^tmp\/\d+\/bulk\/[0-9a-f-]{36}\/rows\.jsonl$/);
  });

  it('gives a signed link for PUT, which is the default', async () => {
    const { url, resourceUrl, parameters } = await createBulkHarness().stage({ httpMethod: undefined });
    expect(url).toContain('/rows.jsonl?X-Goog-Algorithm=');
    expect((await createBulkHarness().stage({ httpMethod: null })).url).toBe(url);
    expect(resourceUrl).toBe(url);
    expect(parameters).toEqual([
      { name: 'content_type', value: 'text/jsonl' },
      { name: 'acl', value: 'private' },
    ]);
  });

  it('says where a file will lie that is no file of variables', async () => {
    const { resourceUrl } = await createBulkHarness().stage({
      resource: 'IMAGE',
      mimeType: 'image/png',
      filename: 'a b.png',
    });
    expect(resourceUrl).toMatch(/\/fake-uploads\/demo\.myshopify\.com\/tmp\/\d+\/files\/[0-9a-f-]{36}\/a%20b\.png$/);
  });

  it('gives each file a place of its own', async () => {
    const harness = createBulkHarness();
    expect(keyOf(await harness.stage())).not.toBe(keyOf(await harness.stage()));
  });
});

describe('an upload by form', () => {
  it('is taken with every parameter unchanged and the file last', async () => {
    const [status, text] = await sent(await goodEntries());
    expect(status).toBe(201);
    expect(text).toContain('<Key>tmp/');
    expect(text).toContain('<Location>https://demo.myshopify.com/fake-uploads/');
  });

  it('takes the file as plain text, too', async () => {
    const entries = (await goodEntries()).map(([name, value]) => [name, name === 'file' ? oneRow : value] as const);
    expect((await sent(entries))[0]).toBe(201);
  });

  it('is refused where the file is not the last field', async () => {
    const entries = await goodEntries();
    const [status, text] = await sent([...entries.slice(-1), ...entries.slice(0, -1)]);
    expect(status).toBe(400);
    expect(text).toContain('<Code>InvalidPolicyDocument</Code>');
    expect(text).toContain('fields after "file" are not read: it must be the last');
    const last = entries.at(-2) ?? ['', ''];
    const oneLate = [...entries.filter(([name]) => name !== last[0]), last];
    expect((await sent(oneLate))[1]).toContain('Missing policy; fields after');
  });

  it.each([
    ['a field is missing', (entries: [string, FormDataEntryValue][]) => entries.slice(1), 'Missing Content-Type'],
    [
      'a field is changed',
      (entries: [string, FormDataEntryValue][]) =>
        entries.map(([name, value]) => [name, name === 'acl' ? 'public-read' : value] as [string, FormDataEntryValue]),
      'Changed acl',
    ],
    [
      'a field comes twice',
      (entries: [string, FormDataEntryValue][]) => [['acl', 'private'] as [string, string], ...entries],
      'Changed acl',
    ],
    [
      'a field is added',
      (entries: [string, FormDataEntryValue][]) => [['x', '1'] as [string, string], ...entries],
      'Policy did not reference these fields: x',
    ],
    [
      'the key is another',
      (entries: [string, FormDataEntryValue][]) =>
        entries.map(([name, value]) => [name, name === 'key' ? 'tmp/1' : value] as [string, FormDataEntryValue]),
      'Missing or unknown key',
    ],
    [
      'there is no file',
      (entries: [string, FormDataEntryValue][]) => entries.slice(0, -1),
      'POST requires exactly one file upload per request.',
    ],
  ])('is refused where %s', async (_what, change, words) => {
    const [status, text] = await sent(change(await goodEntries()));
    expect(status).toBe(400);
    expect(text).toContain(words);
  });

  it('is refused where it is no form', async () => {
    expect(await answerTo('{"a":1}')).toEqual([400, expect.stringContaining('<Code>MalformedPOSTRequest</Code>')]);
  });

  it('is refused where the file is empty', async () => {
    expect(await sent(await goodEntries(''))).toEqual([400, expect.stringContaining('<Code>EntityTooSmall</Code>')]);
  });

  it('is refused a day after the place was given', async () => {
    const harness = createBulkHarness();
    const target = await harness.stage();
    await harness.clock.advance(24 * 60 * 60 * 1_000);
    const response = await harness.get(target.url, { method: 'POST', body: formOf(target, oneRow) });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('ExpiredToken')]);
  });

  it('is refused above the limit, which is for files of variables', async () => {
    const clock = createManualClock();
    const store = createFakeStore();
    const route = uploadRoute({ store, clock, maxBytes: 10 });
    const upload = async (resource: string, bytes: number): Promise<unknown> => {
      const shop = 'demo.myshopify.com';
      const input = { filename: 'a', mimeType: 'text/plain', resource, httpMethod: 'POST' } as const;
      const place = stagedUpload(store.nextId('StagedUpload'), shop, input, clock.now());
      store.put(shop, 'StagedUpload', place);
      const target = { url: '', resourceUrl: null, parameters: place.parameters };
      const request = new Request('https://a', { method: 'POST', body: formOf(target, 'x'.repeat(bytes)) });
      return route.answer({
        method: 'POST',
        host,
        origin: host,
        path: `/fake-uploads/${shop}`,
        query: new URLSearchParams(),
        header: (name) => request.headers.get(name),
        body: '',
        bytes: new Uint8Array(await request.arrayBuffer()),
      });
    };
    expect(await upload('BULK_MUTATION_VARIABLES', 10)).toMatchObject({ status: 201 });
    expect(await upload('BULK_MUTATION_VARIABLES', 11)).toMatchObject({
      status: 400,
      body: expect.stringContaining('EntityTooLarge'),
    });
    expect(await upload('IMAGE', 11)).toMatchObject({ status: 201 });
  });
});

describe('an upload by PUT', () => {
  it('is taken at the signed link, and read by its path', async () => {
    const harness = createBulkHarness();
    const { url } = await harness.stage({ httpMethod: 'PUT', filename: 'my rows.jsonl' });
    expect((await harness.get(url, { method: 'PUT', body: oneRow })).status).toBe(200);
    const key = decodeURIComponent(new URL(url).pathname.replace('/fake-uploads/demo.myshopify.com/', ''));
    expect((await harness.runMutation(setProduct, key)).userErrors).toEqual([]);
  });

  it('is refused where the link was changed, or was for a form', async () => {
    const harness = createBulkHarness();
    const { url } = await harness.stage({ httpMethod: 'PUT' });
    const put = async (where: string): Promise<number> =>
      (await harness.get(where, { method: 'PUT', body: 'x' })).status;
    expect(await put(url.replace('Expires=86400', 'Expires=99999'))).toBe(403);
    expect(await put(url.replace('rows', 'others'))).toBe(403);
    expect(await put(`${host}/fake-uploads/demo.myshopify.com/${keyOf(await harness.stage())}`)).toBe(403);
    expect(await put(`${host}/fake-uploads/demo.myshopify.com/%zz`)).toBe(403);
    expect((await harness.get(url, { method: 'PUT', body: '' })).status).toBe(400);
    expect((await harness.get(url)).status).toBe(405);
  });
});

it('a place for an upload lies at the fake that listens, whatever the shop', async () => {
  const fake = createFakeShopify({ shops: [{}, { domain: 'two.myshopify.com' }], bulk: { delayMs: 0 } });
  const { origin } = await fake.listen();
  const response = await fetch(`${origin}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-access-token': 'shpat_fake',
      'x-shopify-shop-domain': 'two.myshopify.com',
    },
    body: JSON.stringify({
      query: `mutation { stagedUploadsCreate(input: [{
        resource: BULK_MUTATION_VARIABLES, filename: "a", mimeType: "text/jsonl", httpMethod: POST
      }]) { stagedTargets { url parameters { name value } } } }`,
    }),
  });
  const [target] = JSON.parse(await response.text()).data.stagedUploadsCreate.stagedTargets;
  expect(target.url).toBe(`${origin}/fake-uploads/two.myshopify.com`);
  const uploaded = await fetch(target.url, { method: 'POST', body: formOf(target, '{}\n') });
  expect(uploaded.status).toBe(201);
  await fake.close();
});
