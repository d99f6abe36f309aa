import { createShopifyClient, type Stores } from 'shopwright';
import { createProductQueue, createProductSync, type ProductQueue } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { type HandQueue, handQueue } from '../../queue/hand-queue.ts';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

/** What a test does during a step of a process. */
interface Hooks {
  /** After a product was read, before the job receives it. */
  onRead?: () => Promise<unknown>;
  /** After `enqueue` has read a record, before it receives it. */
  onRecord?: () => Promise<unknown>;
  /** After Shopify has executed a push, before the process knows. */
  onPushed?: () => Promise<unknown>;
}

interface Process {
  readonly products: ProductQueue;
  readonly queue: HandQueue;
  readonly hooks: Hooks;
}

/** Calls a hook once. */
async function fire(hooks: Hooks, name: keyof Hooks): Promise<void> {
  const hook = hooks[name];
  delete hooks[name];
  await hook?.();
}

/** One shop and its stores, with one product whose title the tests change, and processes that share them. */
function setup() {
  const shop = fakeSync();
  const { stores, clock, fake } = shop;
  let title = 'A';
  const process = (): Process => {
    const hooks: Hooks = {};
    const records: Stores['records'] = {
      ...stores.records,
      async get(...given) {
        const found = await stores.records.get(...given);
        await fire(hooks, 'onRecord');
        return found;
      },
    };
    const client = createShopifyClient({
      ...{ shop: domain, accessToken: 'shpat_fake', clock, isolated: true, retry: { maxRetries: 0 } },
      async fetch(request, init) {
        const sent = await new Request(request, init).clone().text();
        const response = await fake.fetch(request, init);
        if (/ProductPush|ProductFieldsUpdate/.test(sent)) await fire(hooks, 'onPushed');
        return response;
      },
    });
    const queue = handQueue();
    const products = createProductQueue({
      ...{ sync: createProductSync({ client, stores, clock }), queue, shop: domain, stores: { ...stores, records } },
      async source(localId) {
        const product = tee(localId, { title });
        await fire(hooks, 'onRead');
        return product;
      },
    });
    return { products, queue, hooks };
  };
  const change = async (to: string, { products }: Process): Promise<void> => {
    title = to;
    await products.enqueue('tee-1');
  };
  return { ...shop, process, change };
}

const titles = ({ fake }: Pick<FakeSync, 'fake'>): unknown[] => fake.products().map((product) => product['title']);

async function runAll(...processes: Process[]): Promise<void> {
  for (let isBusy = true; isBusy; ) {
    isBusy = false;
    for (const { queue } of processes) isBusy = (await queue.run()) || isBusy;
  }
}

describe('a change', () => {
  it('and the change back are both pushed, where a push ends while another process queues', async () => {
    const t = setup();
    const [one, two] = [t.process(), t.process()];
    await t.change('A', one);
    await runAll(one);
    await t.change('B', one);
    two.hooks.onRecord = () => one.queue.run();
    await t.change('B', two);
    expect(titles(t)).toEqual(['B']);
    await t.change('A', two);
    await runAll(one, two);
    expect(titles(t)).toEqual(['A']);
  });

  it('that comes after the product was read outlasts the push and a crash', async () => {
    const t = setup();
    const crashed = t.process();
    await t.change('A', crashed);
    crashed.hooks.onRead = () => t.change('B', crashed);
    await crashed.queue.run();
    expect(titles(t)).toEqual(['A']);

    const next = t.process();
    expect(await next.products.resume()).toBe(1);
    await runAll(next);
    expect(titles(t)).toEqual(['B']);
    expect(await next.products.resume()).toBe(0);
  });

  it('that comes while Shopify responds outlasts the push and a crash', async () => {
    const t = setup();
    const crashed = t.process();
    await t.change('A', crashed);
    crashed.hooks.onPushed = () => t.change('B', crashed);
    await crashed.queue.run();
    const next = t.process();
    expect(await next.products.resume()).toBe(1);
    await runAll(next);
    expect(titles(t)).toEqual(['B']);
  });
});

interface Race {
  readonly t: ReturnType<typeof setup>;
  /** Has read A. */
  readonly slow: Process;
  /** Pushes B. */
  readonly quick: Process;
}

/** After the slow process has read A, and before it sends A, the quick one pushes B and ends. */
async function overtaken(): Promise<Race> {
  const t = setup();
  const [slow, quick] = [t.process(), t.process()];
  await t.change('A', slow);
  slow.hooks.onRead = async () => {
    await t.change('B', quick);
    await runAll(quick);
  };
  return { t, slow, quick };
}

/**
 * The quick process has sent B, then the slow one does all its work, then the quick one records that the shop has B.
 */
async function overlapping(): Promise<Race & { runs(): Promise<unknown> }> {
  const t = setup();
  const [slow, quick] = [t.process(), t.process()];
  await t.change('A', slow);
  const runs = async (): Promise<unknown> => {
    let quickRun: Promise<unknown> | undefined;
    slow.hooks.onRead = async () => {
      await t.change('B', quick);
      const goOn = Promise.withResolvers<void>();
      quick.hooks.onPushed = async () => {
        goOn.resolve();
        await Promise.allSettled([slowRun]);
      };
      quickRun = quick.queue.run();
      await goOn.promise;
    };
    const slowRun = slow.queue.run();
    await Promise.allSettled([slowRun]);
    await quickRun;
    return slowRun;
  };
  return { t, slow, quick, runs };
}

describe('a push that was taken for dead', () => {
  it('and continues after another one is pushed again', async () => {
    const { t, slow, quick } = await overtaken();
    await slow.queue.run();
    expect(titles(t)).toEqual(['A']);
    await runAll(slow, quick);
    expect(titles(t)).toEqual(['B']);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 1 });
  });

  it('and continues while another one runs is pushed again, whatever the record says', async () => {
    const { t, slow, quick, runs } = await overlapping();
    await runs();
    expect(titles(t)).toEqual(['A']);
    await runAll(slow, quick);
    expect(titles(t)).toEqual(['B']);
    expect(await slow.products.resume()).toBe(0);
  });
});

describe('a push that was taken for dead and fails', () => {
  it('after it has sent an older state is pushed again, although its own job is not retried', async () => {
    const { t, slow, quick } = await overtaken();
    slow.hooks.onPushed = () => Promise.reject(new Error('the answer is lost'));
    await expect(slow.queue.run()).rejects.toThrow('The connection failed');
    expect(titles(t)).toEqual(['A']);
    await runAll(slow, quick);
    expect(titles(t)).toEqual(['B']);
    expect(await quick.products.resume()).toBe(0);
  });

  it('while another one runs is pushed again', async () => {
    const { t, slow, quick, runs } = await overlapping();
    slow.hooks.onPushed = () => Promise.reject(new Error('the answer is lost'));
    await expect(runs()).rejects.toThrow('The connection failed');
    expect(titles(t)).toEqual(['A']);
    await runAll(slow, quick);
    expect(titles(t)).toEqual(['B']);
    expect(await quick.products.resume()).toBe(0);
  });
});

describe('a mark that cannot be read', () => {
  it('is reported at start-up, after everything else is queued, and is fixed by the next change', async () => {
    const t = setup();
    const [one, two] = [t.process(), t.process()];
    await t.change('A', one);
    for await (const key of t.stores.keyValue.scan('')) await t.stores.keyValue.set(key, 'rubbish');
    await expect(two.products.resume()).rejects.toThrow('enqueue their products again');
    await runAll(two);
    expect(titles(t)).toEqual(['A']);
    expect(await two.products.resume()).toBe(0);
  });

  it('because a newer release has stored it is reported, not pushed and not overwritten', async () => {
    const t = setup();
    const [one, two] = [t.process(), t.process()];
    await t.change('A', one);
    const { keyValue } = t.stores;
    const stored = new Map<string, string>();
    for await (const key of keyValue.scan('')) {
      stored.set(key, ((await keyValue.get(key)) ?? '').replace('"format":1', '"format":2'));
    }
    for (const [key, text] of stored) await keyValue.set(key, text);
    await expect(two.products.resume()).rejects.toThrow('in format 2');
    await expect(t.change('B', one)).rejects.toThrow('Update this process');
    await expect(runAll(two)).rejects.toThrow('in format 2');
    expect(titles(t)).toEqual([]);
    expect(stored.size).toBe(1);
    for (const [key, text] of stored) expect(await keyValue.get(key)).toBe(text);
  });
});

it('a product that two processes create at once ends as in the next push, whichever came last', async () => {
  const t = fakeSync();
  const held = Promise.withResolvers<void>();
  const isAtShop = Promise.withResolvers<void>();
  const slow: typeof fetch = async (input, init) => {
    if (String(init?.body).includes('ProductPush(')) {
      isAtShop.resolve();
      await held.promise;
    }
    return t.fake.fetch(input, init);
  };
  const client = createShopifyClient({
    ...{ shop: domain, accessToken: 'shpat_fake', fetch: slow, clock: t.clock, isolated: true },
  });
  const other = createProductSync({ client, stores: t.stores, clock: t.clock });
  const plain = (title: string) => ({ localId: 'tee-1', title, variants: [{ sku: 'tee-1', price: '10.00' }] });
  const older = other.push(plain('Older'));
  await t.clock.run(isAtShop.promise);
  // Its identifier turns the late creation into an update of the product that this one has created.
  await t.clock.run(t.sync.push(plain('Newer')));
  held.resolve();
  await t.clock.run(older);
  expect(t.fake.products().map(({ title }) => title)).toEqual(['Older']);
  await t.clock.run(t.sync.push(plain('Newer')));
  expect(t.fake.products().map(({ title }) => title)).toEqual(['Newer']);
});
