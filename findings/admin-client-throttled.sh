#!/usr/bin/env bash
# The `retries` of Shopify's client for the Admin API don't apply to a throttled GraphQL call: Shopify answers it with
# status 200, and the client looks only at the status. It is sent once, and its failure has status 200. An aborted
# call, on the other hand, is tried three more times: it ends three seconds later, as a network failure.
#
# Package: @shopify/admin-api-client 2.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   retries 3, 503 -> 4 sends
#   retries 3, throttled -> 1 send, status 200
#   retries 3, aborted -> 4 sends, ended after 3 s or more
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/admin-api-client@2.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createAdminApiClient } from '@shopify/admin-api-client';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const throttled = {
  errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
  extensions: { cost: { requestedQueryCost: 100, throttleStatus: { currentlyAvailable: 20, restoreRate: 100 } } },
};
const json = { 'content-type': 'application/json' };
let sends;
async function send(answer, options) {
  sends = 0;
  const client = createAdminApiClient({
    storeDomain: 'acme.myshopify.com',
    apiVersion: '2026-10',
    accessToken: 'a token',
    retries: 3,
    customFetchApi: async (_url, { signal }) => {
      sends += 1;
      return answer(signal);
    },
  });
  const { errors } = await client.request('{ shop { name } }', options);
  return errors;
}
function check(name, seen, expected) {
  console.log(`retries 3, ${name} -> ${seen}`);
  if (seen !== expected) process.exitCode = fail(`${name} gives ${seen}`);
}
const counted = () => (sends === 1 ? '1 send' : `${sends} sends`);

await send(() => new Response('', { status: 503, headers: { 'retry-after': '1' } }));
check('503', counted(), '4 sends');
const errors = await send(() => new Response(JSON.stringify(throttled), { headers: json }));
check('throttled', `${counted()}, status ${errors.networkStatusCode}`, '1 send, status 200');

const controller = new AbortController();
const begun = performance.now();
setTimeout(() => controller.abort(), 50);
const hangs = (signal) =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
await send(hangs, { signal: controller.signal });
// Timers may fire a little early.
const isLate = performance.now() - begun > 2_950;
check('aborted', `${counted()}, ended ${isLate ? 'after 3 s or more' : 'earlier'}`, '4 sends, ended after 3 s or more');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
