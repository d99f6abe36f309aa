#!/usr/bin/env bash
# Shopify's own client ignores Retry-After: if a 429 asks for a wait of 3 s, it sends again within half a second, and
# its one allowed retry is used up.
#
# Package: @shopify/admin-api-client 2.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   Retry-After: 3 -> sent again before 1 s had passed
#   the call -> failed
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
import { createServer } from 'node:http';
import { createAdminApiClient } from '@shopify/admin-api-client';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

let answer;
let times = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    times.push(performance.now());
    answer(response, times.length);
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const good = (response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"shop":{"name":"Acme"}}}');

const client = createAdminApiClient({
  storeDomain: 'acme.myshopify.com',
  apiVersion: '2026-10',
  accessToken: 'a token',
  retries: 1,
  customFetchApi: (url, init) => fetch(url.replace('https://acme.myshopify.com', origin), init),
});

answer = (response) => response.writeHead(429, { 'retry-after': '3' }).end();
const { errors } = await client.request('{ shop { name } }');
const isEarly = times.length === 2 && times[1] - times[0] < 1_000;
console.log(`Retry-After: 3 -> ${isEarly ? 'sent again before 1 s had passed' : 'waited, or not sent again'}`);
console.log(`the call -> ${errors ? 'failed' : 'came through'}`);

server.close();
server.closeAllConnections();

if (!isEarly) process.exitCode = fail('the retry waits, or does not come');
if (!errors) process.exitCode = fail('the call comes through');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
