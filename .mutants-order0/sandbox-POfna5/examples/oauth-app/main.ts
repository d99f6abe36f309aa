// @ts-nocheck
// Installs the app on a fake Shopify: `npm run example:oauth`. With SHOPIFY_API_KEY, SHOPIFY_API_SECRET and APP_URL (the
// https address of a tunnel to PORT) it waits for your development store at APP_URL/auth?shop=….
import { randomBytes } from 'node:crypto';
import { memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { createFakeShopify } from 'shopwright/testing';
import { install } from './install.ts';
import { start } from './start.ts';

const { SHOPIFY_API_KEY, SHOPIFY_API_SECRET, APP_URL, PORT = '3000' } = process.env;
const tokens = createTokenStore({
  store: memoryStores().keyValue,
  keys: [{ id: 'one', secret: process.env['TOKEN_KEY'] ?? randomBytes(32) }],
});
const say = (line: string): void => console.log(line);

if (SHOPIFY_API_KEY && SHOPIFY_API_SECRET && APP_URL) {
  const credentials = { clientId: SHOPIFY_API_KEY, clientSecret: SHOPIFY_API_SECRET };
  await start({ ...credentials, tokens, port: Number(PORT), url: APP_URL, say });
  say(`Open ${APP_URL}/auth?shop=YOUR-STORE.myshopify.com`);
} else {
  const fake = createFakeShopify();
  const { origin } = await fake.listen();
  const credentials = { clientId: 'fake-client-id', clientSecret: 'shpss_fake' };
  const { url, server } = await start({ ...credentials, tokens, port: 0, origin, say });
  const visits = await install(`${url}/auth?shop=demo.myshopify.com`);
  for (const visit of visits) say(`${visit.status} ${visit.url.split('?')[0]}`);
  server.close();
  await fake.close();
}
