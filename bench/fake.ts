// What the fake costs a test: the time to start it, and its CPU for each call. Prints a table of medians; nothing is
// asserted, since machines differ. `npm run bench:fake`, after `npm run build` in the root.
import { execFileSync } from 'node:child_process';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';

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

async function call(fake: FakeShopify, query: string, variables: object): Promise<void> {
  const response = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  // What is refused is fast, and would flatter the numbers.
  if (text.includes('"errors":') || text.includes('"message":')) throw new Error(`the fake refused: ${text}`);
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Milliseconds of this process's CPU for each call, the median of some rounds. */
async function cpuOf(calls: number, work: (index: number) => Promise<void>): Promise<number> {
  const each: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    for (let index = 0; index < calls; index += 1) await work(round * calls + index);
    const { user, system } = process.cpuUsage(before);
    each.push((user + system) / 1_000 / calls);
  }
  return median(each);
}

interface Start {
  readonly importMs: number;
  readonly startMs: number;
  readonly firstAnswerMs: number;
}

/** A process of its own each time: the schema is read once in a process. */
const starts = Array.from({ length: rounds }, (): Start => {
  return JSON.parse(execFileSync(process.execPath, [`${import.meta.dirname}/fake-start.ts`], { encoding: 'utf8' }));
});

// A bucket that never ends, so that only the work is measured.
const bucket = { maximumAvailable: 1e9, restoreRate: 1e9 };
const fake = createFakeShopify({ shops: [{ bucket }], recordVariables: false });
for (let index = 0; index < 100; index += 1) await call(fake, productSet, { input: product(`seed-${index}`) });
const query = await cpuOf(callsARound, (index) => call(fake, productQuery, { handle: `seed-${index % 100}` }));
const push = await cpuOf(callsARound / 10, (index) => call(fake, productSet, { input: product(`new-${index}`) }));
await fake.close();

const row = (value: number, wanted = ''): object => ({
  median: `${value.toFixed(value < 10 ? 2 : 0)} ms`,
  wanted,
});
console.table({
  'import shopwright/testing': row(median(starts.map(({ importMs }) => importMs))),
  'createFakeShopify(), the first of a process': row(median(starts.map(({ startMs }) => startMs)), '< 1000 ms'),
  'its first response': row(median(starts.map(({ firstAnswerMs }) => firstAnswerMs))),
  'all three': row(median(starts.map((start) => start.importMs + start.startMs + start.firstAnswerMs)), '< 1000 ms'),
  'product query (1 product, 10 variants), CPU of a call': row(query, '< 2 ms'),
  'productSet (10 variants), CPU of a call': row(push),
});
