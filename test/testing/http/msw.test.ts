import { setupServer } from 'msw/node';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { undiciTransport } from 'shopwright/transport/undici';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { mswHandlers } from '../../../src/testing/fake/http/msw.ts';
import { ask, pushMutation, tee } from '../ask.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** Sends nothing: what comes as far as here has passed by the handlers. */
const offline = new Agent({ connect: (_options, done) => done(new Error('offline'), null) });

const clientOf = (shop: string) =>
  createShopifyClient({
    shop,
    accessToken: 'shpat_fake',
    transport: undiciTransport({ dispatcher: offline }),
    retry: { maxRetries: 0 },
  });

const globalFetch: typeof fetch = (input, init) => globalThis.fetch(input, init);

describe('the handlers for msw', () => {
  it('answer for the shops of the fake', async () => {
    const fake = createFakeShopify({
      shops: [{ domain: 'one.myshopify.com' }, { domain: 'two.myshopify.com', name: 'Two' }],
    });
    server.use(...fake.handlers);
    const { json, headers } = await ask(globalFetch, { host: 'https://two.myshopify.com' });
    expect(json.data.shop.name).toBe('Two');
    expect(headers.get('x-shopify-api-version')).toBe('2026-10');
    expect((await ask(globalFetch, { host: 'https://one.myshopify.com', token: 'no' })).status).toBe(401);
  });

  it('answer for all of a shop: REST and OAuth too', async () => {
    const fake = createFakeShopify();
    server.use(...fake.handlers);
    const { json } = await ask(globalFetch, { path: '/admin/api/2026-10/shop.json', method: 'GET' });
    expect(json.shop.name).toBe('demo');
    expect((await ask(globalFetch, { path: '/admin/oauth/access_token' })).status).toBe(400);
  });

  it('break off in the middle of a response', async () => {
    const fake = createFakeShopify();
    server.use(...fake.handlers);
    fake.faults.next('wrong-content-length');
    await expect(ask(globalFetch)).rejects.toThrow(TypeError);
  });

  it('turn a dropped connection into a network error, after it executed', async () => {
    const fake = createFakeShopify();
    server.use(...fake.handlers);
    fake.faults.next('reset-after');
    await expect(ask(globalFetch, { query: pushMutation, variables: tee() })).rejects.toThrow(TypeError);
    expect(fake.executed('Push')).toBe(1);
  });

  it('let the caller give up on a response that hangs', async () => {
    const fake = createFakeShopify();
    server.use(...fake.handlers);
    fake.faults.next('hang');
    const stopping = new AbortController();
    const asking = ask(globalFetch, { signal: stopping.signal });
    const rejected = expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => fake.calls.length).toBe(1);
    stopping.abort();
    await rejected;
  });

  it('wait on the clock of the fake', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, latencyMs: 60_000 });
    server.use(...fake.handlers);
    const asking = ask(globalFetch);
    await expect.poll(() => clock.pending).toBe(1);
    expect((await clock.run(asking)).status).toBe(200);
    expect(clock.monotonic()).toBe(60_000);
  });

  it('answer 500 when the fake itself fails', async () => {
    server.use(...mswHandlers(() => Promise.reject(new Error('broken')), ['demo.myshopify.com']));
    const { status, json } = await ask(globalFetch);
    expect([status, json]).toEqual([500, { errors: 'The fake failed: broken' }]);
  });

  it.each([
    ['undiciTransport', 'a', (shop: string) => clientOf(shop).graphql('{ shop { name } }')],
    ['a dispatcher of undici', 'b', (shop: string) => request(`https://${shop}/`, { dispatcher: offline })],
  ])('warn once of what they do not see: %s', async (_what, name, send) => {
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => warnings.mockRestore());
    const domains = [`${name}.myshopify.com`, `${name}-closed.myshopify.com`] as const;
    const [fake, closed] = domains.map((domain) => createFakeShopify({ shops: [{ domain }] }));
    server.use(...(fake?.handlers ?? []), ...(closed?.handlers ?? []));
    await closed?.close();
    expect((await ask(globalFetch, { host: `https://${domains[0]}` })).status).toBe(200);
    await expect(request('https://elsewhere.example/', { dispatcher: offline })).rejects.toThrow('offline');
    await expect(send(domains[1])).rejects.toThrow();
    expect(warnings).not.toHaveBeenCalled();
    for (let call = 0; call < 2; call += 1) await expect(send(domains[0])).rejects.toThrow();
    await fake?.close();
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(`https://${domains[0]} bypassed.*undici.*fake\\.fetch.*fake\\.listen`),
        { code: 'SHOPWRIGHT_FAKE_BYPASSED' },
      ],
    ]);
  });

  it('say what to install where msw is missing', () => {
    const missing = (): never => {
      throw new Error("Cannot find module 'msw'");
    };
    const make = (): unknown => mswHandlers(() => Promise.reject(new Error()), [], missing);
    expect(make).toThrow('npm install --save-dev msw');
    expect(make).toThrow(expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')));
  });
});
