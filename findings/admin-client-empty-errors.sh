#!/usr/bin/env bash
# Shopify's own client treats a response with data and an empty list of errors as a failure, and then names no error.
# The GraphQL specification forbids the empty list, but proxies, mocks and older servers send it.
#
# Package: @shopify/admin-api-client 2.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   "errors": null -> success
#   "errors": [] -> failed, with 0 errors to read
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

const seen = {};
for (const list of ['null', '[]']) {
  answer = (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"data":{"shop":{"name":"Acme"}},"errors":${list}}`);
  const { errors } = await client.request('{ shop { name } }');
  seen[list] = errors ? `failed, with ${errors.graphQLErrors?.length} errors to read` : 'success';
  console.log(`"errors": ${list} -> ${seen[list]}`);
}

server.close();
server.closeAllConnections();

if (seen['null'] !== 'success') process.exitCode = fail('null is a failure too');
if (seen['[]'] !== 'failed, with 0 errors to read') process.exitCode = fail('an empty list is no failure');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
