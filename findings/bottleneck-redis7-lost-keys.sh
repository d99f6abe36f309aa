#!/usr/bin/env bash
# A clustered Bottleneck is meant to write its keys again if Redis has lost them (a restart without persistence, an
# eviction, an expiry). It detects this by the exact text of an error that its own script raises, and since version 7
# Redis puts "ERR " in front of such texts: the keys are never written again, and each call is rejected from then on.
#
# Packages: bottleneck 2.19.5, ioredis 6.0.0. Seen on Redis 7.0.15, Node 24.21.0, Linux, 2026-11-30.
# Needs a Redis, version 7 or later, at REDIS_URL or 127.0.0.1:6379. Removes only keys of its own.
#
# Output seen:
#   with its keys: ran
#   without its keys, call 1: ERR SETTINGS_KEY_NOT_FOUND
#   without its keys, call 2: ERR SETTINGS_KEY_NOT_FOUND
#   keys written again: 0
#   with the prefix taken off: ran
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent bottleneck@2.19.5 ioredis@6.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { randomUUID } from 'node:crypto';
import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
// Not with lazyConnect: Bottleneck makes a second connection with the same options and waits for it.
const client = new Redis(url, { connectTimeout: 3_000, retryStrategy: () => null });
client.on('error', () => undefined);
const info = await client.info('server').catch(() => '');
const version = /redis_version:(\d+)/.exec(info)?.[1];
if (!(Number(version) >= 7)) {
  console.error(`cannot run: ${version ? `needs Redis 7 or later, found ${version}` : 'no Redis answers'}`);
  process.exit(2);
}

const id = `finding-${randomUUID()}`;
const ownKeys = async () => {
  const found = new Set();
  for await (const page of client.scanStream({ match: `b_${id}_*`, count: 1_000 })) for (const key of page) found.add(key);
  return [...found];
};
const loseKeys = async () => {
  const keys = await ownKeys();
  if (keys.length > 0) await client.del(...keys);
};
const connection = new Bottleneck.IORedisConnection({ client, Redis });
const limiter = new Bottleneck({ id, connection, reservoir: 10 });
limiter.on('error', () => undefined);
const call = () => limiter.schedule(async () => 'ran').catch((error) => error.message);

try {
  await limiter.ready();
  const before = await call();
  console.log(`with its keys: ${before}`);
  if (before !== 'ran') process.exitCode = fail('a call does not run even with its keys');

  await loseKeys();
  for (const turn of [1, 2]) {
    const outcome = await call();
    console.log(`without its keys, call ${turn}: ${outcome}`);
    if (outcome !== 'ERR SETTINGS_KEY_NOT_FOUND') process.exitCode = fail('the call ends in another way');
  }
  const written = (await ownKeys()).length;
  console.log(`keys written again: ${written}`);
  if (written !== 0) process.exitCode = fail('keys are written again');

  // The counter-check: nothing but the prefix is in the way.
  const original = connection.__scriptArgs__.bind(connection);
  connection.__scriptArgs__ = (name, scope, args, reply) =>
    original(name, scope, args, (error, value) => {
      if (error?.message.startsWith('ERR ')) error.message = error.message.slice(4);
      reply(error, value);
    });
  const after = await call();
  console.log(`with the prefix taken off: ${after}`);
  if (after !== 'ran') process.exitCode = fail('it does not recover without the prefix either');
} finally {
  await loseKeys();
  await limiter.disconnect();
  await connection.disconnect();
  client.disconnect();
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
