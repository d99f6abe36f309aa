import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShopifyApp } from 'shopwright';
import { offlineToken, type TokenStore } from 'shopwright/auth';
import { createOAuth } from 'shopwright/auth/oauth';
import { createApp } from './app.ts';

/** The settings of the app. */
export interface StartOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokens: TokenStore;
  readonly port: number;
  /** The public address of the app; default: this machine's. */
  readonly url?: string | undefined;
  /** The fake's origin, instead of the shops. */
  readonly origin?: string | undefined;
  readonly say: (line: string) => void;
}

/** Starts the app, and returns its address and server. */
export async function start(options: StartOptions): Promise<{ readonly url: string; readonly server: Server }> {
  const { clientId, clientSecret, tokens, origin, say } = options;
  // Reads the tokens that OAuth has stored, and renews them.
  const auth = offlineToken({ clientId, clientSecret, tokens });
  const shopify = createShopifyApp({ auth, ...(origin !== undefined && { origin }) });
  // The server starts before the app, which needs its address.
  const server = createServer().listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const url = options.url ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = createApp({
    oauth: createOAuth({
      ...{ clientId, secrets: clientSecret, scopes: ['write_products'], redirectUrl: `${url}/auth/callback`, tokens },
      origin,
    }),
    onInstalled: async (shop) => {
      const { data } = await shopify.shop(shop).graphql<{ shop: { name: string } }>('{ shop { name } }');
      say(`installed by ${shop}, which calls itself "${data.shop.name}"`);
    },
    onRefused: (reason, shop) => say(`not installed${shop === null ? '' : ` by ${shop}`}: ${reason}`),
  });
  server.on('request', app);
  return { url, server };
}
