import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeShopify, type FakeShopify, type FakeShopifyOptions } from 'shopwright/testing';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { readingDocuments, writingDocuments } from '../../src/cli/compare-documents.ts';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { ask, pushMutation } from '../testing/ask.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-compare-'));
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((one) => one.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const token = 'shpat_of_the_owner';
const domain = 'janes-secret-store.myshopify.com';

/** The body of a response, and what stands there in its place: another body, or a status. */
// biome-ignore lint/suspicious/noExplicitAny: plants reach deep into bodies, and a wrong path fails them.
type Edit = (body: any) => unknown;

interface RealSide {
  readonly fake: FakeShopify;
  /** What reached it, by operation name, with the text of the document. */
  readonly asked: { readonly name: string; readonly query: string; readonly response: string }[];
  compare(...args: string[]): Promise<{ code: number; out: string; errors: string }>;
  /** Ends the command, as Ctrl-C does. */
  stop(): void;
}

/** A second fake that plays the real shop over HTTP. Its responses to some operations are planted. */
async function realSide(edits: Record<string, Edit> = {}, options: FakeShopifyOptions = {}): Promise<RealSide> {
  const fake = createFakeShopify({
    shops: [{ domain, name: "Jane's", tokens: { [token]: 'default' }, ...options.shops?.[0] }],
    resolvers: { ShopPlan: { partnerDevelopment: () => true }, ...options.resolvers },
  });
  const { origin } = await fake.listen();
  const asked: RealSide['asked'] = [];
  const stopping = new AbortController();
  const server = createServer(async (request, response) => {
    const query = await textOf(request);
    const { name, document } = nameIn(query);
    const answer = await fetch(`${origin}${request.url}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-access-token': String(request.headers['x-shopify-access-token']),
      },
      body: query,
    });
    const text = await answer.text();
    asked.push({ name, query: document, response: text });
    const edited = edits[name]?.(JSON.parse(text)) ?? text;
    const version = answer.headers.get('x-shopify-api-version') ?? '';
    response.writeHead(typeof edited === 'number' ? edited : answer.status, { 'x-shopify-api-version': version });
    response.end(typeof edited === 'string' ? edited : JSON.stringify(edited));
  });
  open.push(fake, { close: () => closed(server) });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  vi.stubEnv('COMPARE_TOKEN', token);
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    fake,
    asked,
    stop: () => stopping.abort(),
    compare: (...args) =>
      run(['--origin', here, '--shop', domain, '--token-env', 'COMPARE_TOKEN', ...args], stopping.signal),
  };
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function nameIn(body: string): { readonly name: string; readonly document: string } {
  const document: string = JSON.parse(body).query;
  return { name: /^(?:query|mutation) (\w+)/.exec(document)?.[1] ?? '', document };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

async function run(args: readonly string[], stop: AbortSignal = new AbortController().signal) {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await runShopwright(['fake', 'compare', ...args], {
    out: (line) => void out.push(line),
    error: (line) => void errors.push(line),
    stop,
  });
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

/** Gives the shop something for its pages: with a title that is nobody's business. */
async function stock({ fake }: RealSide): Promise<void> {
  const variables = {
    identifier: { handle: 'janes-ring' },
    input: {
      title: "Jane's ring",
      handle: 'janes-ring',
      tags: ['jane@example.org'],
      metafields: [{ namespace: 'jane', key: 'phone', type: 'single_line_text_field', value: '+49 30 1234' }],
      files: [{ originalSource: 'https://example.com/jane.png', contentType: 'IMAGE' }],
    },
  };
  const { json } = await ask(fake.fetch, { host: `https://${domain}`, token, query: pushMutation, variables });
  expect(json.data.productSet.userErrors).toEqual([]);
}

const set =
  (edit: Edit): Edit =>
  (body) => {
    edit(body);
    return body;
  };

/** What the real side does in another way: where it is found, and how it is planted. */
const plants: readonly (readonly [document: string, area: string, path: string, edit: Edit])[] = [
  [
    'ProductsPage',
    'data',
    'data.products.nodes.createdAt',
    set(({ data }) => (data.products.nodes[0].createdAt = '2026-01-01T00:00:00.123Z')),
  ],
  ['ProductsWide', 'cost', 'requestedQueryCost', set(({ extensions }) => (extensions.cost.requestedQueryCost += 1))],
  ['ProductsSearch', 'data', 'data.products.nodes.status', set(({ data }) => delete data.products.nodes[0].status)],
  [
    'ProductsUnknownSearchField',
    'search',
    'extensions.search.0.warnings.0.message',
    set(({ extensions }) => (extensions.search[0].warnings[0].message = 'No such field.')),
  ],
  ['ProductUnknown', 'data', 'data.product', set(({ data }) => (data.product = { id: 'gid://shopify/Product/777' }))],
  ['UnknownField', 'errors', 'errors.0.message', set(({ errors }) => (errors[0].message = 'No field colour'))],
  ['WrongEnum', 'errors', 'errors.0.extensions.code', set(({ errors }) => (errors[0].extensions.code = 'WRONG_ENUM'))],
  [
    'PageTooLarge',
    'errors',
    'errors',
    () => ({ data: { products: { nodes: [] } }, extensions: { cost: { requestedQueryCost: 13 } } }),
  ],
  [
    'ProductMake',
    'data',
    'data.productSet.product.variants.nodes.0.price',
    set(({ data }) => (data.productSet.product.variants.nodes[0].price = '10.5')),
  ],
  [
    'ProductTitleTooLong',
    'userErrors',
    'productUpdate.userErrors.0.message',
    set(({ data }) => {
      data.productUpdate.userErrors[0].message = `Title of gid://shopify/Product/123456 in ${domain} by jane@example.org with ${token}, see https://${domain}/jane`;
    }),
  ],
  [
    'MetafieldWrongNumber',
    'userErrors',
    'metafieldsSet.userErrors.0.code',
    set(({ data }) => (data.metafieldsSet.userErrors[0].code = 'NO_NUMBER')),
  ],
  ['QuantitiesTooLarge', 'userErrors', 'userErrors', set(({ data }) => (data.inventorySetQuantities.userErrors = []))],
];
const planted = Object.fromEntries(plants.map(([document, , , edit]) => [document, edit]));
const found = (list: typeof plants) => list.map(([document, area, path]) => ({ document, area, path }));

// A run sends over a hundred documents to two fakes.
describe('shopwright fake compare', { timeout: 60_000 }, () => {
  it('finds 12 planted differences and no other', async () => {
    const shop = await realSide(planted);
    await stock(shop);
    const { code, out, errors } = await shop.compare('--write', '--json');
    expect({ code, errors }).toEqual({ code: 2, errors: '' });
    const { differences, compared, write } = JSON.parse(out);
    expect(
      differences.map(({ shop: _shop, fake: _fake, ...where }: { shop: unknown; fake: unknown }) => where),
    ).toEqual(found(plants));
    expect(plants).toHaveLength(12);
    expect({ compared, write }).toEqual({ compared: readingDocuments.length + writingDocuments.length, write: true });
    expect(differences[5]).toMatchObject({
      shop: 'No field colour',
      fake: "Field 'colour' doesn't exist on type 'Shop'",
    });
  });

  it('finds nothing where nothing differs, and leaves the shop as it was', async () => {
    const shop = await realSide();
    await stock(shop);
    const before = shop.fake.products();
    const { code, out, errors } = await shop.compare('--write');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain(`0 differences in ${readingDocuments.length + writingDocuments.length} documents.`);
    expect(shop.fake.products()).toEqual(before);
    // Two fakes that both do not simulate a field would agree.
    expect(shop.asked.filter(({ response }) => response.includes('NOT_SIMULATED'))).toEqual([]);
  });

  it('sends no mutation without --write', async () => {
    const shop = await realSide(planted);
    await stock(shop);
    const { code, out } = await shop.compare('--json');
    expect(code).toBe(2);
    expect(JSON.parse(out).differences).toHaveLength(8);
    expect(shop.asked).toHaveLength(readingDocuments.length);
    expect(shop.asked.filter(({ query }) => !query.startsWith('query '))).toEqual([]);
    expect(
      shop.fake.calls.filter(({ kind, rootFields }) => kind === 'mutation' && !rootFields.includes('productSet')),
    ).toEqual([]);
  });

  it('writes a report without token, ids, addresses and what the shop holds', async () => {
    const shop = await realSide(planted);
    await stock(shop);
    const file = join(folder, 'report.md');
    const { code, out } = await shop.compare('--write', '--out', file);
    expect([code, out]).toEqual([
      2,
      `Wrote ${file}: 12 differences in ${readingDocuments.length + writingDocuments.length} documents.`,
    ]);
    const report = readFileSync(file, 'utf8');
    expect(report).toContain('| ProductTitleTooLong | userErrors |');
    expect(report).toContain('Title of gid://shopify/Product/… in {shop} by {email} with [redacted], see {address}');
    expect(report).not.toMatch(/jane|shpat_|secret-store|1234|shopwright-check-|gid:\/\/shopify\/\w+\/\d/i);
  });

  it('writes to a development store only, or where it is told to', async () => {
    const shop = await realSide({}, { resolvers: { ShopPlan: { partnerDevelopment: () => false } } });
    const { code, errors } = await shop.compare('--write');
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining(`--write would write to ${domain}, which is not a development store.`),
    ]);
    expect(shop.asked.map(({ name }) => name)).toEqual(['ShopPlan']);
    expect((await shop.compare('--write', '--any-shop')).code).toBe(0);
    expect(shop.fake.executed('ProductMake')).toBe(1);
  });

  it.each([
    ['a document fails', { MetafieldSet: () => 401 }],
    ['the response to its creation is lost', { ProductMake: () => 401 }],
    ['the response to its deletion is lost', { ProductDelete: () => 401 }],
  ] as const)('deletes the product where %s', async (_what, edits) => {
    const shop = await realSide(edits);
    await stock(shop);
    const { code, errors } = await shop.compare('--write');
    expect([code, errors]).toEqual([1, expect.stringContaining('token')]);
    expect(errors).not.toContain(token);
    expect(shop.fake.executed('ProductMake')).toBe(1);
    expect(shop.fake.products().map(({ handle }) => handle)).toEqual(['janes-ring']);
  });

  it('deletes the product when it is stopped', async () => {
    const shop = await realSide({
      TagsAdd: (body) => {
        shop.stop();
        return body;
      },
    });
    expect((await shop.compare('--write')).code).toBe(1);
    expect([shop.fake.executed('ProductMake'), shop.fake.executed('ProductRemove')]).toEqual([1, 1]);
    expect(shop.fake.products()).toEqual([]);
  });

  it('deletes the product where the shop took another handle for it', async () => {
    const shop = await realSide({
      ProductHandleTooLong: () => {
        const [product] = shop.fake.products();
        if (product) shop.fake.store.put(domain, 'Product', { ...product, handle: 'cut-off' });
        return 401;
      },
    });
    expect((await shop.compare('--write')).code).toBe(1);
    expect(shop.fake.executed('ProductRemove')).toBe(1);
    expect(shop.fake.products()).toEqual([]);
  });

  it('names the product that it could not delete', async () => {
    const shop = await realSide({ TagsAdd: () => 401, ProductFind: () => 401 });
    const { code, errors } = await shop.compare('--write');
    const [product] = shop.fake.products();
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining(`The product with the handle ${product?.['handle']} may still be in ${domain}`),
    ]);
  });

  it('says what a token may not read, and compares the rest', async () => {
    const shop = await realSide({}, { shops: [{ scopes: ['read_products'] }] });
    const { code, out } = await shop.compare('--json');
    expect(code).toBe(0);
    const { compared, notCompared } = JSON.parse(out);
    expect(compared).toBeLessThan(readingDocuments.length);
    expect(notCompared).toContainEqual({
      document: 'FilesPage',
      why: expect.stringContaining('Access denied'),
    });
  });

  it('compares an older version, and refuses where the shop serves another than was asked for', async () => {
    const shop = await realSide();
    expect((await shop.compare('--api-version', '2026-01', '--write')).code).toBe(0);
    shop.fake.faults.next('version-fall-forward');
    const { code, errors } = await shop.compare();
    expect([code, errors]).toEqual([
      1,
      expect.stringMatching(/^shopwright: --api-version is 2026-10, but \S+ served /),
    ]);
  });

  it('lists what it would send', async () => {
    const { code, out } = await run(['--list']);
    expect(code).toBe(0);
    for (const { query } of readingDocuments) expect(out).toContain(query);
    expect(out).not.toContain('mutation ');
    expect((await run(['--list', '--write'])).out).toContain('mutation ProductMake');
  });

  it('has documents of one name each: queries, and behind --write what is confined to one product', () => {
    const names = [...readingDocuments, ...writingDocuments].map(
      ({ query }) => /^(?:query|mutation) (\w+)/.exec(query)?.[1],
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain(undefined);
    expect(readingDocuments.filter(({ query }) => !query.startsWith('query '))).toEqual([]);
    const creators = writingDocuments.filter(({ query }) =>
      /\b(?:collection|webhookSubscription|file|product)Create\b|stagedUploads/.test(query),
    );
    expect(creators).toEqual([]);
  });

  it.each([
    [[], '--shop is missing'],
    [['--shop', 'demo'], '--token-env is missing'],
    [['--shop', 'demo', '--token-env', 'NOT_THERE'], '--token-env is NOT_THERE, which is not set in the environment'],
    [
      ['--shop', 'demo', '--token-env', 'PATH', '--api-version', '2020-01'],
      '--api-version is "2020-01". Use one of 2026-10',
    ],
    [['--shop', 'demo', '--token-env', 'PATH', '--any-shop'], '--any-shop is only for --write'],
    [['--writes'], "Unknown option '--writes'. Did you mean --write? Try: shopwright fake compare --help"],
  ])('%o is refused: %s', async (args, message) => {
    const { code, errors } = await run(args);
    expect([code, errors]).toEqual([1, expect.stringContaining(message)]);
  });

  it('says where a report cannot be written', async () => {
    const shop = await realSide();
    const { code, errors } = await shop.compare('--out', join(folder, 'no/such/report.md'));
    expect([code, errors]).toEqual([1, expect.stringContaining('which cannot be written (ENOENT)')]);
  });

  it('shows its options', async () => {
    expect((await run(['--help'])).out).toContain('--token-env NAME');
  });
});
