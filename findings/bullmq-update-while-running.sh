#!/usr/bin/env bash
# A BullMQ deduplication id is in force while its job runs, too. If a product is updated while its previous update is
# being pushed, the new update is dropped, although that push has read the older price. `add` resolves with a Job that
# contains the new price; only the event `deduplicated` tells. With the option keepLastIfActive, the last update runs.
#
# Packages: bullmq 6.7.0, ioredis 6.0.0. Seen on Redis 7.0.15, Node 24.21.0, Linux, 2026-11-30. Needs a Redis at
# REDIS_URL or 127.0.0.1:6379. Removes its own queues.
#
# Output seen:
#   {}: add gives a job with the price 19.90; pushed: 24.90
#   {"keepLastIfActive":true}: add gives a job with the price 19.90; pushed: 24.90, 19.90
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
import { Queue, Worker } from 'bullmq';
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

async function pricesPushed(options) {
  const name = `finding-${randomUUID()}`;
  const queue = new Queue(name, { connection: client });
  const connection = client.duplicate({ lazyConnect: false, maxRetriesPerRequest: null });
  const pushed = [];
  const started = Promise.withResolvers();
  const goOn = Promise.withResolvers();
  const work = async ({ data }) => {
    pushed.push(data.price);
    started.resolve();
    await goOn.promise;
  };
  const worker = new Worker(name, work, { connection });
  try {
    const deduplication = { id: 'gid://shopify/Product/1', ...options };
    await queue.add('push', { price: '24.90' }, { deduplication });
    await started.promise;
    const { data } = await queue.add('push', { price: '19.90' }, { deduplication });
    goOn.resolve();
    for (let left = 1; left > 0; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      left = await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized');
    }
    return { added: data.price, pushed: pushed.join(', ') };
  } finally {
    await worker.close();
    await queue.obliterate({ force: true });
    await queue.close();
    connection.disconnect();
  }
}

for (const [options, expected] of [
  [{}, '24.90'],
  [{ keepLastIfActive: true }, '24.90, 19.90'],
]) {
  const { added, pushed } = await pricesPushed(options);
  console.log(`${JSON.stringify(options)}: add gives a job with the price ${added}; pushed: ${pushed}`);
  if (added !== '19.90' || pushed !== expected) process.exitCode = fail(`${JSON.stringify(options)} pushes ${pushed}`);
}
client.disconnect();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
