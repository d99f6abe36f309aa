#!/usr/bin/env bash
# urql sends a query by GET, with its variables in the URL, if the URL is shorter than 2,048 characters, and a longer
# one by POST. Shopify documents only POST for its Admin API, so how a query is sent depends on the length of its
# values; and the variables, such as a customer's email address, end up in the logs of every proxy on the way.
#
# Packages: @urql/core 6.0.3, graphql 16.15.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   a short query -> GET, the email address is in the URL
#   a long query -> POST, the email address is in the body
#   a mutation -> POST, the email address is in the body
#   a short query with preferGetMethod: false -> POST, the email address is in the body
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @urql/core@6.0.3 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createServer } from 'node:http';
import { createClient, fetchExchange } from '@urql/core';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

let sent;
const server = createServer((request, response) => {
  sent = { method: request.method, isInAddress: request.url.includes('ann%40example.com') };
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/admin/api/2026-10/graphql.json`;
const find = 'query Find($query: String!) { customers(first: 1, query: $query) { nodes { id } } }';
const change = 'mutation Change($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }';
const input = { id: 'gid://shopify/Customer/1', email: 'ann@example.com' };
const short = { query: 'email:ann@example.com' };
const long = { query: `email:ann@example.com ${'OR tag:vip '.repeat(300)}` };

const client = createClient({ url, exchanges: [fetchExchange] });
const told = createClient({ url, exchanges: [fetchExchange], preferGetMethod: false });
const cases = [
  ['a short query', () => client.query(find, short), 'GET', true],
  ['a long query', () => client.query(find, long), 'POST', false],
  ['a mutation', () => client.mutation(change, { input }), 'POST', false],
  ['a short query with preferGetMethod: false', () => told.query(find, short), 'POST', false],
];
for (const [what, call, method, isInAddress] of cases) {
  sent = undefined;
  await call().toPromise();
  console.log(`${what} -> ${sent?.method}, the email address is ${sent?.isInAddress ? 'in the URL' : 'in the body'}`);
  if (sent?.method !== method || sent.isInAddress !== isInAddress) process.exitCode = fail(`${what} is sent otherwise`);
}
server.close();
server.closeAllConnections();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
