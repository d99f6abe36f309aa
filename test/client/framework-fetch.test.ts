import { isShopwrightError, type TokenSource } from 'shopwright';
import { undiciTransport } from 'shopwright/transport/undici';
import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { good, rejection, type Step, scriptedShop, status } from './scripted-shop.ts';

const create = 'mutation Create { productCreate(product: {}) { product { id } } }';

/** A fetch as patched by frameworks: it does not send a request twice, whatever the request says about caches. */
function cachingFetch(send: typeof fetch): typeof fetch {
  const kept = new Map<string, Response>();
  return async (input, init) => {
    const { method, body, headers } = init ?? {};
    const key = JSON.stringify([String(input), method, body, [...new Headers(headers)]]);
    const response = kept.get(key) ?? (await send(input, init));
    kept.set(key, response.clone());
    return response;
  };
}

/** The error that a framework throws to leave a render, recognized by its digest. */
const bailOut = Object.assign(new Error('Dynamic server usage: no-store fetch'), { digest: 'DYNAMIC_SERVER_USAGE' });

describe('a fetch patched by a framework', () => {
  it('does not serve mutations or reads from its cache', async () => {
    let made = 0;
    const next: Step = () => Response.json({ data: { productCreate: { product: { id: String(++made) } } } });
    const steps = Array.from({ length: 6 }, () => next);
    const { shop, clock, sent } = scriptedShop(steps, {}, cachingFetch);
    const ids: unknown[] = [];
    for (let call = 0; call < 3; call += 1) ids.push((await clock.run(shop.graphql(create))).data);
    for (let call = 0; call < 3; call += 1) await clock.run(shop.rest.get('shop.json'));
    expect(ids).toEqual(['1', '2', '3'].map((id) => ({ productCreate: { product: { id } } })));
    expect(sent).toHaveLength(6);
  });

  it('is told not to cache, and gets a new request for each attempt', async () => {
    const inits: RequestInit[] = [];
    const spy =
      (send: typeof fetch): typeof fetch =>
      (input, init) => {
        inits.push(init ?? {});
        return send(input, init);
      };
    const { shop, clock } = scriptedShop([status(503), good()], {}, spy);
    await clock.run(shop.graphql('{ shop { name } }'));
    expect(inits.map(({ cache }) => cache)).toEqual(['no-store', 'no-store']);
    const values = inits.map(({ headers }) => new Headers(headers).get('x-shopwright-attempt'));
    expect(new Set(values).size).toBe(2);
    expect(values).not.toContain(null);
  });

  it.each([
    ['a bail-out of Next', bailOut],
    ['a postponed render of React', { $$typeof: Symbol.for('react.postpone') }],
  ])('ends the call by %s, which is passed on unchanged and not retried', async (_name, thrown) => {
    const { shop, clock, sent } = scriptedShop([() => Promise.reject(thrown), good()], {
      breaker: { failures: 1, operations: 1 },
    });
    expect(await clock.run(rejection(shop.graphql(create)))).toBe(thrown);
    expect(sent).toHaveLength(1);
    expect(shop.status().breaker).toBe('closed');
    expect(shop.status().limiter?.inFlight).toBe(0);
  });

  it('causes an error that names the page setting that forbids all calls', async () => {
    const refusal = new Error(
      "cache: 'no-store' used on fetch for https://acme.myshopify.com/ with 'export const fetchCache = 'only-cache'",
    );
    const { shop, clock, sent } = scriptedShop([() => Promise.reject(refusal)]);
    const error = await clock.run(rejection(shop.graphql(create)));
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.issues).toMatchObject([{ field: 'fetchCache' }]);
    expect(sent).toHaveLength(1);
  });
});

it("ends the call by a bail-out of a token source's own requests", async () => {
  const auth: TokenSource = { get: () => Promise.reject(bailOut), invalidate: () => Promise.reject(bailOut) };
  const { shop, clock } = scriptedShop([good()], { auth, accessToken: undefined });
  expect(await clock.run(rejection(shop.graphql(create)))).toBe(bailOut);
  const refused = scriptedShop([status(401)], {
    auth: { ...auth, get: () => Promise.resolve('shpat_refused') },
    accessToken: undefined,
  });
  expect(await refused.clock.run(rejection(refused.shop.graphql(create)))).toBe(bailOut);
});

it('counts as unsent if a mock agent has no response', async () => {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const { shop, clock } = scriptedShop([], {
    transport: undiciTransport({ dispatcher: agent }),
    retry: { maxRetries: 0 },
  });
  const error = await clock.run(rejection(shop.graphql(create)));
  expect(isShopwrightError(error, 'NETWORK_ERROR') && error.mayHaveExecuted).toBe(false);
  await agent.close();
});
