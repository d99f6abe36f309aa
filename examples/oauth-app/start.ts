import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuthenticationError, createShopifyApp, type TokenSource } from 'shopwright';
import type { TokenStore } from 'shopwright/auth';
import { createOAuth } from 'shopwright/auth/oauth';
import { createApp } from './app.ts';

/** What the app is started with. */
export interface StartOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokens: TokenStore;
  readonly port: number;
  /** The public address of the app; default: this machine's. */
  readonly url?: string | undefined;
  /** The fake's origin, in place of the shops. */
  readonly origin?: string | undefined;
  readonly say: (line: string) => void;
}

/** Starts the app, and gives its address and server. */
export async function start(options: StartOptions): Promise<{ readonly url: string; readonly server: Server }> {
  const { clientId, clientSecret, tokens, origin, say } = options;
  const shopify = createShopifyApp({ auth: storedTokens(tokens), ...(origin !== undefined && { origin }) });
  // The server is there before the app, which needs to know its own address.
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

/** The tokens as OAuth has stored them. They last for an hour: an app that runs longer refreshes them. */
function storedTokens(tokens: TokenStore): TokenSource {
  return {
    async get(shop) {
      const entry = await tokens.get({ shop });
      if (!entry) throw new AuthenticationError(`${shop} has not installed the app.`, { shop });
      return entry.tokens.accessToken;
    },
    invalidate: () => Promise.resolve(false),
  };
}
