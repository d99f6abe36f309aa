// @ts-nocheck
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { ShopifyClient } from 'shopwright';
import { shopifyWebhooks } from 'shopwright/express';
import { createWebhookHandler } from 'shopwright/webhooks';
import { loadPriceList, type PriceListEntry, renameProduct } from './products.ts';

/** What the app works with: handed in, so that a test can hand in others. */
export interface AppOptions {
  readonly shop: ShopifyClient;
  /** The app's client secret, which Shopify signs webhooks with. */
  readonly webhookSecret: string;
}

/** A price list of one shop. It asks Shopify once, and again when a webhook says that products have changed. */
export function createApp({ shop, webhookSecret }: AppOptions): Express {
  let priceList: Promise<readonly PriceListEntry[]> | undefined;
  const forget = (): void => {
    priceList = undefined;
  };

  const app = express();
  // Before the parser: the signature is over the bytes as they were sent.
  app.post(
    '/webhooks/shopify',
    shopifyWebhooks(
      createWebhookHandler({
        secrets: [webhookSecret],
        on: { 'products/create': forget, 'products/update': forget, 'products/delete': forget },
      }),
    ),
  );
  app.use(express.json());

  app.get('/prices', async (_request, response) => {
    priceList ??= loadPriceList(shop);
    // A list that could not be loaded must not be kept.
    priceList.catch(forget);
    response.json(await priceList);
  });

  app.put('/products/:handle/title', async (request, response) => {
    await renameProduct(shop, request.params.handle, String(request.body.title));
    response.sendStatus(204);
  });

  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(502).json({ error: error instanceof Error ? error.name : 'Error' });
  };
  app.use(onError);
  return app;
}
