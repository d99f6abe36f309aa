import { createFakeShopify, type FakeServer, type FakeShopify, type FaultKind, faultKinds } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
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
