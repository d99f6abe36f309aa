#!/usr/bin/env bash
# maxRetries of shopify-api-node does not limit a throttled GraphQL call: with 1, it is sent again for as long as
# Shopify throttles it. If the points are back by the time the response is written, the wait comes to 0 ms, which its
# HTTP client takes as "no retry": that call fails at once, whatever maxRetries says.
#
# Packages: shopify-api-node 3.15.0, nock 14.0.10 in place of Shopify. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   maxRetries 1, throttled 6 times -> 7 sends, data
#   maxRetries 5, throttled once, with the points that it needs -> 1 send, Throttled
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent shopify-api-node@3.15.0 nock@14.0.10; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import nock from 'nock';
import Shopify from 'shopify-api-node';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

nock.disableNetConnect();
let sent;
/** Shopify that throttles so many calls, each with so many points left of the 100 that it needs. */
function throttle(times, currentlyAvailable) {
  const throttleStatus = { maximumAvailable: 2_000, currentlyAvailable, restoreRate: 100 };
  const throttled = {
    errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
    extensions: { cost: { requestedQueryCost: 100, actualQueryCost: null, throttleStatus } },
  };
  sent = 0;
  nock.cleanAll();
  nock('https://acme.myshopify.com')
    .persist()
    .post('/admin/api/2026-10/graphql.json')
    .reply(200, () => {
      sent += 1;
      return sent > times ? { data: { shop: { name: 'Acme' } } } : throttled;
    });
}

async function run(name, maxRetries, expected) {
  const shop = new Shopify({ shopName: 'acme', accessToken: 'a token', apiVersion: '2026-10', maxRetries });
  const outcome = await shop.graphql('{ shop { name } }').then(
    () => 'data',
    (error) => error.message,
  );
  const seen = `${sent === 1 ? '1 send' : `${sent} sends`}, ${outcome}`;
  console.log(`maxRetries ${maxRetries}, ${name} -> ${seen}`);
  if (seen !== expected) process.exitCode = fail(`${name} gives ${seen}`);
}

throttle(6, 95);
await run('throttled 6 times', 1, '7 sends, data');
throttle(1, 100);
await run('throttled once, with the points that it needs', 5, '1 send, Throttled');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
