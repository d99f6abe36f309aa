#!/usr/bin/env bash
# sanitizeShop of Shopify's own library keeps a shop as it is written, with capitals and a trailing slash. Two
# spellings of one shop get two session ids, so a token saved under one is not found under the other.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   acme.myshopify.com -> offline_acme.myshopify.com
#   ACME.myshopify.com -> offline_ACME.myshopify.com
#   acme.myshopify.com/ -> offline_acme.myshopify.com/
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
import { LogSeverity, shopifyApi } from '@shopify/shopify-api';

const api = shopifyApi({
  apiKey: 'key',
  apiSecretKey: 'secret',
  hostName: 'app.example.com',
  apiVersion: '2026-10',
  isEmbeddedApp: true,
  logger: { level: LogSeverity.Error },
});
const spellings = ['acme.myshopify.com', 'ACME.myshopify.com', 'acme.myshopify.com/'];
const ids = spellings.map((spelling) => {
  const shop = api.utils.sanitizeShop(spelling);
  const id = shop === null ? 'refused' : api.session.getOfflineId(shop);
  console.log(`${spelling} -> ${id}`);
  return id;
});

if (new Set(ids).size !== spellings.length) process.exitCode = fail('some spellings have one session id');
if (ids.includes('refused')) process.exitCode = fail('some spellings are refused');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
