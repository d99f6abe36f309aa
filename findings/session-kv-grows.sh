#!/usr/bin/env bash
# The session storage on Cloudflare KV adds a session's id to the list of its shop each time the session is stored, also
# when it is there already. A token that is renewed each hour makes the list longer by 24 entries a day, and
# findSessionsByShop reads and gives the same session so many times. A session whose entry has expired is `undefined` in
# what it gives.
#
# Packages: @shopify/shopify-app-session-storage-kv 8.0.0, @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux,
# 2026-11-30.
#
# Output seen:
#   sessions found after a day of renewals: 24, of 1 id
#   sessions found once that one is gone: 24, all undefined
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
/** What the storage uses of a namespace of Workers KV. */
const namespace = {
  get: async (key) => JSON.parse(entries.get(key) ?? 'null'),
  put: async (key, value) => void entries.set(key, value),
  delete: async (key) => void entries.delete(key),
};
const storage = new KVSessionStorage(namespace);

const shop = 'acme.myshopify.com';
const id = `offline_${shop}`;
for (let hour = 0; hour < 24; hour += 1) {
  const offline = { id, shop, state: '', isOnline: false, accessToken: `token ${hour}` };
  await storage.storeSession(new Session(offline));
}
const found = await storage.findSessionsByShop(shop);
const ids = new Set(found.map((session) => session.id));
console.log(`sessions found after a day of renewals: ${found.length}, of ${ids.size} id`);
if (found.length !== 24 || ids.size !== 1) process.exitCode = fail(`${found.length} sessions of ${ids.size} ids`);

// As KV does with an entry at its end.
await namespace.delete(id);
const left = await storage.findSessionsByShop(shop);
const isUndefined = left.every((session) => session === undefined);
console.log(`sessions found once that one is gone: ${left.length}, ${isUndefined ? 'all undefined' : 'not all undefined'}`);
if (left.length !== 24 || !isUndefined) process.exitCode = fail(`${left.length} sessions are left`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
