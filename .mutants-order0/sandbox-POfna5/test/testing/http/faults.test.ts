// @ts-nocheck
import { gzipSync } from 'node:zlib';
import {
  createFakeShopify,
  createManualClock,
  type FakeServer,
  type FakeShopify,
  type FaultKind,
  faultKinds,
} from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { schemaVersions } from '../../../src/config/generated/api-versions.ts';
import { createCallLog } from '../../../src/testing/fake/call-log.ts';
import { createFaultPlan } from '../../../src/testing/fake/faults/faults.ts';
import { createHooks } from '../../../src/testing/fake/hooks/hooks.ts';
import type { FakeApi, FakeRoute } from '../../../src/testing/fake/http/api.ts';
import { createCore } from '../../../src/testing/fake/http/core.ts';
import { fakeFetch } from '../../../src/testing/fake/http/fetch.ts';
import { listen } from '../../../src/testing/fake/http/listen.ts';
import { createApps } from '../../../src/testing/fake/oauth/session-token.ts';
import { createTokenBook } from '../../../src/testing/fake/oauth/tokens.ts';
import { createShops } from '../../../src/testing/fake/shops.ts';
import { createFakeStore } from '../../../src/testing/fake/store/fake-store.ts';
import { type Ask, type Asked, ask, pushMutation, tee } from '../ask.ts';

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** One way into the fake: in the process, or through a socket. */
type Face = (fake: FakeShopify) => Promise<(asked: Ask) => Promise<Asked>>;

const overFetch: Face = async (fake) => (asked) => ask(fake.fetch, asked);
const overHttp: Face = async (fake) => {
  const server = await fake.listen();
  servers.push(server);
  return (asked) => ask(globalThis.fetch, { host: server.origin, ...asked });
};

describe.each([
  ['fetch', overFetch],
  ['HTTP', overHttp],
])('a fault over %s', (_face, open) => {
  const meet = async (kind: FaultKind, asked: Ask = {}) => {
    const fake = createFakeShopify();
    const send = await open(fake);
    fake.faults.next(kind, { operation: 'Push', delayMs: 1 });
    const answer = await send({ query: pushMutation, variables: tee(), ...asked }).catch((error: unknown) => error);
    return { fake, send, answer: answer as Asked, error: answer as Error };
  };

  it.each([
    ['status-500', 500, 0],
    ['status-502', 502, 0],
    ['status-503', 503, 0],
    ['status-504', 504, 0],
    ['status-429', 429, 0],
    ['status-401', 401, 0],
    ['status-402', 402, 0],
    ['status-403', 403, 0],
    ['status-423', 423, 0],
    ['status-430', 430, 0],
    ['status-540', 540, 0],
    ['status-500-after', 500, 1],
    ['status-502-after', 502, 1],
    ['status-503-after', 503, 1],
    ['status-504-after', 504, 1],
  ] as const)('%s answers with status %i and executes %i times', async (kind, status, executed) => {
    const { fake, answer } = await meet(kind);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ errors: expect.any(String) });
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '2.0' : null);
    expect(fake.products()).toHaveLength(executed);
    expect(fake.executed('productSet')).toBe(executed);
    expect(fake.stats()).toMatchObject({ pointsUsed: executed * 10, faults: { [kind]: 1 } });
    expect(fake.calls).toMatchObject([{ outcome: 'fault', fault: kind, status, executed: executed === 1 }]);
  });

  it.each([
    ['reset-before', 0],
    ['reset-after', 1],
  ] as const)('%s ends the connection and executes %i times', async (kind, executed) => {
    const { fake, send, error } = await meet(kind);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: 'fetch failed',
      cause: { code: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) },
    });
    expect(fake.products()).toHaveLength(executed);
    expect(fake.calls).toMatchObject([{ outcome: 'fault', fault: kind, status: 0, executed: executed === 1 }]);
    expect((await send({})).status).toBe(200);
  });

  it.each([
    ['hang', 0],
    ['hang-after', 1],
  ] as const)('%s answers nothing until the caller gives up, and executes %i times', async (kind, executed) => {
    const stopping = new AbortController();
    const fake = createFakeShopify();
    const send = await open(fake);
    fake.faults.next(kind);
    const asking = send({ query: pushMutation, variables: tee(), signal: stopping.signal });
    await expect.poll(() => fake.calls.length).toBe(1);
    stopping.abort();
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    expect(fake.products()).toHaveLength(executed);
    expect(fake.calls).toMatchObject([{ fault: kind, status: 0 }]);
  });

  it('slow answers as always, late', async () => {
    const { fake, answer } = await meet('slow');
    expect(answer.json.data.productSet.product.handle).toBe('tee');
    expect(fake.calls).toMatchObject([{ outcome: 'fault', fault: 'slow', status: 200, executed: true }]);
  });

  it('slow-drip answers piece by piece', async () => {
    const { fake, answer } = await meet('slow-drip');
    expect(answer.json.data.productSet.product.handle).toBe('tee');
    expect(fake.calls).toMatchObject([{ outcome: 'fault', fault: 'slow-drip', status: 200, executed: true }]);
  });

  it('wrong-content-length announces more than comes, and breaks off', async () => {
    const fake = createFakeShopify();
    const send = await open(fake);
    fake.faults.next('wrong-content-length');
    const answer = send({ query: pushMutation, variables: tee() });
    await expect(answer).rejects.toMatchObject({
      name: 'TypeError',
      message: 'terminated',
      cause: { code: 'UND_ERR_SOCKET' },
    });
    expect(fake.calls).toMatchObject([{ fault: 'wrong-content-length', status: 200, executed: true }]);
    expect((await send({})).status).toBe(200);
  });

  it('clock-skew answers from a machine whose clock is off, by as much as the test says', async () => {
    const fake = createFakeShopify({ clock: createManualClock({ now: Date.UTC(2026, 10, 1) }) });
    const send = await open(fake);
    fake.faults.next('clock-skew', { delayMs: -90_000 });
    expect((await send({})).headers.get('date')).toBe('Sat, 31 Oct 2026 23:58:30 GMT');
    fake.faults.next('clock-skew');
    expect((await send({})).headers.get('date')).toBe('Sun, 01 Nov 2026 00:00:02 GMT');
    expect((await send({})).headers.get('date')).toBe('Sun, 01 Nov 2026 00:00:00 GMT');
  });

  it('version-fall-forward names another version than the one that was asked for', async () => {
    const fake = createFakeShopify();
    const send = await open(fake);
    const versionOf = async (path: string): Promise<string | null> => {
      fake.faults.next('version-fall-forward');
      return (await send({ path })).headers.get('x-shopify-api-version');
    };
    expect(await versionOf('/admin/api/2026-10/graphql.json')).toBe('2026-01');
    expect(await versionOf('/admin/api/2026-01/graphql.json')).toBe('2026-04');
    expect(await versionOf('/admin/oauth/access_token')).toBeNull();
  });

  it('deprecated says so in a header', async () => {
    const { answer } = await meet('deprecated');
    expect(answer.headers.get('x-shopify-api-deprecated-reason')).toBe('Shop.products, Shop.productVariants');
    expect(answer.json.data.productSet.product.handle).toBe('tee');
  });

  it('throttled says THROTTLED though the points are there', async () => {
    const { fake, answer } = await meet('throttled');
    expect(answer.status).toBe(200);
    expect(answer.json.errors[0].extensions.code).toBe('THROTTLED');
    expect(answer.json.extensions.cost).toMatchObject({
      requestedQueryCost: 10,
      actualQueryCost: null,
      throttleStatus: { currentlyAvailable: 2_000 },
    });
    expect(fake.stats()).toMatchObject({ throttled: 0, throttledInjected: 1, pointsUsed: 0 });
    expect(fake.products()).toEqual([]);
  });

  it.each([
    ['html', 200, 0],
    ['bad-gateway-html', 502, 0],
  ] as const)('%s answers a page with status %i', async (kind, status, executed) => {
    const { fake, answer } = await meet(kind);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.text).toContain('<html>');
    expect(fake.products()).toHaveLength(executed);
  });

  it('truncated answers half of the JSON, of what was executed', async () => {
    const { fake, answer } = await meet('truncated');
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\{"data":\{"productSet/);
    expect(() => answer.json).toThrow(SyntaxError);
    expect(fake.products()).toHaveLength(1);
  });

  it('empty answers 200 with nothing, after it executed', async () => {
    const { fake, answer } = await meet('empty');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(fake.products()).toHaveLength(1);
  });

  it('is counted by its kind, and is not used up by a call that was throttled', async () => {
    const fake = createFakeShopify({ shops: [{ bucket: { currentlyAvailable: 5, restoreRate: 0 } }] });
    const send = await open(fake);
    fake.faults.next('status-500');
    expect((await send({ query: pushMutation, variables: tee() })).json.errors[0].message).toBe('Throttled');
    expect((await send({})).status).toBe(500);
    const { faults } = fake.stats();
    expect(Object.keys(faults)).toEqual(faultKinds);
    expect(Object.values(faults).reduce((sum, count) => sum + count)).toBe(1);
  });
});

describe('slow-drip', () => {
  it('takes the time it is told, and gives all bytes', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, shops: [{ name: 'Ünïcödé '.repeat(20) }] });
    fake.faults.next('slow-drip', { delayMs: 10_000 });
    const { json } = await clock.run(ask(fake.fetch));
    expect(json.data.shop.name).toBe('Ünïcödé '.repeat(20));
    expect(clock.monotonic()).toBe(10_000);
  });

  it('ends for a caller that gives up in the middle', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    fake.faults.next('slow-drip', { delayMs: 10_000 });
    const stopping = new AbortController();
    const asking = ask(fake.fetch, { signal: stopping.signal });
    const rejected = expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    await clock.advance(3_000);
    stopping.abort();
    await rejected;
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('stops for a caller that lets the rest go', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    fake.faults.next('slow-drip', { delayMs: 10_000 });
    const headers = { 'x-shopify-access-token': 'shpat_fake' };
    const { body } = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/shop.json', { headers });
    const reader = body?.getReader();
    const first = reader?.read();
    await clock.advance(1_000);
    expect((await first)?.value?.length).toBeGreaterThan(0);
    const letGo = reader?.cancel();
    await clock.advance(1_000);
    await letGo;
    expect(clock.pending).toBe(0);
  });

  it('ends over HTTP for a caller that has gone', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    const server = await fake.listen();
    servers.push(server);
    fake.faults.next('slow-drip', { delayMs: 10_000 });
    const stopping = new AbortController();
    const asking = ask(globalThis.fetch, { host: server.origin, signal: stopping.signal });
    const rejected = expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => clock.pending).toBe(1);
    stopping.abort();
    await rejected;
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return clock.pending;
      })
      .toBe(0);
  });
});

describe('a route', () => {
  const route: FakeRoute = {
    matches: ({ path }) => path.startsWith('/files/'),
    async answer({ path }) {
      const headers = { 'content-type': 'text/plain', 'content-length': '6' };
      if (path === '/files/gone') return { type: 'drop' };
      if (path === '/files/packed') {
        return { type: 'answer', status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync('packed') };
      }
      return path === '/files/pieces'
        ? { type: 'pieces', status: 200, headers, pieces: pieces() }
        : { type: 'answer', status: 200, headers, body: 'in one' };
    },
  };
  async function* pieces() {
    yield Buffer.from('pie');
    yield Buffer.from('ces');
  }
  const open = () => {
    const clock = createManualClock();
    const shops = createShops([{}], clock);
    const store = createFakeStore();
    const log = createCallLog(true);
    const faultPlan = createFaultPlan({}, 1);
    const never: FakeApi = {
      open: () => {
        throw new Error('not asked');
      },
    };
    const core = createCore({
      apps: createApps(),
      hooks: createHooks(() => undefined),
      clock,
      shops,
      tokens: createTokenBook({ store, clock }),
      apis: { graphql: never, rest: never },
      routes: [route],
      faultPlan,
      log,
      versions: schemaVersions,
      seed: 1,
      latencyMs: 0,
    });
    const get = async (path: string) =>
      clock.run(fakeFetch(core)(`https://demo.myshopify.com${path}`).then((r) => r.text()));
    return { core, faultPlan, log, get };
  };

  it('answers without a token, whole, in pieces or packed, under the name of its path', async () => {
    const { get, log } = open();
    expect(await get('/files/whole')).toBe('in one');
    expect(await get('/files/pieces')).toBe('pieces');
    expect(await get('/files/packed')).toBe('packed');
    await expect(get('/files/gone')).rejects.toThrow('fetch failed');
    expect(log.calls).toMatchObject([
      { operation: 'GET /files/whole', shop: 'demo.myshopify.com', outcome: 'ok', executed: true, status: 200 },
      { operation: 'GET /files/pieces' },
      { operation: 'GET /files/packed' },
      { operation: 'GET /files/gone', status: 0 },
    ]);
  });

  it('meets faults, also where its response is packed or in pieces', async () => {
    const { get, faultPlan, core } = open();
    faultPlan.next('truncated', { operation: 'GET /files/whole' });
    expect(await get('/files/whole')).toBe('in ');
    faultPlan.next('slow-drip', { operation: 'GET /files/packed' });
    expect(await get('/files/packed')).toBe('packed');
    faultPlan.next('truncated', { operation: 'GET /files/packed' });
    await expect(get('/files/packed')).rejects.toThrow('terminated');
    faultPlan.next('status-503-after', { operation: 'GET /files/packed' });
    expect(await get('/files/packed')).toContain('Service Unavailable');
    faultPlan.next('truncated', { operation: 'GET /files/pieces' });
    expect(await get('/files/pieces')).toBe('pieces');

    const server = await listen(core);
    servers.push(server);
    faultPlan.next('truncated', { operation: 'GET /files/whole' });
    expect(await (await fetch(`${server.origin}/files/whole`)).text()).toBe('in ');
    expect(await (await fetch(`${server.origin}/files/pieces`)).text()).toBe('pieces');
  });
});
