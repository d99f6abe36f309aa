import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ProductSync } from 'shopwright/sync';
import type { FakeShopify } from 'shopwright/testing';
import { verifyWebhook } from 'shopwright/webhooks';
import { demoShop } from './target.ts';

const secret = 'webhook-secret-of-the-demo';

/**
 * Makes the fake deliver a signed `products/update`, as Shopify does when somebody edits a product in the admin: its
 * signature is verified, then it is applied to the sync record.
 */
export async function showWebhook(fake: FakeShopify, sync: ProductSync): Promise<void> {
  const product = fake.products()[0];
  if (!product) return;
  const server = createServer(async (request, response) => {
    const rawBody = await buffer(request);
    const verified = verifyWebhook({ rawBody, headers: request.headers, secrets: secret });
    if (!verified.ok) {
      response.writeHead(401).end(verified.message);
      return;
    }
    const payload: unknown = JSON.parse(rawBody.toString());
    const effect = await sync.applyWebhook({ topic: verified.topic, shop: verified.shop, payload });
    console.log(`  ${verified.topic} for ${product.id}: signature verified, sync record: ${effect}`);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/shopify`;

  const webhook = { url, topic: 'products/update', product: product.id };

  try {
    console.log('\nWebhooks');
    await fake.deliverWebhook({ ...webhook, secret });
    const later = new Date(Date.now() + 1000).toISOString();
    fake.store.put(demoShop.domain, 'Product', { ...product, vendor: 'Edited in the admin', updatedAt: later });
    await fake.deliverWebhook({ ...webhook, secret });
    const { status } = await fake.deliverWebhook({ ...webhook, secret: 'a secret of somebody else' });
    console.log(`  the same, signed with a wrong secret: refused with ${status}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
