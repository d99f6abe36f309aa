import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { schemaText } from '../../src/graphql/schema-file.ts';

const root = resolve(import.meta.dirname, '../..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const operations = `
query Products($first: Int!, $after: String, $status: [ProductStatus!]) {
  products(first: $first, after: $after, sortKey: TITLE) {
    nodes { id ...Listed owner: metafield(namespace: "a", key: "b") { reference { __typename ... on Product { title } } } }
    pageInfo { hasNextPage endCursor }
  }
}
fragment Listed on Product { title status }
query Any($id: ID!) { node(id: $id) { id ... on Product { handle } } }
mutation SetProduct($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input) { product { id } userErrors { field message code } }
}
mutation Adjust($input: InventoryAdjustQuantitiesInput!) {
  inventoryAdjustQuantities(input: $input) { userErrors { field message } }
}`;

/** Runs `shopwright codegen` on some operations, in a folder that finds the packages of this repository. */
async function codegen(text: string, ...args: readonly string[]) {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'codegen-'));
  folders.push(folder);
  writeFileSync(join(folder, 'operations.graphql'), text);
  const lines: string[] = [];
  const terminal = {
    out: (line: string) => void lines.push(line),
    error: (line: string) => void lines.push(`! ${line}`),
    stop: new AbortController().signal,
    hasColours: false,
  };
  const own = args[0] === 'upgrade' ? [] : ['--out', join(folder, 'generated')];
  const error = vi.spyOn(console, 'error');
  const code = await runShopwright(['codegen', ...args, ...own, '--documents', join(folder, '*.graphql')], terminal);
  // graphql-codegen reports there too that it failed.
  error.mockClear();
  const file = join(folder, 'generated/graphql.ts');
  return { code, folder, told: lines.join('\n'), text: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

describe('shopwright codegen', () => {
  let made: Awaited<ReturnType<typeof codegen>>;
  beforeAll(async () => {
    made = await codegen(operations, '--import-extension', '.ts');
  }, 120_000);

  it('writes types, and prints where', () => {
    expect(made.told).toMatch(/^Wrote .*generated\/graphql\.ts/);
    expect(made.code).toBe(0);
    expect(made.text).toContain('export type ProductsQuery =');
  });

  it('reports for each operation its cost, the effect of a second send, its connections and its errors', () => {
    expect(made.text).toContain(
      '{"kind":"query","cost":35,"costDependsOn":["first"],"idempotency":"idempotent","connections":["products"]}',
    );
    expect(made.text).toContain(
      '{"kind":"mutation","cost":10,"costDependsOn":["input"],"idempotency":"idempotent","userErrors":["productSet.userErrors"]}',
    );
    expect(made.text).toContain('"idempotency":"keyed","userErrors":["inventoryAdjustQuantities.userErrors"]');
  });

  it('includes all types of an interface or a union, although it reads only a part of the schema', () => {
    // An object that is not a product only has its id; the names are those of the whole union.
    expect(made.text).toMatch(/AnyQuery = \{ node:[^;]*\| \{ id: Gid \}\n[^;]*handle: string/);
    expect(made.text).toMatch(/__typename: 'Collection'/);
  });

  it('generates code that refuses a misspelt field, a missing variable and a wrong enum, and accepts a later value', () => {
    writeFileSync(
      join(made.folder, 'program.ts'),
      `import { createShopifyClient } from 'shopwright';
import type { OperationMetadata } from 'shopwright/codegen';
import { AdjustDocument, ProductsDocument, SetProductDocument } from './generated/graphql.ts';
const shop = createShopifyClient({ shop: 'acme', accessToken: 'shpat_x' });
export async function program(): Promise<void> {
  for await (const product of shop.paginate(ProductsDocument, { first: 10, status: ['ACTIVE'] })) {
    const title: string = product.title;
    // @ts-expect-error misspelt
    product.titel;
    // A value that Shopify adds later, in a program that already knows it.
    if (product.status === 'FROZEN') console.log(title);
  }
  // @ts-expect-error the variable first is missing
  await shop.graphql(ProductsDocument, {});
  // @ts-expect-error no such status
  await shop.graphql(ProductsDocument, { first: 1, status: ['ACTIV'] });
  // @ts-expect-error no such status
  await shop.graphql(SetProductDocument, { identifier: { id: 'x' }, input: { status: 'ACTIV' } });
  await shop.graphql(SetProductDocument, { identifier: { id: 'x' }, input: { status: 'ACTIVE' } });
  const metadata = AdjustDocument.__meta__ as OperationMetadata;
  console.log(metadata.cost);
}
`,
    );
    const config = {
      extends: join(root, 'tsconfig.json'),
      include: [],
      files: [join(made.folder, 'program.ts'), join(root, 'src/internal/text-files.d.ts')],
    };
    writeFileSync(join(made.folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript7/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', made.folder],
      { cwd: made.folder, encoding: 'utf8' },
    );
    expect(stdout).toBe('');
  }, 120_000);

  it('generates at most 4 KB for an operation', () => {
    const folder = join(root, 'src/graphql/operations');
    const count = ['files', 'metafields', 'products', 'publications', 'shop', 'webhook-subscriptions']
      .map((name) => readFileSync(join(folder, `${name}.graphql`), 'utf8').match(/^(?:query|mutation) /gm)?.length ?? 0)
      .reduce((sum, own) => sum + own, 0);
    const bytes = ['graphql.ts', 'gql.ts', 'index.ts']
      .map((name) => readFileSync(join(folder, 'generated', name)).length)
      .reduce((sum, own) => sum + own, 0);
    expect(count).toBeGreaterThan(30);
    expect(bytes / count).toBeLessThanOrEqual(4096);
  });

  const old = `query Old { shop { id } app { id developerUrl } }`;

  it('warns of what is deprecated, and refuses it with --strict', async () => {
    const loose = await codegen(old);
    expect(loose.told).toMatch(
      /^! warning: Old uses App\.developerUrl, which Shopify has deprecated and will remove\.\nWrote/,
    );
    expect(loose.text).toContain('"deprecated":["App.developerUrl"]');
    const strict = await codegen(old, '--strict');
    expect(strict.code).toBe(1);
    expect(strict.told).toMatch(/Old.* uses App\.developerUrl/);
  }, 120_000);

  it('suggests similar names for an unknown field', async () => {
    const { code, told } = await codegen('query Q { shop { nam } }');
    expect(code).toBe(1);
    expect(told).toMatch(/Cannot query field "nam" on type "Shop"\. Did you mean "name"/);
  }, 120_000);

  it.each([
    [['--strickt'], /Unknown option '--strickt'/],
    [['deploy'], /codegen does not know deploy/],
    [['--import-extension', '.mjs'], /--import-extension must be \.js, \.ts or none/],
    [['--input-enums', 'closed'], /inputEnums must be one of known, open/],
    [['--api-version', '2020-01'], /apiVersion is not a version in this package: 2026-10/],
    [['upgrade'], /upgrade needs a version/],
    [
      ['upgrade', '2031-01'],
      /needs the schema of 2031-01, which this package does not include .*schema pull --api-version 2031-01/,
    ],
  ])('refuses %j', async (args, message) => {
    const { code, told } = await codegen(old, ...args);
    expect(code).toBe(1);
    expect(told).toMatch(message);
  });

  it('says what to install if graphql-codegen is missing', async () => {
    const away = mkdtempSync(join(tmpdir(), 'no-codegen-'));
    folders.push(away);
    const cwd = process.cwd();
    process.chdir(away);
    try {
      const { code, told } = await codegen(old);
      expect(code).toBe(1);
      expect(told).toMatch(/needs @graphql-codegen\/cli and .*npm install --save-dev @graphql-codegen\/cli@7/);
    } finally {
      process.chdir(cwd);
    }
  });
});

describe('shopwright codegen upgrade', () => {
  /** A schema that differs from the current one in some places. */
  function otherSchema(edit: (text: string) => string): string {
    const folder = mkdtempSync(join(tmpdir(), 'other-schema-'));
    folders.push(folder);
    const text = schemaText('2026-10').replace(/^# Shopify Admin API 2026-10/, '# Shopify Admin API 2027-01');
    const edited = edit(text);
    expect(edited).not.toBe(text);
    writeFileSync(join(folder, 'schema.graphql'), edited);
    return join(folder, 'schema.graphql');
  }

  it('reports what is removed, required, changed, deprecated or keyed in the operations', async () => {
    const schema = otherSchema((text) =>
      text
        .replace(/(type Product implements [\s\S]*?)\n {2}title: String!\n/, '$1\n')
        .replace(/(type Product implements [\s\S]*?\n {2}status: ProductStatus!)\n/, '$1 @deprecated\n')
        .replace(/(type PageInfo \{[\s\S]*?)hasNextPage: Boolean!/, '$1hasNextPage: Boolean')
        .replace(/(input ProductSetInput \{[\s\S]*?\n {2}status: )ProductStatus\n/, '$1String\n')
        .replace(/(enum ProductSortKeys \{[\s\S]*?\n) {2}TITLE\n/, '$1')
        .replace(/^ {2}node\(id: ID!\)/m, '  node(id: ID!, realm: String!)')
        .replace('# Keys required: ', '# Keys required: productSet '),
    );
    const { code, told } = await codegen(operations, 'upgrade', '2027-01', '--schema', schema);
    for (const line of [
      'Products: ProductSortKeys.TITLE is gone',
      'Products: Product.title is gone',
      'Listed: Product.title is gone',
      'Any: QueryRoot.node(realm:) must be given',
      'Products: PageInfo.hasNextPage: Boolean! → Boolean is of another type',
      'SetProduct: ProductSetInput.status: ProductStatus → String is of another type',
      'Listed: Product.status is deprecated',
      'SetProduct: Mutation.productSet needs an idempotency key',
      '2026-10 → 2027-01: 9 to look at.',
    ]) {
      expect(told).toContain(line);
    }
    expect(told).not.toContain('Adjust:');
    expect(code).toBe(2);
  }, 120_000);

  it('reports that nothing changes, for a version of the package', async () => {
    const { code, told } = await codegen('query Q { shop { id } }', 'upgrade', '2026-07');
    expect(told).toBe('2026-10 → 2026-07: nothing changes for your operations.');
    expect(code).toBe(0);
  }, 120_000);

  it('finds the keys that are required from 2026-04 on', async () => {
    const { told } = await codegen(operations, 'upgrade', '2026-10', '--api-version', '2026-01');
    expect(told).toMatch(/Adjust: Mutation\.inventoryAdjustQuantities needs an idempotency key/);
  }, 120_000);
});
