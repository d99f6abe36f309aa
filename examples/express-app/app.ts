import express, { type ErrorRequestHandler, type Express } from 'express';
import type { ShopifyClient } from 'shopwright';
import { shopifyWebhooks } from 'shopwright/express';
import { createWebhookHandler } from 'shopwright/webhooks';
import { loadPriceList, type PriceListEntry, renameProduct } from './products.ts';

/** The app's dependencies, passed in so that a test can replace them. */
export interface AppOptions {
  readonly shop: ShopifyClient;
  /** The app's client secret, with which Shopify signs webhooks. */
  readonly webhookSecret: string;
}

/** A price list of one shop. It is loaded once, and again when a webhook reports changed products. */
export function createApp({ shop, webhookSecret }: AppOptions): Express {
  let priceList: Promise<readonly PriceListEntry[]> | undefined;
  const forget = (): void => {
    priceList = undefined;
  };

  const app = express();
  // Before the body parser: the signature is over the raw bytes.
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
    // A failed load must not be cached.
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
