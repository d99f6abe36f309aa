import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeShopify } from 'shopwright/testing';

/** The initial products of each shop. */
export interface Catalogue {
  readonly snapshotFile: string;
  /** One of them. */
  readonly productId: string;
  remove(): void;
}

const productSet = `mutation($input: ProductSetInput!) {
  productSet(synchronous: true, input: $input) { product { id } userErrors { message } }
}`;

/** Creates 20 products with 3 variants each, once for all races. */
export async function createCatalogue(): Promise<Catalogue> {
  const bucket = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
  const fake = createFakeShopify({ shops: [{ bucket }] });
  for (let index = 0; index < 20; index += 1) {
    const response = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
      body: JSON.stringify({ query: productSet, variables: { input: product(index) } }),
    });
    const text = await response.text();
    if (!text.includes('"userErrors":[]')) throw new Error(`The catalogue cannot be made: ${text}`);
  }
  const [first] = fake.products();
  if (!first) throw new Error('The catalogue is empty.');
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-bench-'));
  const snapshotFile = join(folder, 'catalogue.json');
  writeFileSync(snapshotFile, JSON.stringify(fake.snapshot()));
  await fake.close();
  return { snapshotFile, productId: first.id, remove: () => rmSync(folder, { recursive: true }) };
}

function product(index: number): object {
  const sizes = Array.from({ length: 3 }, (_, size) => `size ${size}`);
  return {
    title: `Product ${index}`,
    productOptions: [{ name: 'Size', values: sizes.map((name) => ({ name })) }],
    variants: sizes.map((name, size) => ({
      optionValues: [{ optionName: 'Size', name }],
      sku: `sku-${index}-${size}`,
      price: '10.00',
    })),
  };
}
