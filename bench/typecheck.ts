// What types cost the compiler: `npm run bench:typecheck`. The same five operations, typed by shopifyCodegen and by
// Shopify's preset, which is installed in a temporary folder. `tsc` checks both in turn, and an empty program for
// comparison, since reading the types of Node takes most of the time. Fails if ours add more than half of what the
// preset's add to it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median } from './races/statistics.ts';

const root = resolve(import.meta.dirname, '..');
const runs = 5;

const operations: Readonly<Record<string, readonly [document: string, variables: string]>> = {
  Products: [
    `query Products($first: Int!, $after: String) {
      products(first: $first, after: $after) { nodes { id title handle status } pageInfo { hasNextPage endCursor } } }`,
    '{ first: 10 }',
  ],
  ProductById: [
    `query ProductById($id: ID!) {
      product(id: $id) { id title variants(first: 50) { nodes { id sku price selectedOptions { name value } } } } }`,
    "{ id: 'gid://shopify/Product/1' }",
  ],
  Orders: [
    `query Orders($first: Int!, $query: String) {
      orders(first: $first, query: $query) { nodes { id name totalPriceSet { shopMoney { amount currencyCode } } } } }`,
    '{ first: 5 }',
  ],
  SetProduct: [
    `mutation SetProduct($input: ProductSetInput!) {
      productSet(input: $input, synchronous: true) { product { id } userErrors { field message code } } }`,
    "{ input: { title: 'Tee' } }",
  ],
  SetMetafields: [
    `mutation SetMetafields($metafields: [MetafieldsSetInput!]!) {
      metafieldsSet(metafields: $metafields) { metafields { id } userErrors { field message } } }`,
    '{ metafields: [] }',
  ],
};
const names = Object.keys(operations);

function run(cwd: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bench-typecheck-'));

/** A project with a program that calls each operation, and reads its result. */
function project(name: string, head: string, call: (operation: string, variables: string) => string): void {
  const home = join(folder, name);
  mkdirSync(join(home, 'src'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  const own = { module: 'nodenext', target: 'es2023', lib: ['es2023'], types: ['node'], strict: true, noEmit: true };
  const compilerOptions = { ...own, skipLibCheck: true, allowImportingTsExtensions: true };
  writeFileSync(join(home, 'all.json'), JSON.stringify({ compilerOptions, files: ['src/main.ts'] }));
  writeFileSync(join(home, 'nothing.json'), JSON.stringify({ compilerOptions, files: ['src/nothing.ts'] }));
  const calls = names.map((operation) => call(operation, operations[operation]?.[1] ?? ''));
  writeFileSync(join(home, 'src/main.ts'), [head, ...calls, 'export {};'].join('\n'));
}

function ours(): void {
  const head = `import { createShopifyClient } from 'shopwright';
import * as operations from './generated/graphql.ts';
const client = createShopifyClient({ shop: 'acme', accessToken: 'shpat_1' });`;
  project('ours', head, (name, variables) =>
    [
      `const of${name} = await client.graphql(operations.${name}Document, ${variables});`,
      `export const keys${name}: string[] = Object.keys(of${name}.data);`,
    ].join('\n'),
  );
  const home = join(folder, 'ours');
  writeFileSync(join(home, 'operations.graphql'), names.map((name) => operations[name]?.[0]).join('\n'));
  const package_ = join(home, 'node_modules/shopwright');
  mkdirSync(package_, { recursive: true });
  cpSync(join(root, 'package.json'), join(package_, 'package.json'));
  cpSync(join(root, 'dist'), join(package_, 'dist'), { recursive: true });
  const program = `
import { generate } from '@graphql-codegen/cli';
import { shopifyCodegen } from ${JSON.stringify(join(root, 'dist/codegen.js'))};
await generate({ ...shopifyCodegen({ documents: './operations.graphql', output: './src/generated/' }), silent: true }, true);`;
  run(home, process.execPath, ['--input-type=module', '-e', program]);
}

function preset(): void {
  const head = `import './types/admin.generated.d.ts';
import { createAdminApiClient } from '@shopify/admin-api-client';
import * as operations from './operations.ts';
const client = createAdminApiClient({ storeDomain: 'acme.myshopify.com', apiVersion: '2026-10', accessToken: 'shpat_1' });`;
  project('preset', head, (name, variables) =>
    [
      `const of${name} = await client.request(operations.${name}, { variables: ${variables} });`,
      `export const keys${name}: string[] = Object.keys(of${name}.data ?? {});`,
    ].join('\n'),
  );
  const home = join(folder, 'preset');
  const texts = names.map((name) => `export const ${name} = \`#graphql\n${operations[name]?.[0]}\` as const;`);
  writeFileSync(join(home, 'src/operations.ts'), texts.join('\n'));
  const packages = ['@shopify/api-codegen-preset@2.0.1', '@shopify/admin-api-client@2.0.0', '@types/node@22.20.5'];
  run(home, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...packages]);
  // As the preset's own `shopifyApiProject` does, with the local schema instead of one from the network.
  const schema = JSON.stringify(join(root, 'schema/admin-2026-10.graphql'));
  const program = `
import { generate } from '@graphql-codegen/cli';
import { ApiType, pluckConfig, preset } from '@shopify/api-codegen-preset';
const schema = ${schema}, documents = './src/operations.ts';
await generate({ silent: true, schema, documents, pluckConfig, generates: {
  './src/types/admin.types.d.ts': { schema, plugins: ['typescript'] },
  './src/types/admin.generated.d.ts': { schema, documents, preset, presetConfig: { apiType: ApiType.Admin } },
} }, true);`;
  run(home, process.execPath, ['--input-type=module', '-e', program]);
}

/** Milliseconds of CPU that `tsc` takes for a project. */
function check(name: string, config: string): number {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const program = `
process.on('exit', () => console.log(JSON.stringify(process.cpuUsage())));
process.argv = [process.execPath, 'tsc', '-p', '${config}.json'];
require(${JSON.stringify(tsc)});`;
  const args = ['--input-type=commonjs', '-e', program];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: join(folder, name), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} does not compile:\n${stdout}`);
  const { user, system } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as NodeJS.CpuUsage;
  return (user + system) / 1000;
}

try {
  ours();
  preset();
  const bytes = readFileSync(join(folder, 'preset/src/types/admin.types.d.ts')).length;
  const generated = readdirSync(join(folder, 'ours/src/generated')).reduce(
    (sum, name) => sum + readFileSync(join(folder, 'ours/src/generated', name)).length,
    0,
  );
  console.log(
    `types for ${names.length} operations: ${Math.round(generated / 1024)} KB, the preset's ${Math.round(bytes / 1024)} KB`,
  );
  writeFileSync(join(folder, 'preset/src/nothing.ts'), 'export {};');
  const taken: Record<'nothing' | 'ours' | 'preset', number[]> = { nothing: [], ours: [], preset: [] };
  // In turn, so that a busy moment of the machine affects all.
  for (let at = 0; at < runs; at += 1) {
    taken.nothing.push(check('preset', 'nothing'));
    taken.preset.push(check('preset', 'all'));
    taken.ours.push(check('ours', 'all'));
  }
  const [nothing, own, theirs] = [median(taken.nothing), median(taken.ours), median(taken.preset)];
  const ms = (value: number): string => `${Math.round(value)} ms`;
  console.log(
    `CPU of tsc: ${ms(own)}, the preset's ${ms(theirs)}, × ${(own / theirs).toFixed(2)}; an empty program ${ms(nothing)}`,
  );
  const added = (own - nothing) / (theirs - nothing);
  console.log(
    `${added > 0.5 ? '!!' : 'ok'} added over an empty program, ours / the preset: × ${added.toFixed(2)} (at most 0.5)`,
  );
  if (added > 0.5) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
