#!/usr/bin/env bash
# loadSession of the Drizzle session storage treats a database failure as a missing session: it returns undefined, and
# writes to the console. deleteSession returns false in the same way. Only storing, and finding a shop's sessions,
# fail.
#
# Packages: @shopify/shopify-app-session-storage-drizzle 6.0.0, @shopify/shopify-api 15.0.0, drizzle-orm 0.45.4. Seen on
# Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   loadSession, without a database -> undefined
#   deleteSession, without a database -> false
#   storeSession, without a database -> an error
#   findSessionsByShop, without a database -> an error
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-session-storage-drizzle@6.0.0 @shopify/shopify-api@15.0.0 drizzle-orm@0.45.4; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { Session } from '@shopify/shopify-api';
import { DrizzleSessionStorageSQLite } from '@shopify/shopify-app-session-storage-drizzle';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

// As in the package's README, without what it keeps of users.
const table = sqliteTable('session', {
  id: text('id').primaryKey(),
  shop: text('shop').notNull(),
  state: text('state').notNull(),
  isOnline: integer('isOnline', { mode: 'boolean' }).notNull().default(false),
  scope: text('scope'),
  expires: text('expires'),
  accessToken: text('accessToken'),
  userId: integer('userId'),
  refreshToken: text('refreshToken'),
  refreshTokenExpires: text('refreshTokenExpires'),
});
// A database that is restarting: drizzle hands each statement to this function.
const database = drizzle(async () => {
  throw new Error('connect ECONNREFUSED');
});
const storage = new DrizzleSessionStorageSQLite(database, table);
console.error = () => undefined;

const shop = 'acme.myshopify.com';
const session = new Session({ id: `offline_${shop}`, shop, state: '', isOnline: false, accessToken: 'a token' });
const calls = {
  loadSession: [() => storage.loadSession(session.id), 'undefined'],
  deleteSession: [() => storage.deleteSession(session.id), 'false'],
  storeSession: [() => storage.storeSession(session), 'an error'],
  findSessionsByShop: [() => storage.findSessionsByShop(shop), 'an error'],
};
for (const [name, [call, expected]] of Object.entries(calls)) {
  const outcome = await call().then(String, () => 'an error');
  console.log(`${name}, without a database -> ${outcome}`);
  if (outcome !== expected) process.exitCode = fail(`${name} gives ${outcome}`);
}

function fail(what) {
  process.stderr.write(`changed: ${what}\n`);
  return 1;
}
PROGRAM
node finding.mjs
