// What the fake costs a test: the time to start it, its CPU per call compared with an older build, and a large
// catalogue compared with cloning it. Prints a table of medians, and exits with 1 if a ratio is over its budget.
// `npm run bench:fake`, after `npm run build` in the root.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createFakeShopify, type Entity, type FakeShopify } from 'shopwright/testing';
import { oldBuild, oldCommit } from './old-build.ts';
import { median } from './races/statistics.ts';

const rounds = 7;
const callsARound = 1_000;

const productQuery = /* GraphQL */ `
  query ProductByHandle($handle: String!) {
    productByIdentifier(identifier: { handle: $handle }) {
      id title status
      options { name position optionValues { name } }
      variants(first: 10) { nodes { id sku price selectedOptions { name value } } }
    }
  }
`;
const productSet = /* GraphQL */ `
  mutation Push($input: ProductSetInput!) {
    productSet(input: $input) { product { id } userErrors { code field message } }
  }
`;

/** A product with ten variants. */
function product(handle: string): object {
  const sizes = Array.from({ length: 10 }, (_, size) => `Size ${size}`);
  return {
    handle,
    title: `A ${handle}`,
    productOptions: [{ name: 'Size', values: sizes.map((name) => ({ name })) }],
    variants: sizes.map((name, size) => ({ price: 10 + size, optionValues: [{ optionName: 'Size', name }] })),
  };
}

/** Calls the fake, and returns the data. */
async function call(
  fake: Pick<FakeShopify, 'fetch'>,
  query: string,
  variables: object,
  // biome-ignore lint/suspicious/noExplicitAny: the type is that of the call's query
): Promise<any> {
  const response = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  // Refused calls are fast, and would falsify the numbers.
  if (text.includes('"errors":') || text.includes('"message":')) throw new Error(`the fake refused: ${text}`);
  return JSON.parse(text).data;
}

/** Milliseconds of this process's CPU per call. */
async function cpuOf(calls: number, work: (index: number) => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index += 1) await work(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / calls;
}

interface Start {
  readonly importMs: number;
  readonly startMs: number;
  readonly firstAnswerMs: number;
}

/** A new process each time: the schema is read once per process. */
const starts = Array.from({ length: rounds }, (): Start => {
  return JSON.parse(execFileSync(process.execPath, [`${import.meta.dirname}/fake-start.ts`], { encoding: 'utf8' }));
});

// An endless bucket, so that only the work is measured.
const bucket = { maximumAvailable: 1e9, restoreRate: 1e9 };
const options = { shops: [{ bucket }], recordVariables: false };

// The same calls on both builds in turn, so that a busy machine slows both.
const older: typeof import('shopwright/testing') = await import(join(oldBuild(), 'dist/testing.js'));
const fakes = { today: createFakeShopify(options), [oldCommit]: older.createFakeShopify(options) };
const cpu = { query: new Map<string, number[]>(), push: new Map<string, number[]>() };
for (const fake of Object.values(fakes)) {
  for (let index = 0; index < 100; index += 1) await call(fake, productSet, { input: product(`seed-${index}`) });
}
for (let round = 0; round < rounds; round += 1) {
  for (const [name, fake] of Object.entries(fakes)) {
    const query = await cpuOf(callsARound, (index) => call(fake, productQuery, { handle: `seed-${index % 100}` }));
    const push = await cpuOf(callsARound / 10, (index) => {
      return call(fake, productSet, { input: product(`new-${round}-${index}`) });
    });
    cpu.query.set(name, [...(cpu.query.get(name) ?? []), query]);
    cpu.push.set(name, [...(cpu.push.get(name) ?? []), push]);
  }
}
const today = { query: median(cpu.query.get('today') ?? []), push: median(cpu.push.get('today') ?? []) };
const before = { query: median(cpu.query.get(oldCommit) ?? []), push: median(cpu.push.get(oldCommit) ?? []) };
await Promise.all(Object.values(fakes).map((fake) => fake.close()));

const catalogueSize = 100_000;
const pageSize = 250;
const shop = 'demo.myshopify.com';
const pageQuery = /* GraphQL */ `
  query Page($after: String) {
    products(first: ${pageSize}, after: $after) { nodes { id title handle } pageInfo { hasNextPage endCursor } }
  }
`;

/** Products with one variant, each with unique ids, as stored. */
async function catalogue(): Promise<readonly Entity[]> {
  await using model = createFakeShopify(options);
  await call(model, productSet, { input: { title: 'A tee', handle: 'tee' } });
  const text = JSON.stringify(model.products()[0]);
  let id = catalogueSize;
  return Array.from({ length: catalogueSize }, (_, index) => {
    const ids = new Map<string, string>();
    const own = text.replaceAll(/gid:\/\/shopify\/(Product\w*|InventoryItem)\/\d+/g, (gid, kind) => {
      if (!ids.has(gid)) id += 1;
      const known = ids.get(gid) ?? `gid://shopify/${kind}/${id}`;
      ids.set(gid, known);
      return known;
    });
    return { ...JSON.parse(own), handle: `tee-${index}`, title: `Tee ${index}` };
  });
}

interface Page {
  readonly nodes: readonly object[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

async function page(fake: FakeShopify, after: string | null): Promise<Page> {
  const { products } = await call(fake, pageQuery, { after });
  return products;
}

const elapsed = async <T>(work: () => T | Promise<T>): Promise<readonly [ms: number, result: T]> => {
  const began = performance.now();
  const result = await work();
  return [performance.now() - began, result];
};

const seeds = await catalogue();
const catalogues = {
  clone: [] as number[],
  seeded: [] as number[],
  firstPages: [] as number[],
  lastPages: [] as number[],
};
for (let round = 0; round < 3; round += 1) {
  catalogues.clone.push((await elapsed(() => structuredClone(seeds)))[0]);
  await using fake = createFakeShopify(options);
  const [seeded] = await elapsed(() => {
    const transaction = fake.store.begin();
    for (const seed of seeds) transaction.put(shop, 'Product', seed);
    transaction.commit();
    return page(fake, null);
  });
  catalogues.seeded.push(seeded);

  const pages: number[] = [];
  for (let after: string | null = null, isMore = true; isMore; ) {
    let read: Page | undefined;
    pages.push(
      await cpuOf(1, async () => {
        read = await page(fake, after);
      }),
    );
    const { nodes, pageInfo } = read as unknown as Page;
    if (nodes.length !== pageSize) throw new Error(`a page has ${nodes.length} products`);
    [after, isMore] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  if (pages.length !== catalogueSize / pageSize) throw new Error(`there are ${pages.length} pages`);
  const tenth = pages.length / 10;
  catalogues.firstPages.push(median(pages.slice(0, tenth)));
  catalogues.lastPages.push(median(pages.slice(-tenth)));
}

const row = (value: number, wanted = '') => ({
  median: `${value.toFixed(value < 10 ? 2 : 0)} ms`,
  wanted,
});

let isOver = false;
/** A figure compared with another: `most` is the maximum ratio. */
const beside = (value: number, other: number, most: number, what: string): object => {
  const ratio = value / other;
  if (ratio > most) isOver = true;
  const mark = ratio > most ? ' !!' : '';
  return { ...row(value, `<= ${most} x ${what}`), beside: row(other).median, ratio: `${ratio.toFixed(2)}${mark}` };
};
console.table({
  'import shopwright/testing': row(median(starts.map(({ importMs }) => importMs))),
  'createFakeShopify(), the first of a process': row(median(starts.map(({ startMs }) => startMs)), '< 1000 ms'),
  'its first response': row(median(starts.map(({ firstAnswerMs }) => firstAnswerMs))),
  'all three': row(median(starts.map((start) => start.importMs + start.startMs + start.firstAnswerMs)), '< 1000 ms'),
  // Ten per cent of tolerance for what a busy machine does to two medians.
  'product query (1 product, 10 variants), CPU of a call': beside(today.query, before.query, 1.1, oldCommit),
  'productSet (10 variants), CPU of a call': { ...row(today.push), beside: row(before.push).median },
  '100,000 products seeded, and the first page of 250': beside(
    median(catalogues.seeded),
    median(catalogues.clone),
    5,
    'structuredClone',
  ),
  'one of the last tenth of its pages, CPU of a call': beside(
    median(catalogues.lastPages),
    median(catalogues.firstPages),
    1.25,
    'one of the first',
  ),
});
if (isOver) process.exitCode = 1;
