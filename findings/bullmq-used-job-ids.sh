#!/usr/bin/env bash
# BullMQ drops a job whose id an earlier job had, even if that one is done, since finished jobs are kept unless an
# option removes them. `add` resolves as usual, with a Job that contains the new data, and only the queue knows that
# the old one is kept and nothing will run. So with one id per product, only its first update ever gets through.
#
# Packages: bullmq 6.7.0, ioredis 6.0.0. Seen on Redis 7.0.15, Node 24.21.0, Linux, 2026-11-30. Needs a Redis at
# REDIS_URL or 127.0.0.1:6379. Removes its own queue.
#
# Output seen:
#   add gives a job product-632910392 with the price 19.90
#   the queue has product-632910392 with the price 24.90, completed
#   pushed: 24.90, of another product
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
import { Queue, QueueEvents, Worker } from 'bullmq';
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
const connection = client.duplicate({ lazyConnect: false, maxRetriesPerRequest: null });
const name = `finding-${randomUUID()}`;
const queue = new Queue(name, { connection: client });
const events = new QueueEvents(name, { connection: connection.duplicate() });
const ran = [];
const worker = new Worker(name, async ({ data }) => void ran.push(data.price), { connection });
await Promise.all([worker.waitUntilReady(), events.waitUntilReady()]);

try {
  const jobId = 'product-632910392';
  const first = await queue.add('push', { price: '24.90' }, { jobId });
  await first.waitUntilFinished(events);
  const second = await queue.add('push', { price: '19.90' }, { jobId });
  // One more, so that the worker would have taken the second by now.
  await (await queue.add('push', { price: 'of another product' })).waitUntilFinished(events);
  const stored = await queue.getJob(jobId);
  console.log(`add gives a job ${second.id} with the price ${second.data.price}`);
  console.log(`the queue has ${stored.id} with the price ${stored.data.price}, ${await stored.getState()}`);
  console.log(`pushed: ${ran.join(', ')}`);
  if (second.data.price !== '19.90') process.exitCode = fail('add gives the job that is kept');
  if (stored.data.price !== '24.90') process.exitCode = fail('the queue has the new data');
  if (ran.join() !== '24.90,of another product') process.exitCode = fail(`pushed: ${ran.join(', ')}`);
} finally {
  await worker.close();
  await events.close();
  await queue.obliterate({ force: true });
  await queue.close();
  for (const each of [client, connection]) each.disconnect();
}
process.exit();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
