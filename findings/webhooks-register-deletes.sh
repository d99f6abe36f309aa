#!/usr/bin/env bash
# webhooks.register deletes each of the app's subscriptions that this process has no handler for: a worker's
# subscription to orders/paid is deleted when the web server registers its own products/update, and vice versa. It
# ignores addresses, and a subscription of another server to the same topic is replaced.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   worker.example.com registers ORDERS_PAID -> ORDERS_PAID at https://worker.example.com/webhooks
#   web.example.com registers PRODUCTS_UPDATE -> PRODUCTS_UPDATE at https://web.example.com/webhooks
#   other.example.com registers PRODUCTS_UPDATE -> PRODUCTS_UPDATE at https://other.example.com/webhooks
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-api@15.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { DeliveryMethod, LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

// What the app has in the shop, and a Shopify that knows three operations.
const subscriptions = new Map();
let last = 0;
const create = (topic, callbackUrl) => {
  last += 1;
  const endpoint = { __typename: 'WebhookHttpEndpoint', callbackUrl };
  const id = `gid://shopify/WebhookSubscription/${last}`;
  subscriptions.set(id, { id, topic, endpoint, includeFields: [], metafieldNamespaces: [] });
};
const answers = {
  webhookSubscriptions: () => ({
    edges: [...subscriptions.values()].map((node) => ({ node })),
    pageInfo: { hasNextPage: false, endCursor: null },
  }),
  webhookSubscriptionCreate: (query) => {
    create(/topic: (\w+)/.exec(query)[1], /callbackUrl: "([^"]+)"/.exec(query)[1]);
    return { userErrors: [] };
  },
  webhookSubscriptionDelete: (query) => {
    subscriptions.delete(/id: "([^"]+)"/.exec(query)[1]);
    return { userErrors: [] };
  },
};
setAbstractFetchFunc(async (_url, { body }) => {
  const { query } = JSON.parse(body);
  const [, field] = /\{\s*(\w+)\s*\(/.exec(query);
  return new Response(JSON.stringify({ data: { [field]: answers[field](query) } }), {
    headers: { 'content-type': 'application/json' },
  });
});

const shop = 'acme.myshopify.com';
const offline = { id: `offline_${shop}`, shop, state: '', isOnline: false };
const session = new Session({ ...offline, accessToken: 'a token', scope: '' });
async function register(hostName, topic) {
  const api = shopifyApi({
    apiKey: 'key',
    apiSecretKey: 'secret',
    hostName,
    apiVersion: '2026-10',
    isEmbeddedApp: true,
    logger: { level: LogSeverity.Error },
  });
  const callback = async () => undefined;
  api.webhooks.addHandlers({ [topic]: { deliveryMethod: DeliveryMethod.Http, callbackUrl: '/webhooks', callback } });
  await api.webhooks.register({ session });
  const left = [...subscriptions.values()].map((each) => `${each.topic} at ${each.endpoint.callbackUrl}`);
  console.log(`${hostName} registers ${topic} -> ${left.join(', ')}`);
  return left.join();
}

const afterWorker = await register('worker.example.com', 'ORDERS_PAID');
const afterWeb = await register('web.example.com', 'PRODUCTS_UPDATE');
const afterOther = await register('other.example.com', 'PRODUCTS_UPDATE');
if (afterWorker !== 'ORDERS_PAID at https://worker.example.com/webhooks') process.exitCode = fail('nothing is created');
if (afterWeb !== 'PRODUCTS_UPDATE at https://web.example.com/webhooks') process.exitCode = fail('other topics stay');
if (afterOther !== 'PRODUCTS_UPDATE at https://other.example.com/webhooks') process.exitCode = fail('both stay');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
