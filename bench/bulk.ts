// What reading the result of a bulk query costs, compared with a bare scan with JSON.parse of the same bytes, each in a
// separate process: by HTTP, grouped and in any order, with peak memory and the size of the temporary file. The file is
// created at run time. `npm run bench:bulk` in the root; megabytes as the argument, 200 by default. BULK_LIMITS=1 fails
// over the limits.
import { execFileSync, fork } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';

const query =
  'query { products { edges { node { id title descriptionHtml tags variants { edges { node { id sku price inventoryQuantity } } } } } } }';

/** Lines of products with variants: grouped, or shuffled by blocks so that children also come before their parents. */
async function writeFile(path: string, bytes: number, order: 'grouped' | 'any'): Promise<number> {
  const out = createWriteStream(path);
  let written = 0;
  let count = 0;
  let held: string[] = [];
  const flush = async (): Promise<void> => {
    if (order === 'any')
      for (let at = held.length - 1; at > 0; at -= 1) {
        const other = randomInt(at + 1);
        [held[at], held[other]] = [held[other] as string, held[at] as string];
      }
    const text = held.join('');
    held = [];
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  };
  for (let product = 1; written < bytes; product += 1) {
    const id = `gid://shopify/Product/${8_000_000_000_000 + product}`;
    const lines = [
      {
        id,
        title: `Product ${product} – ärmellos`,
        descriptionHtml: `<p>${'Soft and warm. '.repeat(12)}</p>`,
        tags: ['one', `t-${product % 7}`],
      },
      ...Array.from({ length: 5 }, (_, index) => ({
        id: `gid://shopify/ProductVariant/${40_000_000_000_000 + product * 10 + index}`,
        ...{ sku: `${product}-${index}`, price: '10.00', inventoryQuantity: index },
        __parentId: id,
      })),
    ];
    for (const line of lines) {
      const text = `${JSON.stringify(line)}\n`;
      held.push(text);
      written += Buffer.byteLength(text);
      count += 1;
    }
    // Blocks far larger than any buffer used.
    if (held.length > (order === 'any' ? 60_000 : 2_000)) await flush();
  }
  await flush();
  await new Promise<void>((resolve) => out.end(() => resolve()));
  return count;
}

/** A shop with one finished operation, and the server of its file. */
function serve(path: string, count: number): void {
  const server = createServer((request, response) => {
    const { port } = server.address() as { port: number };
    if (request.url === '/file') {
      response.writeHead(200, { 'content-length': statSync(path).size, 'content-type': 'application/jsonl' });
      createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(response);
      return;
    }
    request.resume().on('end', () => {
      const bulkOperation = {
        ...{ id: 'gid://shopify/BulkOperation/1', status: 'COMPLETED', errorCode: null, type: 'QUERY', query },
        ...{
          createdAt: '2026-11-01T00:00:00Z',
          objectCount: String(count),
          rootObjectCount: '1',
          partialDataUrl: null,
        },
        ...{ fileSize: String(statSync(path).size), url: `http://127.0.0.1:${port}/file` },
      };
      response.end(JSON.stringify({ data: { bulkOperation } }));
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
}

interface Measured {
  readonly ms: number;
  /** User and system time of the process. */
  readonly cpuMs: number;
  readonly rows: number;
  readonly peakMb: number;
  readonly spillMb: number;
}

/** The baseline: the bytes from disk, split into lines and parsed one by one. */
async function scan(path: string): Promise<number> {
  let rows = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      JSON.parse(bytes.toString('utf8', start, end));
      rows += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return rows;
}

async function measure(what: string, path: string, port: number): Promise<Measured> {
  const { bulk } = createShopifyClient({ shop: 'bench', accessToken: 'test', origin: `http://127.0.0.1:${port}` });
  const tempFolder = mkdtempSync(join(tmpdir(), 'bulk-spill-'));
  let spillMb = 0;
  // The temporary file has no name: its size is that of the open file.
  const look = setInterval(() => {
    for (const fd of readdirSync('/proc/self/fd')) {
      try {
        const { nlink, size } = statSync(`/proc/self/fd/${fd}`);
        if (nlink === 0) spillMb = Math.max(spillMb, size / 1e6);
      } catch {
        // Closed meanwhile.
      }
    }
  }, 20);
  let rows = 0;
  const ofRun = { groupObjects: what === 'grouped', tempFolder, ...(what === 'rows' && { shape: 'rows' as const }) };
  // A client's modules are loaded before, which would not show with a file of 1 GB.
  const run = /^(scan|empty)$/.test(what) ? [] : await bulk.resume<object>('gid://shopify/BulkOperation/1', ofRun);
  const began = performance.now();
  const cpu = process.cpuUsage();
  if (what === 'scan') rows = await scan(path);
  else for await (const _row of run) rows += 1;
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(look);
  rmSync(tempFolder, { recursive: true });
  return { ms, cpuMs: (user + system) / 1000, rows, spillMb, peakMb: process.resourceUsage().maxRSS / 1024 };
}

/** Both joins return the same, in either order. */
async function hashes(path: string, port: number): Promise<boolean> {
  const hash = (rows: readonly object[]): string =>
    createHash('sha256')
      .update(
        rows
          .map((row) => JSON.stringify(row))
          .sort()
          .join('\n'),
      )
      .digest('hex');
  const { bulk } = createShopifyClient({ shop: 'bench', accessToken: 'test', origin: `http://127.0.0.1:${port}` });
  const joined: object[] = [];
  for await (const row of await bulk.resume<object>('gid://shopify/BulkOperation/1')) joined.push(row);
  const roots = new Map<unknown, Record<string, unknown> & { variants: object[] }>();
  const children: Record<string, unknown>[] = [];
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const row = JSON.parse(line) as Record<string, unknown>;
      if (row['__parentId'] === undefined) roots.set(row['id'], { ...row, variants: [] });
      else children.push(row);
    }
  }
  for (const { __parentId, ...child } of children) roots.get(__parentId)?.variants.push(child);
  return hash(joined) === hash([...roots.values()]);
}

const [task = '200', path = '', given = '0'] = process.argv.slice(2);
if (task === 'serve') serve(path, Number(given));
else if (task === 'hashes') process.stdout.write(JSON.stringify(await hashes(path, Number(given))));
else if (/^[a-z]/.test(task)) process.stdout.write(JSON.stringify(await measure(task, path, Number(given))));
else {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-bench-'));
  const own = import.meta.filename;
  const run = <T>(name: string, file: string, port: number): T =>
    JSON.parse(
      execFileSync(process.execPath, [...process.execArgv, own, name, file, String(port)], {
        encoding: 'utf8',
        maxBuffer: 1e8,
      }),
    ) as T;
  const limits: [name: string, value: number, limit: number, atLeast: boolean][] = [];
  try {
    for (const order of ['grouped', 'any'] as const) {
      const file = join(folder, `${order}.jsonl`);
      const count = await writeFile(file, Number(task) * 1e6, order);
      const mb = statSync(file).size / 1e6;
      const server = fork(own, ['serve', file, String(count)]);
      const port = await new Promise<number>((resolve) => server.once('message', (said) => resolve(said as number)));
      try {
        const empty = run<Measured>('empty', file, port);
        // In turn, so that both run under the same conditions.
        const rounds = [1, 2, 3].map(() => ({
          bare: run<Measured>('scan', file, port),
          read: run<Measured>(order, file, port),
        }));
        const ratio = Math.max(...rounds.map(({ bare, read }) => bare.ms / read.ms));
        const peak = Math.max(...rounds.map(({ read }) => read.peakMb)) - empty.peakMb;
        const spill = Math.max(...rounds.map(({ read }) => read.spillMb)) / mb;
        console.log(`${order}: ${count} lines, ${mb.toFixed(0)} MB`);
        for (const { bare, read } of rounds)
          console.log(
            `  bare ${bare.ms.toFixed(0)} ms (CPU ${bare.cpuMs.toFixed(0)}), ${order} ${read.ms.toFixed(0)} ms (${(bare.ms / read.ms).toFixed(2)} x; CPU ${read.cpuMs.toFixed(0)}, ${(bare.cpuMs / read.cpuMs).toFixed(2)} x), ${read.rows} rows`,
          );
        console.log(
          `  peak +${peak.toFixed(0)} MB over ${empty.peakMb.toFixed(0)} MB, temporary file ${spill.toFixed(2)} x`,
        );
        limits.push([`${order}, ratio`, ratio, order === 'grouped' ? 0.85 : 0.25, true]);
        limits.push([`${order}, MB over an empty process`, peak, order === 'grouped' ? 110 : 200, false]);
        if (order === 'any') {
          limits.push(['any, temporary file', spill, 1.1, false]);
          if (mb < 300) console.log(`  the same as a naive join: ${run<boolean>('hashes', file, port)}`);
        }
      } finally {
        server.kill();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const [name, value, limit, atLeast] of limits) {
    const isOver = atLeast ? value < limit : value > limit;
    console.log(`${isOver ? '!!' : 'ok'} ${name}: ${value.toFixed(2)} (${atLeast ? 'at least' : 'at most'} ${limit})`);
    if (isOver && process.env['BULK_LIMITS']) process.exitCode = 1;
  }
}
