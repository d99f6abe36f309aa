#!/usr/bin/env bash
# The REST client of Shopify's library converts each id to a string, while the JSON of a webhook, which the library
# passes on unchanged, has numbers. Compared with ===, or as Map keys, one product has two ids, and what is stored by
# id is stored twice.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   REST: {"id":"632910392","product_id":"632910392","position":1}
#   webhook: {"id":632910392}
#   products in a Map of both: 2
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
import { LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

const product = { id: 632910392, title: 'Tee', variants: [{ id: 808950810, product_id: 632910392, position: 1 }] };
setAbstractFetchFunc(async () => new Response(JSON.stringify({ product })));
const api = shopifyApi({
  apiKey: 'key',
  apiSecretKey: 'secret',
  hostName: 'app.example.com',
  apiVersion: '2026-10',
  isEmbeddedApp: true,
  logger: { level: LogSeverity.Error },
});
const shop = 'acme.myshopify.com';
const offline = { id: `offline_${shop}`, shop, state: '', isOnline: false };
const session = new Session({ ...offline, accessToken: 'a token', scope: '' });
const { body } = await new api.clients.Rest({ session }).get({ path: 'products/632910392' });
const fromWebhook = JSON.parse(JSON.stringify(product));

const byId = new Map();
for (const { id, title } of [body.product, fromWebhook]) byId.set(id, title);
const [variant] = body.product.variants;
const { product_id, position } = variant;
console.log(`REST: ${JSON.stringify({ id: body.product.id, product_id, position })}`);
console.log(`webhook: ${JSON.stringify({ id: fromWebhook.id })}`);
console.log(`products in a Map of both: ${byId.size}`);

if (body.product.id !== '632910392' || variant.product_id !== '632910392') process.exitCode = fail('ids are no texts');
if (variant.position !== 1) process.exitCode = fail('other numbers are texts too');
if (byId.size !== 2) process.exitCode = fail('both are one product');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
