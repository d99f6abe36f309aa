#!/usr/bin/env bash
# The Cloudflare KV session storage adds a session's id to its shop's list each time the session is stored, even if it
# is already there. A token renewed each hour makes the list longer by 24 entries a day, and findSessionsByShop reads
# and returns the same session that many times: a month later, 720 reads for one shop.
#
# Packages: @shopify/shopify-app-session-storage-kv 8.0.0, @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux,
# 2026-11-30.
#
# Output seen:
#   after 24 renewals: 24 sessions found, of 1 id, with 25 reads
#   after 720 renewals: 720 sessions found, of 1 id, with 721 reads
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-session-storage-kv@8.0.0 @shopify/shopify-api@15.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { Session } from '@shopify/shopify-api';
import { KVSessionStorage } from '@shopify/shopify-app-session-storage-kv';

const entries = new Map();
let reads = 0;
/** What the storage uses of a namespace of Workers KV. */
const namespace = {
  async get(key) {
    reads += 1;
    return JSON.parse(entries.get(key) ?? 'null');
  },
  put: async (key, value) => void entries.set(key, value),
};
const storage = new KVSessionStorage(namespace);

const shop = 'acme.myshopify.com';
const offline = { id: `offline_${shop}`, shop, state: '', isOnline: false };
let renewals = 0;
for (const total of [24, 720]) {
  while (renewals < total) {
    renewals += 1;
    await storage.storeSession(new Session({ ...offline, accessToken: `token ${renewals}` }));
  }
  reads = 0;
  const found = await storage.findSessionsByShop(shop);
  const ids = new Set(found.map((session) => session.id));
  const seen = `${found.length} sessions found, of ${ids.size} id, with ${reads} reads`;
  console.log(`after ${total} renewals: ${seen}`);
  if (seen === `${total} sessions found, of 1 id, with ${total + 1} reads`) continue;
  console.error(`changed: ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
