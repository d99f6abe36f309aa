#!/usr/bin/env bash
# If several processes start at the same time with a new database, each creates the tables of the Postgres session
# storage and records its migrations, without a lock. All but one can fail, and the failure is kept: each later call of
# such a process fails in the same way until it is restarted, although the tables are complete by then.
#
# Packages: @shopify/shopify-app-session-storage-postgresql 8.0.0, @shopify/shopify-app-session-storage 7.0.0,
# @shopify/shopify-api 15.0.0. Seen on PostgreSQL 15.19, Node 24.21.0, Linux, 2026-11-30.
# Needs a Postgres at POSTGRES_URL or 127.0.0.1:5432 (database postgres). Removes only tables of its own.
#
# Output seen (how many fail depends on timing):
#   started together: 1 of 6 storages is ready
#   afterwards: a new storage loads sessions
#   the others: 5 fail to load a session, and 5 fail again
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-session-storage-postgresql@8.0.0 @shopify/shopify-app-session-storage@7.0.0 @shopify/shopify-api@15.0.0 pg@8.23.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { randomUUID } from 'node:crypto';
import { PostgreSQLSessionStorage } from '@shopify/shopify-app-session-storage-postgresql';
import pg from 'pg';

setTimeout(() => process.exit(fail('no end after 60 s')), 60_000).unref();
// A failed start is also rejected in a promise that nobody can reach.
process.on('unhandledRejection', () => {});

const url = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const client = new pg.Client(url);
try {
  await client.connect();
} catch {
  console.error('cannot run: no Postgres answers');
  process.exit(2);
}

const count = 6;
let isSeen = false;
for (let attempt = 1; attempt <= 10 && !isSeen; attempt += 1) isSeen = await startTogether();
await client.end();
if (!isSeen) process.exit(fail('in ten attempts all storages were ready each time, or recovered'));
process.exit(0);

async function startTogether() {
  const table = `finding_${randomUUID().replaceAll('-', '')}`;
  const migratorOptions = { migrationDBIdentifier: `${table}_migrations`, migrationNameColumnName: 'migration_name', migrations: [] };
  const start = () => new PostgreSQLSessionStorage(url, { sessionTableName: table, migratorOptions });
  const storages = Array.from({ length: count }, start);
  const failed = (await failures(storages.map(({ ready }) => ready))).map((index) => storages[index]);
  const load = (storage) => storage.loadSession('offline_acme.myshopify.com');
  const later = start();
  const isFine = (await failures([load(later)])).length === 0;
  const first = (await failures(failed.map(load))).length;
  const second = (await failures(failed.map(load))).length;
  await Promise.all([...storages, later].map((storage) => storage.disconnect()));
  await client.query(`drop table if exists "${table}", "${table}_migrations"`);
  if (failed.length === 0 || !isFine || second !== failed.length) return false;
  console.log(`started together: ${count - failed.length} of ${count} storages is ready`);
  console.log('afterwards: a new storage loads sessions');
  console.log(`the others: ${first} fail to load a session, and ${second} fail again`);
  return true;
}

/** The indexes of the promises that were rejected. */
async function failures(promises) {
  const ends = await Promise.allSettled(promises);
  return ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
