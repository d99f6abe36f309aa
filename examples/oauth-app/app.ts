import express, { type Express } from 'express';
import type { ShopifyOAuth } from 'shopwright/auth/oauth';
import { shopifyAuth, shopifyAuthCallback } from 'shopwright/express';

/** The app's dependencies, passed in so that a test can replace them. */
export interface AppOptions {
  readonly oauth: ShopifyOAuth;
  /** Called once a shop has installed the app and its tokens are stored. */
  readonly onInstalled: (shop: string) => Promise<void> | void;
  /** Called for a refused callback. */
  readonly onRefused: (reason: string, shop: string | null) => void;
}

/** A stand-alone app: `/auth?shop=acme.myshopify.com` installs it. */
export function createApp({ oauth, onInstalled, onRefused }: AppOptions): Express {
  const app = express();
  app.get('/auth', shopifyAuth(oauth));
  app.get(
    '/auth/callback',
    shopifyAuthCallback(oauth, {
      // The place to subscribe to webhooks, and to set the cookie of your own session.
      onInstalled: ({ shop }) => onInstalled(shop),
      onRefused: ({ reason, shop }) => onRefused(reason, shop),
    }),
  );
  app.get('/', (_request, response) => void response.send('The app is installed.'));
  return app;
}
