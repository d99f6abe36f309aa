// Starts the app for a real shop: `SHOPIFY_SHOP=… SHOPIFY_ACCESS_TOKEN=… SHOPIFY_API_SECRET=… node main.ts`.
import { createShopifyClient } from 'shopwright';
import { createApp } from './app.ts';

const { SHOPIFY_SHOP = '', SHOPIFY_ACCESS_TOKEN = '', SHOPIFY_API_SECRET = '', PORT = '3000' } = process.env;

const shop = createShopifyClient({ shop: SHOPIFY_SHOP, accessToken: SHOPIFY_ACCESS_TOKEN });
createApp({ shop, webhookSecret: SHOPIFY_API_SECRET }).listen(Number(PORT), () => {
  console.log(`http://localhost:${PORT}/prices`);
});
