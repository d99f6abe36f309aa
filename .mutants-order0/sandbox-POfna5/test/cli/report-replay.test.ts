// @ts-nocheck
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient, type ShopifyClient } from 'shopwright';
import { recordTrace } from 'shopwright/telemetry';
import { createFakeShopify, createManualClock, type FakeShopify } from 'shopwright/testing';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { findLeaks, secrets } from '../errors/leaks.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** A path that no other test has, with that text where one is given. */
function fileOf(text?: string, end = '.ndjson'): string {
  files += 1;
  const path = join(folder, `${files}${end}`);
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

interface Sitting {
  /** What is said to a question; nobody is there where it is left out. */
  readonly answer?: boolean;
  readonly stop?: AbortSignal;
}

async function run(args: readonly string[], { answer, stop = new AbortController().signal }: Sitting = {}) {
  const out: string[] = [];
  const errors: string[] = [];
  const asked: string[] = [];
  const code = await runShopwright(args, {
    out: (line) => void out.push(line),
    error: (line) => void errors.push(line),
    stop,
    ...(answer !== undefined && {
      ask: async (question) => {
        asked.push(`${out.length} lines shown. ${question}`);
        return answer;
      },
    }),
  });
  return { code, out: out.join('\n'), errors: errors.join('\n'), asked };
}

interface Service {
  readonly shop: ShopifyClient;
  readonly fake: FakeShopify;
  readonly clock: ReturnType<typeof createManualClock>;
}

/** What a service did, as a file. */
async function traced(work: (service: Service) => Promise<unknown>, start?: { readonly points: number }) {
  const clock = createManualClock();
  const bucket = start && { currentlyAvailable: start.points };
  const fake = createFakeShopify({ clock, ...(bucket && { shops: [{ bucket }] }) });
  const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, clock });
  const file = fileOf();
  using recording = recordTrace({ file, clock, lastMs: 3_600_000 });
  await clock.run(work({ shop, fake, clock }));
  await recording.write();
  await fake.close();
  return file;
}

const query = 'query ReadShop { shop { name } products(first: 50) { nodes { id } } }';
const mutation = `mutation Create($title: String!) {
  productCreate(product: { title: $title }) { product { id seo { title } } userErrors { message } }
}`;
const settled = (work: Promise<unknown>) => work.catch(() => undefined);

/** Calls of all kinds, that meet what a service meets. */
async function busy({ shop, fake }: Service): Promise<void> {
  await shop.graphql(query);
  fake.faults.next('status-503', { operation: 'ReadShop' });
  fake.faults.next('throttled', { operation: 'ReadShop', after: 1, times: 2 });
  fake.faults.next('reset-after', { operation: 'Create' });
  fake.faults.next('status-429', { operation: 'GET shop.json' });
  fake.faults.next('html', { operation: 'Odd', times: 9 });
  fake.faults.next('status-403', { operation: 'Denied' });
  await Promise.all([
    ...Array.from({ length: 100 }, () => shop.graphql(query, {}, { priority: 'background' })),
    settled(shop.graphql(mutation, { title: 'One' })),
    shop.graphql(mutation, { title: 'Two' }),
    shop.rest.get('shop.json'),
    settled(shop.rest.get('products/4711.json')),
    settled(shop.graphql('query Odd { shop { id } }', {}, { retry: { maxRetries: 1 } })),
    settled(shop.graphql('query Denied { shop { id } }')),
    settled(
      shop.graphql(
        'mutation Tag { tagsAdd(id: "gid://shopify/Product/9", tags: ["a"]) { userErrors { field message } } }',
      ),
    ),
  ]);
}

describe('shopwright replay', () => {
  // Pauses between attempts are spread by chance, and move what comes after them.
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));

  it('plays a trace with the same calls, costs, waits, throttled responses and faults', async () => {
    const file = await traced(busy, { points: 700 });
    const { code, out, errors } = await run(['replay', file]);
    expect(errors).toBe('');
    expect(out).toMatch(/^108 calls of 1 shops, recorded on Node v[\d.]+, \w+\.$/m);
    expect(out).toMatch(/^ReadShop +101 +104 +2 +0 +\d+ +\d+\.\d s /m);
    expect(out).toMatch(/^GET products\/\{id\}\.json +1 +1 +0 +1 /m);
    expect(out).toMatch(/^Each call went as recorded\.$/m);
    expect(code).toBe(0);
  });

  it('gives the figures of each operation, recorded and replayed, as JSON', async () => {
    const file = await traced(busy, { points: 700 });
    const { code, out } = await run(['replay', file, '--json']);
    expect(code).toBe(0);
    const { operations, differences } = JSON.parse(out) as {
      readonly operations: readonly {
        readonly operation: string;
        readonly recorded: object;
        readonly replayed: object;
      }[];
      readonly differences: readonly unknown[];
    };
    expect(differences).toEqual([]);
    const read = operations.find(({ operation }) => operation === 'ReadShop');
    // The bucket is empty before all are sent: somebody waits for points, and as long.
    expect(read?.recorded).toMatchObject({
      attempts: 104,
      throttled: 2,
      failed: 0,
      waitedForPointsMs: expect.any(Number),
    });
    const [waited, waits] = [read?.recorded, read?.replayed].map((of) => Reflect.get(of ?? {}, 'waitedForPointsMs'));
    expect(waited).toBeGreaterThan(1_000);
    expect(Math.abs(waited - waits)).toBeLessThan(waited / 10);
  });

  it('tells where it went another way: others had used the points', async () => {
    const file = await traced(async ({ shop, fake, clock }) => {
      await shop.graphql(query);
      // Another process, of which this one records nothing, takes what there is.
      const body = JSON.stringify({ query: `{ ${Array.from({ length: 900 }, (_, at) => `_${at}: shop { id }`)} }` });
      const headers = { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' };
      const url = `https://demo.myshopify.com/admin/api/${shop.apiVersion}/graphql.json`;
      for (const _ of [1, 2]) await fake.fetch(url, { method: 'POST', headers, body });
      await shop.graphql(query);
      for (const _ of Array.from({ length: 60 })) void shop.graphql(query);
      await clock.advance(60_000);
    });
    const { code, out } = await run(['replay', file]);
    expect(code).toBe(2);
    expect(out).toMatch(/^\d+ calls went another way/m);
    expect(out).toMatch(/ReadShop at \d+\.\d s: waited for points: \d+\.\d s, replayed \d+\.\d s/);
  });

  it('leaves out what is no call, or not whole', async () => {
    const file = await traced(async ({ shop, fake }) => {
      fake.faults.next('deprecated');
      await shop.graphql(query);
    });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const call = lines.findIndex((line) => line.includes('"type":"call"'));
    const other = lines.map((line) => line.replaceAll(/"callId":"\w+"/g, '"callId":"0123456789ab"'));
    const cut = [...lines, ...other.slice(1, call)].join('\n');
    const { out } = await run(['replay', fileOf(cut)]);
    expect(out).toMatch(/^1 calls of 1 shops/);
    expect(out).toMatch(/^Not played: .*2 deprecation.*1 calls that are not whole/m);
  });

  it.each([
    [['replay'], 'replay takes one file, a trace.'],
    [['replay', 'one', 'two'], 'replay takes one file, a trace.'],
    [['replay', join(folder, 'none')], /which cannot be read \(ENOENT\)/],
    [['replay', join(import.meta.dirname, 'report-replay.test.ts')], /FILE is .*, which is no trace/],
    [['replay', '--fast'], /Unknown option '--fast'/],
    [['report'], /needs a program, or --trace/],
    [['report', 'program.mjs', '--trace', 'x'], /needs a program, or --trace/],
    [['report', 'program.mjs', '--last-ms', 'long'], '--last-ms is "long". Give milliseconds, above 0.'],
    [['report', 'program.mjs', '--out', 'x'], /Add --yes/],
    [['report', '--trace', join(folder, 'none')], /--trace is .*none, which cannot be read/],
  ])('refuses %j', async (args, message) => {
    const { code, errors, out } = await run(args);
    expect(code).toBe(1);
    expect(errors).toMatch(message instanceof RegExp ? message : `shopwright: ${message}`);
    expect(out).toBe('');
  });
});

describe('shopwright report', () => {
  /** A module whose work is a function of this test. */
  function program(work: () => Promise<unknown>): string {
    const place = globalThis as { reported?: Record<string, unknown> };
    place.reported ??= {};
    const name = `program${files}`;
    place.reported[name] = work;
    return fileOf(`await globalThis.reported.${name}();\n`, '.mjs');
  }

  it('records a program until it is stopped, shows the events, and writes them after a yes', async () => {
    const stopping = new AbortController();
    const file = program(async () => {
      const fake = createFakeShopify();
      // A day on which its version is not about to end, which would be an event more.
      const clock = createManualClock({ now: Date.UTC(2026, 10, 30) });
      const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, clock });
      await shop.graphql(query);
      stopping.abort();
    });
    const out = fileOf();
    const {
      code,
      out: shown,
      errors,
      asked,
    } = await run(['report', file, '--out', out], {
      answer: true,
      stop: stopping.signal,
    });
    expect(errors).toBe(`3 events in ${out}. Play them with: shopwright replay ${out}`);
    expect(code).toBe(0);
    expect(asked).toEqual([`4 lines shown. Write these 3 events to ${out}?`]);
    expect(readFileSync(out, 'utf8')).toBe(`${shown}\n`);
    if (process.platform !== 'win32') expect(statSync(out).mode & 0o077).toBe(0);
    const [head] = shown.split('\n').map((line) => JSON.parse(line));
    expect(head).toMatchObject({
      ...{ type: 'trace', format: 1, events: 3, node: process.version },
      packages: { shopwright: expect.any(String), graphql: expect.any(String) },
    });
    expect((await run(['replay', out])).out).toContain(
      `1 calls of 1 shops, recorded on shopwright ${head.packages.shopwright}`,
    );
  });

  it('writes nothing after a no, or where nobody wants a file', async () => {
    const trace = await traced(({ shop }) => shop.graphql(query));
    const out = fileOf();
    const refused = await run(['report', '--trace', trace, '--out', out], { answer: false });
    expect([refused.code, refused.errors]).toEqual([1, 'Nothing was written.']);
    expect((await run(['report', '--trace', trace])).code).toBe(0);
    expect(existsSync(out)).toBe(false);
    const json = await run(['report', '--trace', trace, '--out', out, '--yes', '--json']);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({
      out,
      events: [{ type: 'permit' }, { type: 'attempt' }, { type: 'call' }],
    });
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(4);
  });

  it('shows what came before a program failed, and says why', async () => {
    const file = program(async () => {
      const fake = createFakeShopify();
      await createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch }).graphql(query);
      throw new Error('out of paper');
    });
    const { code, out, errors } = await run(['report', file]);
    expect(code).toBe(1);
    expect(out).toContain('"type":"call"');
    expect(errors).toBe(`${file} failed: out of paper`);
  });

  it('says so where nothing was recorded', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const { code, errors } = await run(['report', program(async () => undefined)], { stop: stopping.signal });
    expect([code, errors]).toEqual([2, 'Nothing was recorded: no call was made.']);
  });

  it('holds no secret of a call, nor of a file that was tampered with', async () => {
    const trace = await traced(async ({ shop, fake }) => {
      for (const fault of ['status-401', 'status-403', 'html', 'deprecated'] as const) {
        fake.faults.next(fault);
        await settled(
          shop.graphql(mutation, { title: Object.values(secrets).join(' ') }, { headers: { cookie: secrets.row } }),
        );
      }
      await settled(shop.rest.get('customers/search.json', { query: { query: secrets.email } }));
    });
    const clean = readFileSync(trace, 'utf8');
    expect(findLeaks({ lines: [clean] })).toEqual([]);
    const [head = '', first = '', ...rest] = clean.split('\n');
    // Someone has put more into it, in new fields, known ones, the head and lines of their own.
    const fields = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, value]));
    const planted = {
      ...JSON.parse(first),
      ...fields,
      ...{ errorCode: secrets.token, shop: secrets.email, operation: secrets.row, priority: secrets.clientSecret },
    };
    const tampered = [
      JSON.stringify({
        ...JSON.parse(head),
        ...fields,
        node: secrets.token,
        packages: { [secrets.email]: secrets.row },
      }),
      JSON.stringify(planted),
      JSON.stringify({ atMs: 1, type: 'customer', ...fields }),
      secrets.row,
      ...rest,
    ].join('\n');
    expect(findLeaks({ lines: [tampered] }).length).toBeGreaterThan(0);
    const file = fileOf(tampered);
    const out = fileOf();
    const { code, out: shown, errors } = await run(['report', '--trace', file, '--out', out, '--yes']);
    expect(code).toBe(0);
    expect(errors).toMatch(/lines and fields of .* are none of a trace, and were left out\./);
    const replayed = await run(['replay', file]);
    expect(findLeaks({ lines: [shown, readFileSync(out, 'utf8'), errors, replayed.out, replayed.errors] })).toEqual([]);
    expect(shown).toContain('"operation":"Create"');
  });
});
