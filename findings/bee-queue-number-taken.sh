#!/usr/bin/env bash
# bee-queue numbers jobs 1, 2, 3 …, in the same namespace as the ids that an app sets. When the counter reaches an id
# that was set, the next job without an id is not added, even if that other job is long done: save() succeeds, the job's
# id is null, and nothing runs it. Order numbers are small enough for that.
#
# Packages: bee-queue 2.0.0; ioredis 6.0.0. Seen on Redis 7.0.15, Node 24.21.0, Linux, 2026-11-30.
# Needs a Redis at REDIS_URL or 127.0.0.1:6379. Removes only its own keys.
#
# Output seen:
#   a job with an id, for order 3, done
#   jobs without an id: 1, 2, null, 4
#   handled: order 3, webhook 1, webhook 2, webhook 4
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent bee-queue@2.0.0 ioredis@6.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { randomUUID } from 'node:crypto';
import Queue from 'bee-queue';
import { Redis } from 'ioredis';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const client = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null });
client.on('error', () => undefined);
const isThere = await client.connect().then(
  () => true,
  () => false,
);
if (!isThere) {
  console.error('cannot run: no Redis answers');
  process.exit(2);
}
await client.quit();

const queue = new Queue(`finding-${randomUUID()}`, { redis: url });
const handled = [];
let whenIdle;
queue.process(async ({ data }) => {
  handled.push(data.name);
  if (data.isLast) setImmediate(whenIdle);
});
const idle = () => new Promise((resolve) => (whenIdle = resolve));

const orderDone = idle();
await queue.createJob({ name: 'order 3', isLast: true }).setId(3).save();
await orderDone;
console.log(`a job with an id, for ${handled[0]}, done`);

const webhooksDone = idle();
const ids = [];
for (let number = 1; number <= 4; number += 1) {
  const job = await queue.createJob({ name: `webhook ${number}`, isLast: number === 4 }).save();
  ids.push(String(job.id));
}
await webhooksDone;
console.log(`jobs without an id: ${ids.join(', ')}`);
console.log(`handled: ${handled.join(', ')}`);
await queue.destroy();
await queue.close();

if (ids.join() !== '1,2,null,4') process.exitCode = fail(`the ids are ${ids}`);
if (handled.join() !== 'order 3,webhook 1,webhook 2,webhook 4') process.exitCode = fail(`handled ${handled}`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
