#!/usr/bin/env bash
# Taking `includeFields` out of a webhook's handler changes nothing at Shopify: register sees a difference and sends an
# update that doesn't name the fields, which Shopify leaves as they are. It reports success, the webhooks stay cut down,
# and each further start of the app sends the same update. An empty list does what is meant.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   ["id"] -> 1 create, success; Shopify has ["id"]
#   left out -> 1 update, success; Shopify has ["id"]
#   left out, at the next start -> 1 update, success; Shopify has ["id"]
#   [] -> 1 update, success; Shopify has []
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

// What the app has in the shop. An update changes what it names, as Shopify's updates do.
let subscription;
let sent = [];
const fieldsOf = (query) => JSON.parse(/includeFields: (\[[^\]]*\])/.exec(query)?.[1] ?? 'null');
const answers = {
  webhookSubscriptions: () => ({
    edges: subscription ? [{ node: structuredClone(subscription) }] : [],
    pageInfo: { hasNextPage: false, endCursor: null },
  }),
  webhookSubscriptionCreate: (query) => {
    sent.push('create');
    const endpoint = { __typename: 'WebhookHttpEndpoint', callbackUrl: /callbackUrl: "([^"]+)"/.exec(query)[1] };
    const common = { id: 'gid://shopify/WebhookSubscription/1', topic: 'PRODUCTS_UPDATE', metafieldNamespaces: [] };
    subscription = { ...common, endpoint, includeFields: fieldsOf(query) ?? [] };
    return { userErrors: [] };
  },
  webhookSubscriptionUpdate: (query) => {
    sent.push('update');
    subscription.includeFields = fieldsOf(query) ?? subscription.includeFields;
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
async function start(name, fields, expected) {
  const api = shopifyApi({
    apiKey: 'key',
    apiSecretKey: 'secret',
    hostName: 'app.example.com',
    apiVersion: '2026-10',
    isEmbeddedApp: true,
    logger: { level: LogSeverity.Error },
  });
  const handler = { deliveryMethod: DeliveryMethod.Http, callbackUrl: '/webhooks', callback: async () => undefined };
  api.webhooks.addHandlers({ PRODUCTS_UPDATE: { ...handler, ...fields } });
  sent = [];
  const report = await api.webhooks.register({ session });
  const isDone = report.PRODUCTS_UPDATE.every(({ success }) => success);
  const done = `${sent.length} ${sent.join()}, ${isDone ? 'success' : 'failure'}`;
  const seen = `${done}; Shopify has ${JSON.stringify(subscription.includeFields)}`;
  console.log(`${name} -> ${seen}`);
  if (seen === expected) return;
  console.error(`changed: ${name} gives ${seen}`);
  process.exitCode = 1;
}
await start('["id"]', { includeFields: ['id'] }, '1 create, success; Shopify has ["id"]');
await start('left out', {}, '1 update, success; Shopify has ["id"]');
await start('left out, at the next start', {}, '1 update, success; Shopify has ["id"]');
await start('[]', { includeFields: [] }, '1 update, success; Shopify has []');
PROGRAM
node finding.mjs
