#!/usr/bin/env bash
# The option `retries` of Shopify's REST client has no effect: it is validated but never used, because each call has
# its own default of 0. Only the `retries` of a call count. The GraphQL client in the same package uses both.
#
# Package: @shopify/admin-api-client 2.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   REST, retries: 2 of the client -> sent 1 times
#   REST, retries: 2 of the call -> sent 3 times
#   GraphQL, retries: 2 of the client -> sent 3 times
#   REST, retries: 9 of the client -> refused
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
import { createAdminApiClient, createAdminRestApiClient } from '@shopify/admin-api-client';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

let sent = 0;
const options = {
  storeDomain: 'acme.myshopify.com',
  apiVersion: '2026-10',
  accessToken: 'a token',
  retries: 2,
  customFetchApi: async () => {
    sent += 1;
    return new Response('{"errors":"Exceeded"}', { status: 429, headers: { 'retry-after': '1' } });
  },
};
const rest = createAdminRestApiClient(options);
const graphql = createAdminApiClient(options);
const cases = [
  ['REST, retries: 2 of the client', () => rest.get('products'), 1],
  ['REST, retries: 2 of the call', () => rest.get('products', { retries: 2 }), 3],
  ['GraphQL, retries: 2 of the client', () => graphql.request('{ shop { name } }'), 3],
];
for (const [what, call, expected] of cases) {
  sent = 0;
  await call();
  console.log(`${what} -> sent ${sent} times`);
  if (sent !== expected) process.exitCode = fail(`${what} is sent ${sent} times`);
}

// What is not in range is refused, so the option looks alive.
let refusal = 'taken';
try {
  createAdminRestApiClient({ ...options, retries: 9 });
} catch {
  refusal = 'refused';
}
console.log(`REST, retries: 9 of the client -> ${refusal}`);
if (refusal !== 'refused') process.exitCode = fail('the option is not checked');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
