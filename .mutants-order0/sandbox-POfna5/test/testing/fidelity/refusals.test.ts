// @ts-nocheck
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshFake } from './fresh-fake.ts';
import { type Given, noCode, refusals } from './refusals.ts';

const documents: Readonly<Record<keyof typeof refusals, string>> = {
  productSet:
    'mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) { productSet(input: $input, identifier: $identifier) { product { id } userErrors { code field message } } }',
  metafieldsSet:
    'mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { id } userErrors { code field message } } }',
  productVariantsBulkUpdate:
    'mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $variants) { productVariants { id } userErrors { code field message } } }',
  inventorySetQuantities:
    'mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "once") { inventoryAdjustmentGroup { id } userErrors { code field message } } }',
  webhookSubscriptionCreate:
    'mutation ($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) { webhookSubscription { id } userErrors { field message } } }',
  fileCreate:
    'mutation ($files: [FileCreateInput!]!) { fileCreate(files: $files) { files { id } userErrors { code field message } } }',
};

const seed = `mutation ($input: ProductSetInput!) { productSet(input: $input) {
  product { id variants(first: 2) { nodes { id inventoryItem { id } } } } userErrors { message } } }`;

async function shopWithShirt() {
  const kit = freshFake();
  const input = {
    title: 'Shirt',
    productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
    variants: ['S', 'M'].map((name) => ({ price: '1', optionValues: [{ optionName: 'Size', name }] })),
  };
  const { product } = await kit.payload(seed, { input });
  const { nodes } = await kit.payload('{ locations(first: 1) { nodes { id } } }');
  const [first, second] = product.variants.nodes;
  const given: Given = {
    productId: product.id,
    variantIds: [first.id, second.id],
    itemId: first.inventoryItem.id,
    locationId: nodes[0].id,
  };
  return { ...kit, given };
}

describe.each(Object.entries(documents))('%s refuses', (mutation, document) => {
  const rows = refusals[mutation as keyof typeof refusals];

  it.each(rows.map((refusal) => [`${refusal.what} (${refusal.evidence})`, refusal] as const))(
    '%s',
    async (_name, { input, code, field, message }) => {
      const { fake, payload, given } = await shopWithShirt();
      const before = JSON.stringify(fake.products());
      const { userErrors, ...result } = await payload(document, input(given) as object);
      expect(userErrors).toContainEqual({
        ...(code !== null && { code: code === noCode ? null : code }),
        field: field.split('.'),
        message,
      });
      // Variants that are named stand beside what is wrong with their values, as they were.
      const standing = given.variantIds.map((id) => ({ id }));
      for (const value of Object.values(result))
        expect([null, [], standing, standing.slice(0, 1)]).toContainEqual(value);
      expect(JSON.stringify(fake.products())).toBe(before);
    },
  );
});

describe('the refusals', () => {
  it('are counted in docs/testing.md as they are here, by mutation and evidence', () => {
    const docs = readFileSync(new URL('../../../docs/testing.md', import.meta.url), 'utf8');
    const counts = Object.entries(documents).map(([mutation]) => {
      const rows = refusals[mutation as keyof typeof refusals];
      const of = (evidence: string) => rows.filter((row) => row.evidence === evidence).length;
      return `| \`${mutation}\` | ${of('recorded')} | ${of('documented')} | ${of('inferred')} |`;
    });
    for (const count of counts) expect(docs).toContain(count);
    expect(
      Object.keys(documents).flatMap((name) => refusals[name as keyof typeof refusals]).length,
    ).toBeGreaterThanOrEqual(120);
  });
});
