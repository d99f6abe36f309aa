import { createShopifyApp, staticToken } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

/** All stored data of the shop, except the marks of its erasure. */
async function keptOf({ stores }: FakeSync) {
  const notes: string[] = [];
  for await (const key of stores.keyValue.scan('')) if (!/^(erased|records-erased):/.test(key)) notes.push(key);
  return { records: await stores.records.list(domain), journal: await stores.journal.list(domain), notes };
}

const nothing = { records: [], journal: [], notes: [] };

async function setup(concurrency = 2) {
  const made = fakeSync({ sync: { concurrency } });
  const { stores, clock } = made;
  const app = createShopifyApp({ auth: staticToken('shpat_x'), stores: { ...stores }, clock, isolated: true });
  const erase = () => app.eraseShop(domain);
  // The first erasure loads modules, which takes real time: do it before the manual clock runs.
  await erase();
  return { ...made, erase };
}

const tees = (count: number, more: object = {}) => Array.from({ length: count }, (_, index) => tee(`p-${index}`, more));

describe('a push during an erasure of its shop', () => {
  it.each(['before ProductByIdentifier', 'before productSet', 'after productSet'])(
    'leaves no data of new products (%s)',
    async (point) => {
      const made = await setup();
      const [when, operation] = point.split(' ') as ['before' | 'after', string];
      made.fake.hooks[when](operation, made.erase, { times: 1 });
      const { counts, stoppedBy } = await made.clock.run(made.sync.pushMany(tees(6)));
      expect(await keptOf(made)).toEqual(nothing);
      // The remaining products are not sent.
      expect(counts.skipped).toBeGreaterThan(0);
      expect(stoppedBy).toMatchObject({
        code: 'SHOP_UNAVAILABLE',
        message: expect.stringContaining('was erased during the run'),
      });
    },
  );

  it.each([
    'before ProductsRead',
    'after ProductsRead',
    'before ProductFieldsUpdate',
    'after ProductFieldsUpdate',
    'after fileUpdate',
  ])('leaves no data of existing products (%s)', async (point) => {
    const made = await setup();
    await made.clock.run(made.sync.pushMany(tees(6)));
    const [when, operation] = point.split(' ') as ['before' | 'after', string];
    made.fake.hooks[when](operation, made.erase, { times: 1 });
    const image = { url: 'https://cdn.example.com/p-0.jpg', alt: 'Another' };
    await made.clock.run(made.sync.pushMany(tees(6, { title: 'Changed', images: [image] })));
    expect(await keptOf(made)).toEqual(nothing);
  });

  it.each([
    ['rollback', (made: FakeSync, runId: string) => made.sync.rollback({ runId })],
    ['deletion', (made: FakeSync) => made.sync.delete(['p-0', 'p-1', 'p-2'])],
    ['reconciliation', (made: FakeSync) => made.sync.reconcile({ onDrift: 'ours' })],
  ])('leaves no data of a %s', async (_, run) => {
    const made = await setup();
    await made.clock.run(made.sync.pushMany(tees(3)));
    const { runId } = await made.clock.run(made.sync.pushMany(tees(3, { title: 'Changed' })));
    const [{ id } = { id: '' }] = made.fake.products();
    await made.clock.run(
      made.client.graphql(
        'mutation ($id: ID!) { productUpdate(product: { id: $id, vendor: "By hand" }) { userErrors { message } } }',
        { id },
      ),
    );
    made.fake.hooks.before('ProductsRead', made.erase, { times: 1 });
    await made.clock.run<unknown>(run(made, runId).catch(() => undefined));
    expect(await keptOf(made)).toEqual(nothing);
  });

  it('does not affect pushes after the shop has installed the app again', async () => {
    const made = await setup();
    await made.clock.run(made.sync.pushMany(tees(2)));
    await made.erase();
    expect((await made.clock.run(made.sync.pushMany(tees(2)))).counts).toMatchObject({ failed: 0, skipped: 0 });
    expect((await keptOf(made)).records).toHaveLength(2);
  });
});
