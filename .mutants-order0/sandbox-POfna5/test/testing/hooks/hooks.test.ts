// @ts-nocheck
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createFakeShopify, type FakeShopify, type HookedCall, type KillPoint } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask, pushMutation, tee } from '../ask.ts';

const readQuery = 'query ReadProduct($id: ID!) { product(id: $id) { id title vendor } }';
const renameMutation = /* GraphQL */ `
  mutation Rename($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }
`;

const push = async (fake: FakeShopify, handle: string): Promise<string> => {
  const { json } = await ask(fake.fetch, { query: pushMutation, variables: tee(handle) });
  return json.data.productSet.product.id;
};
const read = (fake: FakeShopify, id: string, token?: string) =>
  ask(fake.fetch, { query: readQuery, variables: { id }, ...(token !== undefined && { token }) });
const rename = (fake: FakeShopify, id: string, changes: object, token?: string) =>
  ask(fake.fetch, {
    query: renameMutation,
    variables: { product: { id, ...changes } },
    ...(token !== undefined && { token }),
  });
const titles = (fake: FakeShopify): unknown[] => fake.products().map(({ title }) => title);

const twoApps = { shops: [{ tokens: { shpat_fake: 'default', shpat_other: 'other' } }] };

describe('hooks before and after a call', () => {
  it('run right before and right after it is executed, once', async () => {
    const fake = createFakeShopify();
    const seen: unknown[] = [];
    fake.hooks.before(
      'Push',
      ({ rootFields, executed }) => void seen.push(['before', rootFields, executed, titles(fake)]),
    );
    fake.hooks.after(
      'productSet',
      ({ executed, actualCost }) => void seen.push(['after', executed, actualCost, titles(fake)]),
    );
    await push(fake, 'a');
    await push(fake, 'b');
    expect(seen).toEqual([
      ['before', ['productSet'], false, []],
      ['after', true, 10, ['A a']],
    ]);
  });

  it('meet as many calls as wanted, after as many as wanted, by a test of the call too', async () => {
    const fake = createFakeShopify();
    const seen: unknown[] = [];
    const isTee = ({ variables }: HookedCall): boolean => JSON.stringify(variables).includes('tee');
    fake.hooks.before(isTee, ({ variables }) => void seen.push(variables), { after: 1, times: 2 });
    for (const handle of ['tee-1', 'cap', 'tee-2', 'tee-3', 'tee-4']) await push(fake, handle);
    expect(seen).toEqual([tee('tee-2'), tee('tee-3')]);
  });

  it('are waited for, and may call the fake themselves', async () => {
    const fake = createFakeShopify();
    fake.hooks.before('productSet', () => push(fake, 'first'));
    await push(fake, 'second');
    expect(titles(fake)).toEqual(['A first', 'A second']);
  });

  it('do not run for a call that is not executed', async () => {
    const fake = createFakeShopify();
    fake.faults.next('status-503', { operation: 'Push' });
    fake.hooks.before('Push', () => {
      throw new Error('It was executed.');
    });
    expect((await ask(fake.fetch, { query: pushMutation, variables: tee() })).status).toBe(503);
    fake.hooks.clear();
    await push(fake, 'tee');
    await fake.close();
  });

  it('tell of what they throw, at the call and at the end', async () => {
    const fake = createFakeShopify();
    const broken = new Error('The writer found no product.');
    fake.hooks.before('Push', () => {
      throw broken;
    });
    await expect(push(fake, 'tee')).rejects.toBe(broken);
    await expect(fake.close()).rejects.toMatchObject({ errors: [broken] });
  });

  it('know REST calls by their kind of path', async () => {
    const fake = createFakeShopify();
    const id = (await push(fake, 'tee')).split('/').at(-1);
    const seen: string[] = [];
    fake.hooks.before('GET products/{id}.json', ({ rootFields }) => void seen.push(...rootFields));
    await ask(fake.fetch, { method: 'GET', path: `/admin/api/2026-10/products/${id}.json` });
    expect(seen).toEqual([`GET products/${id}.json`]);
  });

  it('refuse options that they do not have', () => {
    const { hooks } = createFakeShopify();
    const run = (): void => undefined;
    expect(() => hooks.before('Push', run, { time: 2 } as object)).toThrow(/time.*times/s);
    expect(() => hooks.after('Push', run, { id: 'gid' } as object)).toThrow(/id/);
    expect(() => hooks.between('a', 'b', run, { times: -1 })).toThrow(
      'times: is -1. Give a number of calls, 0 or more.',
    );
    expect(() => hooks.killAt('during productSet' as KillPoint, run)).toThrow('Write it like "before productSet"');
    expect(() => hooks.killAt('after productSet#0', run)).toThrow('point: is "after productSet#0"');
  });
});

describe('a hook between a read and a write', () => {
  it('lets another writer strike where the client cannot see it', async () => {
    const fake = createFakeShopify(twoApps);
    const id = await push(fake, 'tee');
    fake.hooks.between('ReadProduct', 'productUpdate', async () => {
      await rename(fake, id, { title: 'Sale!', vendor: 'Merchant' }, 'shpat_other');
    });
    expect((await read(fake, id)).json.data.product).toMatchObject({ title: 'A tee', vendor: 'demo' });
    expect(titles(fake)).toEqual(['A tee']);
    await rename(fake, id, { title: 'Tee' });
    expect((await read(fake, id)).json.data.product).toMatchObject({ title: 'Tee', vendor: 'Merchant' });
  });

  it('counts pairs of one product, and no write without a read before', async () => {
    const fake = createFakeShopify();
    const [tee, cap] = [await push(fake, 'tee'), await push(fake, 'cap')];
    let strikes = 0;
    fake.hooks.between('ReadProduct', 'Rename', () => void strikes++, { id: cap, after: 1, times: 5 });
    const pair = async (id: string): Promise<number> => {
      await read(fake, id);
      await rename(fake, id, { title: `${strikes}` });
      return strikes;
    };
    expect(await pair(tee)).toBe(0);
    expect(await pair(cap)).toBe(0);
    expect(await pair(tee)).toBe(0);
    expect(await pair(cap)).toBe(1);
    await rename(fake, cap, { title: 'again' });
    expect(strikes).toBe(1);
  });

  it('takes no write of another app for the next one', async () => {
    const fake = createFakeShopify(twoApps);
    const id = await push(fake, 'tee');
    const struck: unknown[] = [];
    fake.hooks.between('ReadProduct', 'Rename', ({ app }) => void struck.push(app));
    await read(fake, id);
    await rename(fake, id, { title: 'x' }, 'shpat_other');
    expect(struck).toEqual([]);
    await rename(fake, id, { title: 'y' });
    expect(struck).toEqual(['default']);
  });
});

describe('a kill point', () => {
  it.each([
    ['before productSet#2', ['A a']],
    ['after productSet#2', ['A a', 'A b']],
  ] as const)('%s leaves %j', async (point, expected) => {
    const fake = createFakeShopify();
    const stopping = new AbortController();
    const killed = fake.hooks.killAt(point, () => stopping.abort(new Error('killed')));
    const client = async (): Promise<void> => {
      for (const handle of ['a', 'b', 'c']) {
        await ask(fake.fetch, { query: pushMutation, variables: tee(handle), signal: stopping.signal });
      }
    };
    await expect(client()).rejects.toThrow('killed');
    expect(await killed).toMatchObject({ operation: 'Push', variables: tee('b') });
    expect(titles(fake)).toEqual(expected);
    expect(fake.calls.at(-1)).toMatchObject({
      outcome: 'killed',
      status: 0,
      executed: expected.length === 2,
    });
    expect(fake.stats().pointsUsed).toBe(expected.length * 10);
  });

  it('sends a client no response, whatever it does', async () => {
    const fake = createFakeShopify();
    void fake.hooks.killAt('after productSet', () => undefined);
    const won = await Promise.race([
      push(fake, 'tee'),
      fake.hooks.killAt('before productUpdate', () => undefined),
      tick(),
    ]);
    expect(won).toBe('nothing came');
    expect(titles(fake)).toEqual(['A tee']);
  });

  it('kills a process, and what it was doing stands or not', async () => {
    for (const [point, products] of [
      ['before productSet', 0],
      ['after productSet', 1],
    ] as const) {
      await using fake = createFakeShopify();
      const { origin } = await fake.listen();
      const send = `await fetch('${origin}/admin/api/2026-10/graphql.json', { method: 'POST', headers: {
        'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' }, body: process.argv[1] })`;
      const body = JSON.stringify({ query: pushMutation, variables: tee() });
      const child = spawn(process.execPath, ['--input-type=module', '--eval', send, body]);
      const ended = once(child, 'exit');
      await fake.hooks.killAt(point, async () => {
        child.kill('SIGKILL');
        await ended;
      });
      expect(child.signalCode).toBe('SIGKILL');
      expect(fake.products()).toHaveLength(products);
    }
  });

  it('is one of those that were passed, and each of them can be met', async () => {
    const client = async (fake: FakeShopify, signal?: AbortSignal): Promise<void> => {
      const id = await push(fake, 'tee');
      await read(fake, id);
      const rest = { method: 'POST', path: '/admin/api/2026-10/products.json' };
      await ask(fake.fetch, { ...rest, body: '{"product":{"title":"Cap"}}', ...(signal && { signal }) });
      const again = { query: pushMutation, variables: tee('mug'), ...(signal && { signal }) };
      await ask(fake.fetch, again);
    };
    const whole = createFakeShopify();
    await push(whole, 'setup');
    whole.hooks.clear();
    await client(whole);
    const points = whole.hooks.killPoints();
    expect(points).toEqual([
      'before productSet#1',
      'after productSet#1',
      'before POST products.json#1',
      'after POST products.json#1',
      'before productSet#2',
      'after productSet#2',
    ]);
    const left: number[] = [];
    for (const point of points) {
      const fake = createFakeShopify();
      const stopping = new AbortController();
      const killed = fake.hooks.killAt(point, () => stopping.abort());
      await Promise.race([killed, client(fake, stopping.signal)]);
      left.push(fake.products().length);
    }
    expect(left).toEqual([0, 1, 1, 2, 2, 3]);
  });
});

/** All that was under way has come to its end. */
const tick = async (): Promise<string> => {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return 'nothing came';
};
