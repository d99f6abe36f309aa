#!/usr/bin/env bash
# registerWebhooks of Shopify's React Router library does not treat a throttled shop as a failure: it writes a log
# line and resolves with nothing. An app that awaits it in afterAuth continues without its webhooks. It rejects for
# any other GraphQL error, such as a missing scope.
#
# Packages: @shopify/shopify-app-react-router 3.0.0, @shopify/shopify-app-session-storage-memory 8.0.0,
# @shopify/shopify-api 15.0.0, react-router 7.18.7. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   THROTTLED -> resolves with undefined, 0 created
#   ACCESS_DENIED -> rejects, 0 created
#   no error -> resolves with a report, 1 created
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent --ignore-scripts @shopify/shopify-app-react-router@3.0.0 @shopify/shopify-app-session-storage-memory@8.0.0 @shopify/shopify-api@15.0.0 react-router@7.18.7 react@19.3.1 react-dom@19.3.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
// A Shopify without subscriptions, which answers with an error where there is one. The library takes the global fetch as
// it is when it is loaded.
let code;
let created = 0;
globalThis.fetch = async (_url, { body }) => {
  const { query } = JSON.parse(body);
  const isCreate = query.includes('webhookSubscriptionCreate');
  if (isCreate && !code) created += 1;
  const page = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
  const data = isCreate ? { webhookSubscriptionCreate: { userErrors: [] } } : { webhookSubscriptions: page };
  return Response.json(code ? { errors: [{ message: code, extensions: { code } }] } : { data });
};
await import('@shopify/shopify-app-react-router/adapters/node');
const { LogSeverity, Session } = await import('@shopify/shopify-api');
const { AppDistribution, DeliveryMethod, shopifyApp } = await import('@shopify/shopify-app-react-router/server');
const { MemorySessionStorage } = await import('@shopify/shopify-app-session-storage-memory');

const shopify = shopifyApp({
  apiKey: 'key',
  apiSecretKey: 'secret',
  appUrl: 'https://app.example.com',
  apiVersion: '2026-10',
  scopes: ['read_products'],
  distribution: AppDistribution.AppStore,
  sessionStorage: new MemorySessionStorage(),
  webhooks: { PRODUCTS_UPDATE: { deliveryMethod: DeliveryMethod.Http, callbackUrl: '/webhooks' } },
  logger: { level: LogSeverity.Error, log: () => undefined },
});
const shop = 'acme.myshopify.com';
const offline = { id: `offline_${shop}`, shop, state: '', isOnline: false };
const session = new Session({ ...offline, accessToken: 'a token', scope: '' });

const cases = [
  ['THROTTLED', 'resolves with undefined, 0 created'],
  ['ACCESS_DENIED', 'rejects, 0 created'],
  [undefined, 'resolves with a report, 1 created'],
];
for (const [error, expected] of cases) {
  code = error;
  const outcome = await shopify.registerWebhooks({ session }).then(
    (report) => `resolves with ${report ? 'a report' : report}`,
    () => 'rejects',
  );
  const seen = `${outcome}, ${created} created`;
  console.log(`${error ?? 'no error'} -> ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${error ?? 'no error'} gives ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
