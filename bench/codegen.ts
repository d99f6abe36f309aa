// What types for a project's operations cost: `npm run bench:codegen`. Each run is a separate process: graphql-codegen
// with shopifyCodegen on the Admin schema, and the same operations of two types on a schema with only those. Fails if
// the first takes more than 1.4 times the CPU or 1.5 times the memory of the second.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median } from './races/statistics.ts';

const root = resolve(import.meta.dirname, '..');
const runs = 5;

const operations = `
query Products($first: Int!, $after: String) {
  products(first: $first, after: $after) { nodes { id title handle } pageInfo { hasNextPage endCursor } }
}
query Product($id: ID!) { product(id: $id) { id title handle } }`;

/** The two types that the operations read, and the path to them. */
const twoTypes = `
type QueryRoot {
  product(id: ID!): Product
  products(after: String, first: Int): ProductConnection!
}
type Product { handle: String! id: ID! title: String! }
type ProductConnection { nodes: [Product!]! pageInfo: PageInfo! }
type PageInfo { endCursor: String hasNextPage: Boolean! }
schema { query: QueryRoot }`;

interface Taken {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

function measure(program: string, cwd: string): Taken {
  const tail = `
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, memoryMb: maxRSS / 1024 }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program + tail], {
    cwd,
    encoding: 'utf8',
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`no figures: ${stderr}`);
  return JSON.parse(last) as Taken;
}

const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bench-codegen-'));
try {
  writeFileSync(join(folder, 'operations.graphql'), operations);
  writeFileSync(join(folder, 'two-types.graphql'), twoTypes);
  const own = `
import { generate } from '@graphql-codegen/cli';
import { shopifyCodegen } from ${JSON.stringify(join(root, 'dist/codegen.js'))};
await generate({ ...shopifyCodegen({ documents: './operations.graphql', output: './own/' }), silent: true }, true);`;
  const plain = `
import { generate } from '@graphql-codegen/cli';
const config = { documentMode: 'string', useTypeImports: true };
const client = { preset: 'client', presetConfig: { fragmentMasking: false }, config };
await generate({ schema: './two-types.graphql', documents: './operations.graphql', generates: { './plain/': client }, silent: true }, true);`;
  const taken: Record<'own' | 'plain', Taken[]> = { own: [], plain: [] };
  // In turn, so that a busy moment of the machine affects both.
  for (let run = 0; run < runs; run++) {
    taken.plain.push(measure(plain, folder));
    taken.own.push(measure(own, folder));
  }
  const of = (which: 'own' | 'plain', what: keyof Taken): number => median(taken[which].map((one) => one[what]));
  const bytes = readdirSync(join(folder, 'own')).reduce(
    (sum, name) => sum + readFileSync(join(folder, 'own', name)).length,
    0,
  );
  const figures: readonly (readonly [name: string, value: number, limit: number])[] = [
    ['CPU, × of two types', of('own', 'cpuMs') / of('plain', 'cpuMs'), 1.4],
    ['memory, × of two types', of('own', 'memoryMb') / of('plain', 'memoryMb'), 1.5],
    ['KB for each operation', bytes / 1024 / 2, 4],
  ];
  console.log(
    `median of ${runs}: ${Math.round(of('own', 'cpuMs'))} ms of CPU and ${Math.round(of('own', 'memoryMb'))} MB;`,
  );
  console.log(`two types: ${Math.round(of('plain', 'cpuMs'))} ms and ${Math.round(of('plain', 'memoryMb'))} MB`);
  for (const [name, value, limit] of figures) {
    console.log(`${value > limit ? '!!' : 'ok'} ${name}: ${value.toFixed(2)} (at most ${limit})`);
    if (value > limit) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
