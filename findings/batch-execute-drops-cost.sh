#!/usr/bin/env bash
# A batching executor of GraphQL Tools sends several queries as one, and gives each caller its part of the data and the
# errors, but nothing of `extensions`. That is where Shopify says what the query cost and how full the bucket is. The cost
# is that of all queries together, and one that is refused for it is refused for all.
#
# Packages: @graphql-tools/batch-execute 10.3.2, graphql 16.15.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   one query: extensions cost
#   two at once: 1 request; extensions none, extensions none
#   two of 600 points at once: MAX_COST_EXCEEDED, MAX_COST_EXCEEDED
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @graphql-tools/batch-execute@10.3.2 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createBatchingExecutor } from '@graphql-tools/batch-execute';
import { parse } from 'graphql';

const throttleStatus = { maximumAvailable: 2_000, currentlyAvailable: 1_996, restoreRate: 100 };
let requests = 0;

/** Answers as Shopify does: a query may cost 1,000 points. */
const shop = (pointsOfField) => async ({ document }) => {
  requests += 1;
  const names = document.definitions[0].selectionSet.selections.map(({ alias, name }) => (alias ?? name).value);
  const points = names.length * pointsOfField;
  if (points > 1_000) return { errors: [{ message: 'Query cost is too high', extensions: { code: 'MAX_COST_EXCEEDED' } }] };
  const data = Object.fromEntries(names.map((name) => [name, { id: 'gid://shopify/Product/1' }]));
  return { data, extensions: { cost: { requestedQueryCost: points, throttleStatus } } };
};
const document = parse('query ProductById($id: ID!) { product(id: $id) { id } }');
const call = (id) => ({ document, variables: { id: `gid://shopify/Product/${id}` } });
const extensionsOf = (result) => `extensions ${Object.keys(result.extensions ?? {}).join() || 'none'}`;

const single = extensionsOf(await createBatchingExecutor(shop(1))(call(1)));
console.log(`one query: ${single}`);

requests = 0;
const batched = createBatchingExecutor(shop(1));
const both = (await Promise.all([batched(call(1)), batched(call(2))])).map(extensionsOf).join(', ');
const sent = requests;
console.log(`two at once: ${sent} request; ${both}`);

const expensive = createBatchingExecutor(shop(600));
const refused = await Promise.all([expensive(call(1)), expensive(call(2))]);
const codes = refused.map(({ errors }) => errors?.[0]?.extensions?.code ?? 'none').join(', ');
console.log(`two of 600 points at once: ${codes}`);

if (single !== 'extensions cost') process.exitCode = fail(`one query has ${single}`);
if (sent !== 1) process.exitCode = fail(`two queries are ${sent} requests`);
if (both !== 'extensions none, extensions none') process.exitCode = fail(`two queries have ${both}`);
if (codes !== 'MAX_COST_EXCEEDED, MAX_COST_EXCEEDED') process.exitCode = fail(`the codes are ${codes}`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
