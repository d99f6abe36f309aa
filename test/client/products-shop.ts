import { createShopifyClient, type ShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';
import { ask, pushMutation, tee } from '../testing/ask.ts';

interface Shop {
  readonly fake: FakeShopify;
  readonly shop: ShopifyClient;
  readonly clock: ManualClock;
}

/** A shop with products `p0`, `p1` and so on, each with some variants and metafields. */
export async function shopOf(count: number, { variants = 1, metafields = 0, ...options }: Seed = {}): Promise<Shop> {
  const clock = createManualClock();
  const { shops = [{}], ...others } = options;
  const fake = createFakeShopify({
    clock,
    latencyMs: 100,
    ...others,
    shops: [...shops, { domain: 'seed.myshopify.com' }],
  });
  await clock.run(ask(fake.fetch, { host: 'https://seed.myshopify.com', query: pushMutation, variables: tee() }));
  const [product] = fake.products('seed.myshopify.com');
  if (!product) throw new Error('no product');
  const [variant] = product['variants'] as object[];
  const stamp = { createdAt: product['createdAt'], updatedAt: product['updatedAt'] };
  const metafieldsOf = () =>
    Array.from({ length: metafields }, (_, at) => ({
      ...{ id: fake.store.nextId('Metafield'), namespace: 'custom', key: `k${at}`, type: 'single_line_text_field' },
      ...{ value: `v${at}`, ...stamp },
    }));
  for (let at = 0; at < count; at++) {
    const id = fake.store.nextId('Product');
    fake.store.put(domain, 'Product', {
      ...product,
      ...{ id, handle: `p${at}`, title: `P${at}`, metafields: metafieldsOf() },
      variants: Array.from({ length: variants }, (_, index) => ({
        ...variant,
        ...{ id: fake.store.nextId('ProductVariant'), productId: id, sku: `s${index}`, metafields: metafieldsOf() },
      })),
    });
  }
  const shop = createShopifyClient({
    ...{ shop: domain, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true },
  });
  return { fake, shop, clock };
}

export const domain = 'demo.myshopify.com';

type Seed = { readonly variants?: number; readonly metafields?: number } & Parameters<typeof createFakeShopify>[0];
