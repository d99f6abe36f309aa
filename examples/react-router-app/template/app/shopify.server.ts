// As in the template: Shopify's library installs the app and stores the tokens in its sessions.
import '@shopify/shopify-app-react-router/adapters/node';
import { ApiVersion, AppDistribution, shopifyApp } from '@shopify/shopify-app-react-router/server';
import { sessionStorage } from './sessions.server';

const shopify = shopifyApp({
  apiKey: process.env.SHOPIFY_API_KEY ?? '',
  apiSecretKey: process.env.SHOPIFY_API_SECRET ?? '',
  appUrl: process.env.SHOPIFY_APP_URL ?? '',
  apiVersion: ApiVersion.July26,
  distribution: AppDistribution.AppStore,
  sessionStorage,
  future: { expiringOfflineAccessTokens: true },
});

export const { authenticate } = shopify;
