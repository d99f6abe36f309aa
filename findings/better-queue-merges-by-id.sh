#!/usr/bin/env bash
# better-queue uses the field `id` of a task as the task's own id, and replaces a waiting task with a later one that
# has the same id. Shopify's payloads all have an `id`: of three webhooks about one order, one runs, and the callbacks
# of the other two report its success as theirs. Two resources with the same number are one task as well.
#
# Package: better-queue 3.8.12. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   by default: handled customers/update; reported as done: 3
#   with an id of its own for each: handled orders/create, orders/paid, customers/update; reported as done: 3
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent better-queue@3.8.12; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import Queue from 'better-queue';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const deliveries = [
  { topic: 'orders/create', payload: { id: 450789469, total_price: '24.90' } },
  { topic: 'orders/paid', payload: { id: 450789469, financial_status: 'paid' } },
  { topic: 'customers/update', payload: { id: 450789469, email: 'ann@example.com' } },
];

async function handledBy(options) {
  const handled = [];
  const queue = new Queue((task, done) => {
    handled.push(task.topic);
    done(null, 'done');
  }, options);
  queue.pause();
  const reports = deliveries.map(
    ({ topic, payload }) =>
      new Promise((resolve, reject) => {
        queue.push({ ...payload, topic }, (error, result) => (error ? reject(error) : resolve(result)));
      }),
  );
  queue.resume();
  const results = await Promise.all(reports);
  return `handled ${handled.join(', ')}; reported as done: ${results.filter((result) => result === 'done').length}`;
}

const usual = await handledBy({});
const withOwnIds = await handledBy({ id: (task, done) => done(null, `${task.topic}/${task.id}`) });
console.log(`by default: ${usual}`);
console.log(`with an id of its own for each: ${withOwnIds}`);
if (usual !== 'handled customers/update; reported as done: 3') process.exitCode = fail(usual);
if (withOwnIds !== 'handled orders/create, orders/paid, customers/update; reported as done: 3') {
  process.exitCode = fail(withOwnIds);
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
