// What a process pays before its first call: the CPU of a new process beyond that of an empty one, compared with the
// official client, and with shopwright before it loaded modules on demand. Prints a table of medians, and exits with 1
// if an entry is over its budget. `npm run bench:start`, after `npm run build` in the root; `-- --runs 5` for fewer
// runs than 15, `-- --only sync` for the rows whose name contains that.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { oldBuild, oldCommit } from './old-build.ts';

const root = resolve(import.meta.dirname, '..');

interface Program {
  readonly code: string;
  /** Where it finds its packages. */
  readonly folder: string;
}

/** A program compared with another: `budget` is the maximum of its cost relative to `beside`. */
interface Row {
  readonly name: string;
  readonly program: Program;
  readonly beside: Program;
  readonly budget: number;
}

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '15' }, only: { type: 'string', default: '' } },
});
const runs = Number(options.runs);

/** Milliseconds of CPU, user and system, from the start of a new process to its end. */
async function cpuOf({ code, folder }: Program): Promise<number> {
  const reported = `
    import { writeSync } from 'node:fs';
    process.on('exit', () => {
      const { user, system } = process.cpuUsage();
      writeSync(1, String((user + system) / 1_000));
    });
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', reported], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const status = await new Promise((end) => child.on('close', end));
  const ms = Number.parseFloat(text);
  if (status !== 0 || Number.isNaN(ms)) throw new Error(`A program ended with ${status}, after: ${text}\n${code}`);
  return ms;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Responds to every call, so that only the client's part is measured. */
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        data: { shop: { name: 'Acme' } },
        extensions: {
          cost: {
            requestedQueryCost: 1,
            actualQueryCost: 1,
            throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_999, restoreRate: 100 },
          },
        },
      }),
    );
  });
});
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const firstCall = `
  const { createShopifyClient } = await import('shopwright');
  const shop = createShopifyClient({ shop: 'acme.myshopify.com', accessToken: 'shpat_bench', origin: '${origin}' });
  const { data } = await shop.graphql('query { shop { name } }');
  if (data.shop.name !== 'Acme') throw new Error('no response');
  process.exit();`;
const firstFake = `
  const { createFakeShopify } = await import('shopwright/testing');
  const fake = createFakeShopify();
  const response = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
    body: JSON.stringify({ query: '{ shop { name } }' }),
  });
  const { data } = await response.json();
  if (!data.shop.name) throw new Error('no response');
  await fake.close();`;

const empty: Program = { code: '', folder: root };
const old = oldBuild();
const official: Program = {
  code: `await import('@shopify/shopify-api/adapters/node'); await import('@shopify/shopify-api');`,
  folder: import.meta.dirname,
};
const entry = (name: string, budget: number): Row => ({
  name: `import ${name}`,
  program: { code: `await import('${name}');`, folder: root },
  beside: official,
  budget,
});
const besideOld = (name: string, code: string, budget: number): Row => ({
  name,
  program: { code, folder: root },
  beside: { code, folder: old },
  budget,
});
const rows = [
  entry('shopwright', 0.25),
  entry('shopwright/sync', 0.35),
  entry('shopwright/storage/sqlite', 0.3),
  entry('shopwright/webhooks', 0.12),
  besideOld('import shopwright, first call', firstCall, 0.9),
  besideOld('import shopwright/testing, first response of a fake', firstFake, 0.55),
].filter(({ name }) => name.includes(options.only));

// One after another in turn, so that other load on the machine affects all alike.
const programs = [...new Set([empty, ...rows.flatMap(({ program, beside }) => [program, beside])])];
const taken = new Map<Program, number[]>(programs.map((program) => [program, []]));
for (let run = 0; run < runs; run += 1) {
  for (const program of programs) taken.get(program)?.push(await cpuOf(program));
}
server.close();

const over = (program: Program): number => median(taken.get(program) ?? []) - median(taken.get(empty) ?? []);
console.log(
  `Node ${process.version}, ${runs} runs; an empty process: ${median(taken.get(empty) ?? []).toFixed(0)} ms.`,
);
console.log(`Milliseconds of CPU over that, medians; beside @shopify/shopify-api, or beside commit ${oldCommit}:`);
const measured = rows.map(({ name, program, beside, budget }) => {
  const ratio = over(program) / over(beside);
  return { name, ms: over(program), besideMs: over(beside), ratio, budget };
});
console.table(
  Object.fromEntries(
    measured.map(({ name, ms, besideMs, ratio, budget }) => [
      name,
      { ms: ms.toFixed(0), beside: besideMs.toFixed(0), ratio: ratio.toFixed(2), budget: `≤ ${budget}` },
    ]),
  ),
);
process.exitCode = measured.some(({ ratio, budget }) => !(ratio <= budget)) ? 1 : 0;
