#!/usr/bin/env bash
# With retries, Shopify's own client sends a mutation again after its connection was closed without a response. The
# first one may have been carried out: here the server has counted both. The call reports success.
#
# Package: @shopify/admin-api-client 2.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   mutations received -> 2
#   the call -> success
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

// The shop did what it was asked for, and the response is lost on its way.
answer = (response, time) => (time === 1 ? response.destroy() : good(response));
const { errors } = await client.request('mutation { productCreate(product: { title: "Tee" }) { product { id } } }');
console.log(`mutations received -> ${times.length}`);
console.log(`the call -> ${errors ? 'failed' : 'success'}`);

server.close();
server.closeAllConnections();

if (times.length !== 2) process.exitCode = fail('the mutation is not sent again');
if (errors) process.exitCode = fail('the call reports the lost response');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
