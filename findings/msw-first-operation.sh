#!/usr/bin/env bash
# msw looks only at the first operation of a document, and never at the request's `operationName`. With several
# operations in one document, which GraphQL allows, a mutation gets the answer of the query before it, and its own
# handler is never called.
#
# Package: msw 2.15.0, graphql 16.15.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   operationName Stock -> handler of Stock
#   operationName SetStock -> handler of Stock
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent msw@2.15.0 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { graphql, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const handled = (name) => () => HttpResponse.json({ data: { handler: name } });
const server = setupServer(graphql.query('Stock', handled('Stock')), graphql.mutation('SetStock', handled('SetStock')));
server.listen({ onUnhandledRequest: 'error' });

const query = `
  query Stock($id: ID!) { inventoryItem(id: $id) { id tracked } }
  mutation SetStock($id: ID!) { inventoryItemUpdate(id: $id, input: { tracked: true }) { userErrors { message } } }
`;
for (const operationName of ['Stock', 'SetStock']) {
  const response = await fetch('https://acme.myshopify.com/admin/api/2026-10/graphql.json', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName, variables: { id: 'gid://shopify/InventoryItem/1' } }),
  });
  const { data } = await response.json();
  console.log(`operationName ${operationName} -> handler of ${data.handler}`);
  if (data.handler !== 'Stock') process.exitCode = fail(`${operationName} is answered by ${data.handler}`);
}
server.close();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
