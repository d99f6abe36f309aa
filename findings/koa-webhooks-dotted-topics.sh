#!/usr/bin/env bash
# Shopify's middleware for Koa passes a webhook on under its topic's GraphQL name, which it derives by replacing only
# slashes. Topics with a dot, such as `customer.tags_added`, keep it: code that expects the name under which it
# registered them never runs, and Shopify gets its 202.
#
# Packages: @shopify/koa-shopify-webhooks 5.1.1, koa 3.3.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   products/update -> PRODUCTS_UPDATE, answered with 202
#   customer.tags_added -> CUSTOMER.TAGS_ADDED, answered with 202
#   customer.joined_segment -> CUSTOMER.JOINED_SEGMENT, answered with 202
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/koa-shopify-webhooks@5.1.1 koa@3.3.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createHmac } from 'node:crypto';
import { receiveWebhook } from '@shopify/koa-shopify-webhooks';
import Koa from 'koa';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const secret = 'secret';
let received;
const app = new Koa();
const onReceived = (context) => {
  received = context.state.webhook.topic;
};
app.use(receiveWebhook({ secret, path: '/webhooks', onReceived }));
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const cases = {
  'products/update': 'PRODUCTS_UPDATE',
  'customer.tags_added': 'CUSTOMER.TAGS_ADDED',
  'customer.joined_segment': 'CUSTOMER.JOINED_SEGMENT',
};
for (const [topic, expected] of Object.entries(cases)) {
  const body = '{"id":1}';
  const headers = {
    'content-type': 'application/json',
    'x-shopify-topic': topic,
    'x-shopify-shop-domain': 'acme.myshopify.com',
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
  };
  const url = `http://127.0.0.1:${server.address().port}/webhooks`;
  const { status } = await fetch(url, { method: 'POST', headers, body });
  const seen = `${received}, answered with ${status}`;
  console.log(`${topic} -> ${seen}`);
  if (seen !== `${expected}, answered with 202`) process.exitCode = fail(`${topic} is ${seen}`);
}
server.close();
server.closeAllConnections();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
