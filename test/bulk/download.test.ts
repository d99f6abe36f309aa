import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Clock, createShopifyClient, isShopwrightError, type ShopifyClient, systemClock } from 'shopwright';
import type { BulkResumeOptions } from 'shopwright/bulk';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { collected, rejection } from './harness.ts';

const query =
  '{ products { edges { node { id title variants { edges { node { id sku } } } media { edges { node { id alt bulk_2: __typename } } } } } } }'.replace(
    'id sku',
    'id sku bulk_1: __typename',
  );
const id = 'gid://shopify/BulkOperation/1';

/** Skips waits of less than half a minute; keeps time limits. */
const hasty: Clock = {
  ...systemClock,
  setTimer: (run, delayMs) => systemClock.setTimer(run, delayMs >= 30_000 ? delayMs : 0),
};

type Row = Record<string, unknown>;

function linesOf(products: number): string[] {
  return Array.from({ length: products }, (_, index) => {
    const parent = `gid://shopify/Product/${index + 1}`;
    const child = (kind: string, marker: string, number: number, rest: Row): string =>
      JSON.stringify({
        id: `gid://shopify/${kind}/${index * 10 + number}`,
        ...rest,
        [marker]: kind,
        __parentId: parent,
      });
    return [
      JSON.stringify({
        id: parent,
        title: `Ärmel – 日本 \u2028 "__parentId":"x" 👕 ${index} ${'x'.repeat(index % 50)}`,
      }),
      child('ProductVariant', 'bulk_1', 1, { sku: `S-${index}\u2029` }),
      child('MediaImage', 'bulk_2', 2, { alt: 'ü'.repeat(index % 7) }),
      child('ProductVariant', 'bulk_1', 3, { sku: '{"}' }),
    ];
  }).flat();
}

/** The obvious solution: all rows in memory, joined by id. */
function naive(lines: readonly string[]): Row[] {
  const rows = lines.map((line) => JSON.parse(line) as Row);
  const roots = new Map<unknown, Row & { variants: Row[]; media: Row[] }>();
  for (const row of rows)
    if (row['__parentId'] === undefined) roots.set(row['id'], { ...row, variants: [], media: [] });
  for (const { __parentId, bulk_1, bulk_2, ...child } of rows) {
    if (bulk_1 !== undefined) roots.get(__parentId)?.variants.push(child);
    if (bulk_2 !== undefined) roots.get(__parentId)?.media.push(child);
  }
  return [...roots.values()];
}

const hash = (rows: readonly unknown[]): string =>
  createHash('sha256')
    .update(
      rows
        .map((row) => JSON.stringify(row))
        .sort()
        .join('\n'),
    )
    .digest('hex');

interface Server {
  readonly shop: ShopifyClient;
  readonly downloads: readonly { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  rows(options?: BulkResumeOptions): Promise<Row[]>;
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A shop with one finished operation. `download` responds to requests for its file. */
async function serve(
  file: Buffer,
  lines: number,
  download: (request: IncomingMessage, response: ServerResponse, number: number) => void,
  operation: Row = {},
): Promise<Server> {
  const downloads: { url: string; headers: IncomingMessage['headers'] }[] = [];
  let asked = 0;
  const server = createServer((request, response) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (request.method === 'GET') {
      downloads.push({ url: request.url ?? '', headers: request.headers });
      download(request, response, downloads.length);
      return;
    }
    asked += 1;
    const bulkOperation = {
      ...{ id, status: 'COMPLETED', errorCode: null, type: 'QUERY', query, createdAt: '2026-11-01T00:00:00Z' },
      ...{ objectCount: String(lines), rootObjectCount: '1', fileSize: String(file.length), partialDataUrl: null },
      url: `${origin}/file?signed=${asked}`,
      ...operation,
    };
    request.resume().on('end', () => response.end(JSON.stringify({ data: { bulkOperation } })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shop = createShopifyClient({ shop: 'acme', accessToken: 'shpat_secret', origin, clock: hasty, isolated: true });
  return {
    shop,
    downloads,
    rows: async (options = {}) => collected(await shop.bulk.resume<Row>(id, options)),
  };
}

/** Serves ranges like a storage service, and breaks the connection at each of the bytes in `cuts`. */
function storage(file: Buffer, cuts: number[] = [], more: { ignoreRange?: boolean } = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const from = more.ignoreRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': file.length - from,
      etag: '"v1"',
      ...(from > 0 && { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }),
    });
    const next = cuts.findIndex((cut) => cut > from);
    const [cut] = next === -1 ? [] : cuts.splice(next, 1);
    if (cut === undefined) response.end(file.subarray(from));
    else response.write(file.subarray(from, cut), () => setImmediate(() => response.destroy()));
  };
}

const lines = linesOf(3_000);
const file = Buffer.from(`${lines.join('\n')}\n`);
const expected = hash(naive(lines));

/** Ten positions, one of them inside a character. */
const tenCuts = (size = file.length): number[] => {
  const places = Array.from({ length: 9 }, (_, index) => Math.floor(((index + Math.random()) * size) / 9) + 1);
  return [...places, file.indexOf(Buffer.from('日')) + 1].sort((a, b) => a - b);
};

describe('the download of a result', () => {
  it.each([
    ['grouped', { groupObjects: true }],
    ['in any order, in memory', {}],
    ['in any order, on disk', { memoryBytes: 65_536 }],
  ] as const)('continues after ten broken connections (%s)', async (_name, options) => {
    const cuts = tenCuts();
    const { rows, downloads } = await serve(file, lines.length, storage(file, cuts));
    expect(hash(await rows(options))).toBe(expected);
    expect(cuts).toEqual([]);
    expect(downloads.length).toBe(11);
    for (const { headers } of downloads.slice(1)) expect(headers).toMatchObject({ 'if-range': '"v1"' });
    for (const { headers } of downloads) expect(JSON.stringify(headers)).not.toContain('shpat_secret');
  });

  it('skips bytes it already has if the server ignores ranges', async () => {
    const { rows } = await serve(file, lines.length, storage(file, tenCuts(), { ignoreRange: true }));
    expect(hash(await rows({ groupObjects: true }))).toBe(expected);
  });

  it('unpacks a response that the server packs, and starts over if it breaks', async () => {
    const packed = gzipSync(file);
    const { rows, downloads } = await serve(file, lines.length, (request, response, number) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      if (number <= 3)
        response.write(packed.subarray(0, (number * packed.length) / 4), () => setImmediate(() => response.destroy()));
      else response.end(packed);
      expect(request.headers.range).toBeUndefined();
    });
    expect(hash(await rows({ groupObjects: true }))).toBe(expected);
    expect(downloads).toHaveLength(4);
  });

  it('unpacks a file that was stored packed, across ranges of the packed bytes', async () => {
    const half = Math.floor(file.length / 2);
    const packed = Buffer.concat([gzipSync(file.subarray(0, half)), gzipSync(file.subarray(half))]);
    const cuts = [3, Math.floor(packed.length / 3), packed.length - 5];
    const { rows, downloads } = await serve(packed, lines.length, storage(packed, cuts));
    expect(hash(await rows())).toBe(expected);
    expect(downloads).toHaveLength(4);
  });

  it('recognizes a packed file even if its first byte comes alone', async () => {
    const packed = gzipSync(file);
    const { rows } = await serve(packed, lines.length, storage(packed, [1, 2]));
    expect(hash(await rows())).toBe(expected);
  });

  it.each([
    ['truncated', (packed: Buffer) => packed.subarray(0, packed.length - 2_000)],
    ['damaged', (packed: Buffer) => Buffer.from(packed).fill(7, 2_000, 2_100)],
  ])('throws a typed error for a packed file that is %s', async (_name, change) => {
    const packed = change(gzipSync(file));
    for (const options of [{ groupObjects: true }, {}, { memoryBytes: 65_536 }]) {
      const { rows } = await serve(packed, lines.length, storage(packed));
      expect(isShopwrightError(await rejection(rows(options)), 'BULK_INCOMPLETE')).toBe(true);
    }
  });

  it('gives up on a server that always sends another range', async () => {
    const { rows, downloads } = await serve(file, lines.length, (_request, response) => {
      const range = `bytes 7-${file.length - 1}/${file.length}`;
      response.writeHead(206, { 'content-range': range }).end(file.subarray(7));
    });
    expect(isShopwrightError(await rejection(rows()), 'NETWORK_ERROR')).toBe(true);
    expect(downloads).toHaveLength(9);
  });

  it('returns each row once to calls of next() that overlap', async () => {
    const { shop } = await serve(file, lines.length, storage(file));
    const run = await shop.bulk.resume<Row>(id, { shape: 'rows' });
    const iterator = run[Symbol.asyncIterator]();
    const ids: unknown[] = [];
    for (let isOver = false; !isOver; ) {
      for (const { done, value } of await Promise.all(Array.from({ length: 5 }, () => iterator.next()))) {
        if (done) isOver = true;
        else ids.push(value['id']);
      }
    }
    expect(ids).toEqual(lines.map((line) => (JSON.parse(line) as Row)['id']));
  });

  it.each([
    ['rows', { shape: 'rows' }, lines.length],
    ['grouped', { groupObjects: true }, 3_000],
    ['in any order', {}, 3_000],
  ] as const)('returns each row once to a reader that stops every few rows (%s)', async (_name, options, count) => {
    const { shop } = await serve(file, lines.length, storage(file));
    const rows: string[] = [];
    let position: string | undefined;
    for (let isOver = false, stop = 3; !isOver; stop *= 2) {
      const run = await shop.bulk.resume<Row>(position ?? id, position === undefined ? options : {});
      let taken = 0;
      isOver = true;
      for await (const row of run) {
        rows.push(JSON.stringify(row));
        ({ position } = run);
        taken += 1;
        isOver = taken < stop;
        if (!isOver) break;
      }
    }
    expect(rows).toHaveLength(count);
    expect(new Set(rows).size).toBe(count);
  });

  it('joins the children of an object that the line of their parent leaves out', async () => {
    const document =
      '{ productVariants { edges { node { id inventoryItem { inventoryLevels { edges { node { id } } } } } } } }';
    const level = { id: 'gid://shopify/InventoryLevel/2', __parentId: 'gid://shopify/ProductVariant/1' };
    const content = Buffer.from(`{"id":"gid://shopify/ProductVariant/1"}\n${JSON.stringify(level)}\n`);
    for (const options of [{ groupObjects: true }, {}, { memoryBytes: 65_536 }]) {
      const { rows } = await serve(content, 2, storage(content), { query: document });
      expect(await rows(options)).toEqual([
        {
          id: 'gid://shopify/ProductVariant/1',
          inventoryItem: { inventoryLevels: [{ id: 'gid://shopify/InventoryLevel/2' }] },
        },
      ]);
    }
  });

  it('requests a new URL if the old one has expired', async () => {
    const { rows, downloads } = await serve(file, lines.length, (request, response) => {
      if (request.url !== '/file?signed=2') response.writeHead(403).end('<Error><Code>ExpiredToken</Code></Error>');
      else storage(file)(request, response);
    });
    expect(hash(await rows())).toBe(expected);
    expect(downloads.map(({ url }) => url)).toEqual(['/file?signed=1', '/file?signed=2']);
  });

  it('accepts CRLF, blank lines and a last line without a line break', async () => {
    const odd = Buffer.from(
      `\r\n${lines.map((line, index) => `${line}\r\n${index % 3 === 0 ? '\n  \n' : ''}`).join('')}`.trimEnd(),
    );
    for (const options of [{ groupObjects: true }, {}, { memoryBytes: 65_536 }]) {
      const { rows } = await serve(odd, lines.length, storage(odd));
      expect(hash(await rows(options))).toBe(expected);
    }
  });

  it('does not join two halves of a line', async () => {
    // Neither half is JSON, but with a comma in place of the line break they would be one object.
    const [first, ...others] = lines as [string, ...string[]];
    const halves = `${JSON.stringify({ id: 'gid://shopify/Product/0', tags: [{}] }).slice(0, -2)}\n{"more":1}]}`;
    for (const part of [
      [halves, first],
      [first, halves],
    ].map((two) => [...two, ...others].join('\n'))) {
      const torn = Buffer.from(`${part}\n`);
      for (const options of [{ groupObjects: true }, {}, { memoryBytes: 65_536 }]) {
        const { rows } = await serve(torn, lines.length + 1, storage(torn));
        expect(isShopwrightError(await rejection(rows(options)), 'BULK_INCOMPLETE')).toBe(true);
      }
    }
  });

  it('reads a line of 40 MB', async () => {
    const long = JSON.stringify({ id: 'gid://shopify/Product/0', title: 'é'.repeat(20_000_000) });
    const big = Buffer.from(`${lines.slice(0, 4).join('\n')}\n${long}\n${lines.slice(4).join('\n')}\n`);
    for (const options of [{ groupObjects: true }, {}]) {
      const { rows } = await serve(big, lines.length + 1, storage(big, [Math.floor(big.length / 2)]));
      expect(hash(await rows(options))).toBe(hash(naive([...lines, long])));
    }
  });

  it('joins children that come before their parents', async () => {
    const backwards = lines.toReversed();
    const other = Buffer.from(`${backwards.join('\n')}\n`);
    for (const options of [{}, { memoryBytes: 65_536 }]) {
      const { rows } = await serve(other, lines.length, storage(other));
      expect(hash(await rows(options))).toBe(hash(naive(backwards)));
    }
    const { rows } = await serve(other, lines.length, storage(other));
    const error = await rejection(rows({ groupObjects: true }));
    expect(isShopwrightError(error, 'BULK_INCOMPLETE') && error.message).toMatch(/does not follow its parent/);
  });

  it.each([
    ['a truncated last line', file.subarray(0, file.length - 9), lines.length, /last line is cut|last one is cut/],
    ['one line fewer than Shopify counted', file, lines.length + 1, /12000 lines, but Shopify counted 12001/],
    ['one line more', file, lines.length - 1, /12000 lines, but Shopify counted 11999/],
    [
      'a child without its parent',
      Buffer.from(`${lines.slice(1).join('\n')}\n`),
      lines.length - 1,
      /do(es)? not f(it|ollow)/,
    ],
  ])('throws for %s', async (_name, content, count, message) => {
    for (const options of [{ groupObjects: true }, {}, { memoryBytes: 65_536 }]) {
      const { rows } = await serve(content, count, storage(content));
      const error = await rejection(rows(options));
      expect(isShopwrightError(error, 'BULK_INCOMPLETE') && error.message.replaceAll('truncated', 'cut')).toMatch(
        new RegExp(`${message.source}|cut`),
      );
    }
  });

  it('returns no partial rows as if they were all', async () => {
    const failed = { status: 'FAILED', errorCode: 'TIMEOUT', url: null };
    const nothing = await serve(file, lines.length, storage(file), failed);
    expect(isShopwrightError(await rejection(nothing.rows({ partial: true })), 'BULK_FAILED')).toBe(true);
    const whole = await serve(file, lines.length + 1, storage(file));
    expect(isShopwrightError(await rejection(whole.rows({ partial: true })), 'BULK_INCOMPLETE')).toBe(true);
  });

  it('uses https only', async () => {
    const { rows } = await serve(file, lines.length, storage(file), { url: 'http://storage.example/file' });
    expect(String(await rejection(rows()))).toMatch(/is not https/);
    const redirected = await serve(
      file,
      lines.length,
      (_request, response) => void response.writeHead(302, { location: 'http://storage.example/file' }).end(),
    );
    expect(String(await rejection(redirected.rows()))).toMatch(/is not https/);
  });
});

describe('the temporary file of a join', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-spill-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const options = { memoryBytes: 65_536, tempFolder: folder };

  it('is removed after the end, an error, a break and an abort', async () => {
    const { rows, shop } = await serve(file, lines.length, storage(file));
    await rows(options);
    expect(readdirSync(folder)).toEqual([]);
    const cut = file.subarray(0, file.length - 9);
    await rejection((await serve(cut, lines.length, storage(cut))).rows(options));
    expect(readdirSync(folder)).toEqual([]);
    for await (const _row of await shop.bulk.resume(id, options)) break;
    expect(readdirSync(folder)).toEqual([]);
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _row of await shop.bulk.resume(id, { ...options, signal: abort.signal }))
        abort.abort(new Error('enough'));
    })();
    await reading.catch(() => undefined);
    expect(readdirSync(folder)).toEqual([]);
  });
});
