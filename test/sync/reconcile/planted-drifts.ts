import type { ProductDraftInput } from 'shopwright/validation';
import { domain, type FakeSync, tee } from '../fake-shop.ts';

/** The planted drifts: local ids by kind. */
export interface Planted {
  readonly deleted: readonly string[];
  readonly prices: readonly string[];
  readonly missedWebhooks: readonly string[];
  readonly lostRecords: readonly string[];
  readonly unfinished: readonly string[];
  /** Changes that leave the meaning the same. */
  readonly lookAlikes: readonly string[];
}

export const product = (localId: string): ProductDraftInput =>
  tee(localId, {
    descriptionHtml: ' <p>Soft.</p>\n',
    tags: ['one', 'two', 'three'],
    variants: [
      { sku: `${localId}-S`, price: '12.5', options: { Size: 'S' } },
      { sku: `${localId}-M`, price: '24.90', options: { Size: 'M' } },
    ],
  });

interface Stored {
  readonly id: string;
  readonly title: string;
  readonly variants: readonly { readonly id: string; readonly price: string }[];
}

/** A shop with that many pushed products; `more` adds to each. */
export async function pushedShop(made: FakeSync, count: number, more: object = {}): Promise<void> {
  const products = Array.from({ length: count }, (_, index) => ({ ...product(`p-${index}`), ...more }));
  const { counts } = await made.clock.run(made.sync.pushMany(products));
  if (counts.created !== count) throw new Error(`of ${count} products ${counts.created} were created`);
  await made.clock.advance(60_000);
}

/** The product with a local id, as stored by the fake. */
export const storedAs = ({ fake }: FakeSync): ReadonlyMap<string, Stored> => {
  const stored = fake.products() as unknown as readonly Stored[];
  return new Map(stored.map((one) => [one.title.replace('Tee ', ''), one]));
};

/** Like a merchant who uses the admin: no webhook reports it. */
export const merchant = {
  edit: ({ clock, client }: FakeSync, fields: object): Promise<unknown> =>
    clock.run(
      client.graphql('mutation ($p: ProductUpdateInput!) { productUpdate(product: $p) { userErrors { message } } }', {
        p: fields,
      }),
    ),
  price: ({ clock, client }: FakeSync, { id, variants }: Stored, price: string): Promise<unknown> =>
    clock.run(
      client.graphql(
        'mutation ($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $v) { userErrors { message } } }',
        { id, v: [{ id: variants[0]?.id, price }] },
      ),
    ),
  delete: ({ clock, client }: FakeSync, id: string): Promise<unknown> =>
    clock.run(
      client.graphql('mutation ($id: ID!) { productDelete(input: { id: $id }) { userErrors { message } } }', { id }),
    ),
};

/** Plants that many drifts of each kind, and as many look-alikes, among the products of a shop. */
export async function plantDrifts(made: FakeSync, each: number): Promise<Planted> {
  const { stores, clock } = made;
  const stored = storedAs(made);
  // Spread over the shop, so that no page has drifts of one kind only.
  const ids = [...stored.keys()];
  const step = Math.floor(ids.length / (6 * each));
  const take = (kind: number): readonly string[] =>
    Array.from({ length: each }, (_, index) => ids[(index * 6 + kind) * step] ?? '');
  const [deleted = [], prices = [], missedWebhooks = [], lostRecords = [], unfinished = [], lookAlikes = []] = [
    0, 1, 2, 3, 4, 5,
  ].map(take);
  const the = (localId: string): Stored => {
    const found = stored.get(localId);
    if (!found) throw new Error(`${localId} is not in the shop`);
    return found;
  };
  for (const localId of deleted) await merchant.delete(made, the(localId).id);
  for (const localId of prices) await merchant.price(made, the(localId), '99.00');
  for (const localId of missedWebhooks)
    await merchant.edit(made, { id: the(localId).id, vendor: 'Acme', descriptionHtml: '<p>Edited.</p>' });
  for (const localId of lostRecords) await stores.records.delete(domain, localId);
  for (const localId of unfinished) {
    const record = await stores.records.get(domain, localId);
    if (!record) throw new Error(`${localId} has no record`);
    await stores.records.put({ ...record, status: 'syncing', lastAttemptAt: clock.now(), version: record.version + 1 });
  }
  for (const [index, localId] of lookAlikes.entries()) {
    const { id } = the(localId);
    if (index % 3 === 0) await merchant.price(made, the(localId), '12.500');
    if (index % 3 === 1) await merchant.edit(made, { id, tags: ['three', 'one', 'two'] });
    if (index % 3 === 2) await merchant.edit(made, { id, descriptionHtml: '<p>Soft.</p>' });
  }
  await clock.advance(3_600_000);
  return { deleted, prices, missedWebhooks, lostRecords, unfinished, lookAlikes };
}
