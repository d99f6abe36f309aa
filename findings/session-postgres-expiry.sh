#!/usr/bin/env bash
# The Postgres session storage cuts the expiry of the access token to whole seconds, but keeps the milliseconds of the
# refresh token's. Of an online session it does not keep expires_in and the user's own scopes. What is loaded differs
# from what was stored.
#
# Packages: @shopify/shopify-app-session-storage-postgresql 8.0.0, @shopify/shopify-api 15.0.0.
# Seen on PostgreSQL 15.19, Node 24.21.0, Linux, 2026-11-30.
# Needs a Postgres at POSTGRES_URL or 127.0.0.1:5432 (database postgres). Removes only tables of its own.
#
# Output seen:
#   access token ends: stored 2026-12-30T10:00:00.123Z, loaded 2026-12-30T10:00:00.000Z
#   refresh token ends: stored 2027-03-30T10:00:00.456Z, loaded 2027-03-30T10:00:00.456Z
#   online session: expires_in stored 86399, loaded undefined; associated_user_scope stored read_products, loaded undefined
#   equal to what was stored: false
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-session-storage-postgresql@8.0.0 @shopify/shopify-api@15.0.0 pg@8.23.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { randomUUID } from 'node:crypto';
import { Session } from '@shopify/shopify-api';
import { PostgreSQLSessionStorage } from '@shopify/shopify-app-session-storage-postgresql';
import pg from 'pg';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const url = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const client = new pg.Client(url);
try {
  await client.connect();
} catch {
  console.error('cannot run: no Postgres answers');
  process.exit(2);
}
const table = `finding_${randomUUID().replaceAll('-', '')}`;
const migrations = `${table}_migrations`;
const storage = new PostgreSQLSessionStorage(url, {
  sessionTableName: table,
  migratorOptions: { migrationDBIdentifier: migrations, migrationNameColumnName: 'migration_name', migrations: [] },
});
await storage.ready;

const common = { shop: 'acme.myshopify.com', state: '', scope: 'read_products', accessToken: 'token' };
const expires = new Date('2026-12-30T10:00:00.123Z');
const refreshTokenExpires = new Date('2027-03-30T10:00:00.456Z');
const offline = new Session({ id: 'offline', ...common, isOnline: false, expires, refreshToken: 'refresh', refreshTokenExpires });
const onlineAccessInfo = {
  expires_in: 86_399,
  associated_user_scope: 'read_products',
  associated_user: {
    ...{ id: 7, first_name: 'Ada', last_name: 'Example', email: 'ada@example.com', locale: 'en' },
    ...{ email_verified: true, account_owner: false, collaborator: false },
  },
};
const online = new Session({ id: 'online', ...common, isOnline: true, expires, onlineAccessInfo });

const again = async (session) => {
  await storage.storeSession(session);
  return storage.loadSession(session.id);
};
const [offlineAgain, onlineAgain] = [await again(offline), await again(online)];
const iso = (date) => new Date(date).toISOString();
console.log(`access token ends: stored ${iso(expires)}, loaded ${iso(offlineAgain.expires)}`);
console.log(`refresh token ends: stored ${iso(refreshTokenExpires)}, loaded ${iso(offlineAgain.refreshTokenExpires)}`);
const { expires_in: left, associated_user_scope: scope } = onlineAgain.onlineAccessInfo;
console.log(
  `online session: expires_in stored 86399, loaded ${left}; associated_user_scope stored read_products, loaded ${scope}`,
);
console.log(`equal to what was stored: ${offlineAgain.equals(offline)}`);

process.exitCode = 0;
if (offlineAgain.expires.getTime() !== Date.parse('2026-12-30T10:00:00.000Z')) process.exitCode = fail('the end of the access token');
if (offlineAgain.refreshTokenExpires.getTime() !== refreshTokenExpires.getTime()) process.exitCode = fail('the end of the refresh token');
if (left !== undefined || scope !== undefined) process.exitCode = fail('what is kept of an online session');
if (offlineAgain.equals(offline)) process.exitCode = fail('the loaded session equals the stored one');
await client.query(`DROP TABLE IF EXISTS ${table}, ${migrations}`);
await client.end();
await storage.disconnect();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
