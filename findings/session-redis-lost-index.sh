#!/usr/bin/env bash
# The Redis session storage keeps a list of a shop's sessions under a key of its own, and reads, changes and writes
# that list in three steps. If sessions are stored at the same moment, all can be loaded by id, but most are missing
# from the list: findSessionsByShop does not find them.
#
# Packages: @shopify/shopify-app-session-storage-redis 8.0.0, @shopify/shopify-api 15.0.0 (ioredis 6.0.0 to clean up).
# Seen on Redis 7.0.15, Node 24.21.0, Linux, 2026-11-30.
# Needs a Redis at REDIS_URL or 127.0.0.1:6379. Removes only keys of its own.
#
# Output seen:
#   one after the other: 20 loaded by id, 20 found by shop
#   at the same time: 20 loaded by id, 1 found by shop
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-session-storage-redis@8.0.0 @shopify/shopify-api@15.0.0 ioredis@6.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { randomUUID } from 'node:crypto';
import { Session } from '@shopify/shopify-api';
import { RedisSessionStorage } from '@shopify/shopify-app-session-storage-redis';
import { Redis } from 'ioredis';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const client = new Redis(url, { connectTimeout: 3_000, retryStrategy: () => null });
client.on('error', () => undefined);
if ((await client.ping().catch(() => '')) !== 'PONG') {
  console.error('cannot run: no Redis answers');
  process.exit(2);
}
const prefix = `finding_${randomUUID()}`;
const storage = new RedisSessionStorage(url, { sessionKeyPrefix: prefix });
await storage.ready;

async function stored(shop, store) {
  const sessions = Array.from({ length: 20 }, (_, user) => {
    const id = `${shop}_${user}`;
    return new Session({ id, shop, state: '', isOnline: true, scope: 'read_products', accessToken: `token-${user}` });
  });
  await store(sessions);
  const loaded = (await Promise.all(sessions.map(({ id }) => storage.loadSession(id)))).filter(Boolean);
  const found = await storage.findSessionsByShop(shop);
  await storage.deleteSessions(sessions.map(({ id }) => id));
  return { loaded: loaded.length, found: found.length };
}

const inTurn = await stored('first.myshopify.com', async (sessions) => {
  for (const session of sessions) await storage.storeSession(session);
});
console.log(`one after the other: ${inTurn.loaded} loaded by id, ${inTurn.found} found by shop`);
const atOnce = await stored('second.myshopify.com', (sessions) =>
  Promise.all(sessions.map((session) => storage.storeSession(session))),
);
console.log(`at the same time: ${atOnce.loaded} loaded by id, ${atOnce.found} found by shop`);

process.exitCode = 0;
if (inTurn.loaded !== 20 || inTurn.found !== 20) process.exitCode = fail('sessions stored in turn are not all found');
if (atOnce.loaded !== 20) process.exitCode = fail('sessions stored at the same time cannot all be loaded');
if (atOnce.found === 20) process.exitCode = fail('sessions stored at the same time are all found');
for await (const keys of client.scanStream({ match: `${prefix}*` })) if (keys.length > 0) await client.del(...keys);
await client.quit();
await storage.disconnect();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
