import { createShopifyClient } from 'shopwright';

/** The client of this example's shop. Clients are cheap: those of one shop share a bucket. */
export const shop = () =>
  createShopifyClient({
    shop: process.env.SHOPIFY_SHOP ?? '',
    accessToken: process.env.SHOPIFY_ACCESS_TOKEN ?? '',
    origin: process.env.SHOPIFY_ORIGIN,
  });
