import { createFakeShopify, type FakeSnapshot } from 'shopwright/testing';
import { mixOf } from './operations.ts';

/** Lets Node compile the code of a fake, on a temporary one: the first responses of a process are slow. */
export async function warmUp(snapshot: FakeSnapshot | undefined): Promise<void> {
  const fake = createFakeShopify({ shops: [{ bucket: { maximumAvailable: 1e9, restoreRate: 1e9 } }] });
  if (snapshot) fake.restore(snapshot);
  const [product] = fake.products();
  const operations = mixOf({
    count: 60,
    seed: 1,
    mutations: 0.15,
    productId: product?.id ?? 'gid://shopify/Product/1',
  });
  for (const { document, variables } of operations) {
    const response = await fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
      body: JSON.stringify({ query: document, variables }),
    });
    await response.text();
  }
  await fake.close();
}
