#!/usr/bin/env bash
# In pg-boss 9, a `singletonKey` allowed only one job with that key to be queued or active. Since version 10, the key
# alone does nothing: both jobs are created and run, and `send` returns two ids. It needs a queue created with another
# policy, such as `short` or `exclusive`.
#
# Packages: pg-boss 9.0.3 and 12.38.0, pg 8.23.1 (to clean up). Seen on PostgreSQL 15.19, Node 24.21.0, Linux,
# 2026-11-30. Needs a Postgres at POSTGRES_URL or 127.0.0.1:5432, with the right to make a schema. Removes its own
# schemas.
#
# Output seen:
#   pg-boss 9.0.3: 2 sent with one key, 1 made
#   pg-boss 12.38.0: 2 sent with one key, 2 made
#   pg-boss 12.38.0, policy short: 2 sent with one key, 1 made
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent pg-boss-9@npm:pg-boss@9.0.3 pg-boss-12@npm:pg-boss@12.38.0 pg@8.23.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import PgBoss9 from 'pg-boss-9';
import { PgBoss as PgBoss12 } from 'pg-boss-12';

setTimeout(() => process.exit(fail('no end after 60 s')), 60_000).unref();

const connectionString = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000 });
const there = await client.connect().then(
  () => true,
  () => false,
);
if (!there) {
  console.error('cannot run: no Postgres answers');
  process.exit(2);
}

async function jobsMade(PgBoss, prepare) {
  const schema = `finding_${randomUUID().replaceAll('-', '')}`;
  const boss = new PgBoss({ connectionString, schema });
  boss.on('error', () => undefined);
  await boss.start();
  try {
    await prepare(boss);
    const singletonKey = 'product-632910392';
    const first = await boss.send('push', { price: '24.90' }, { singletonKey });
    const second = await boss.send('push', { price: '19.90' }, { singletonKey });
    return [first, second].filter((id) => id !== null).length;
  } finally {
    await boss.stop({ graceful: false, timeout: 1_000 });
    await client.query(`drop schema ${schema} cascade`);
  }
}

const cases = [
  ['9.0.3', PgBoss9, async () => undefined, 1],
  ['12.38.0', PgBoss12, (boss) => boss.createQueue('push'), 2],
  ['12.38.0, policy short', PgBoss12, (boss) => boss.createQueue('push', { policy: 'short' }), 1],
];
for (const [what, PgBoss, prepare, expected] of cases) {
  const made = await jobsMade(PgBoss, prepare);
  console.log(`pg-boss ${what}: 2 sent with one key, ${made} made`);
  if (made !== expected) process.exitCode = fail(`pg-boss ${what} makes ${made} jobs`);
}
await client.end();
process.exit();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
