#!/usr/bin/env bash
# BullMQ refuses a job id that is an integer, and one with a colon unless it has exactly two colons. Shopify's ids are
# of the first kind in REST and webhooks ("632910392") and of the second in GraphQL ("gid://shopify/Product/1");
# "shop:topic:id" is accepted only by luck. A deduplication id may be any of them.
#
# Packages: bullmq 6.7.0, ioredis 6.0.0. Seen on Redis 7.0.15, Node 24.21.0, Linux, 2026-11-30.
# Needs a Redis at REDIS_URL or 127.0.0.1:6379. Removes its own queue.
#
# Output seen:
#   job id gid://shopify/Product/1: Custom Id cannot contain :
#   job id 632910392: Custom Id cannot be integers
#   job id product:632910392: Custom Id cannot contain :
#   job id product:update:632910392: taken
#   job id shop:product:update:632910392: Custom Id cannot contain :
#   job id product-632910392: taken
#   deduplication id gid://shopify/Product/1: taken
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent --ignore-scripts bullmq@6.7.0 ioredis@6.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const client = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null });
client.on('error', () => undefined);
const there = await client.connect().then(
  () => true,
  () => false,
);
if (!there) {
  console.error('cannot run: no Redis answers');
  process.exit(2);
}

const colon = 'Custom Id cannot contain :';
const cases = [
  ['job', 'gid://shopify/Product/1', colon],
  ['job', '632910392', 'Custom Id cannot be integers'],
  ['job', 'product:632910392', colon],
  ['job', 'product:update:632910392', 'taken'],
  ['job', 'shop:product:update:632910392', colon],
  ['job', 'product-632910392', 'taken'],
  ['deduplication', 'gid://shopify/Product/1', 'taken'],
];
const queue = new Queue(`finding-${randomUUID()}`, { connection: client });
try {
  for (const [kind, id, expected] of cases) {
    const options = kind === 'job' ? { jobId: id } : { deduplication: { id } };
    const outcome = await queue.add('push', {}, options).then(
      () => 'taken',
      (error) => error.message,
    );
    console.log(`${kind} id ${id}: ${outcome}`);
    if (outcome !== expected) process.exitCode = fail(`${kind} id ${id} gives: ${outcome}`);
  }
} finally {
  await queue.obliterate({ force: true });
  await queue.close();
  client.disconnect();
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
