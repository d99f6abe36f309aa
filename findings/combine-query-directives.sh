#!/usr/bin/env bash
# graphql-combine-query puts mutations into one document, with a number after the names of their variables, so that each
# keeps its own. It leaves out the arguments of directives: both @idempotent(key: $key) still ask for $key, which the
# document does not declare.
#
# Packages: graphql-combine-query 1.2.4, graphql 16.15.0. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen:
#   declared: input_0 key_0 input_1 key_1
#   used in arguments of fields: input_0 input_1
#   used in directives: key key
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent graphql-combine-query@1.2.4 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse, visit } from 'graphql';
import combined from 'graphql-combine-query';

const combineQuery = combined.default ?? combined;
const mutation = parse(`mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
}`);
const { document } = combineQuery('SetStockOfTwo').addN(mutation, [
  { input: { name: 'available' }, key: 'first' },
  { input: { name: 'on_hand' }, key: 'second' },
]);

const namesIn = (node) => {
  const names = [];
  visit(node, { Variable: ({ name }) => void names.push(name.value) });
  return names;
};
const [operation] = document.definitions;
const fields = operation.selectionSet.selections;
const seen = {
  declared: operation.variableDefinitions.flatMap(namesIn),
  'used in arguments of fields': fields.flatMap((field) => field.arguments.flatMap(namesIn)),
  'used in directives': fields.flatMap((field) => field.directives.flatMap(namesIn)),
};
const expected = ['input_0 key_0 input_1 key_1', 'input_0 input_1', 'key key'];
for (const [index, [what, names]] of Object.entries(seen).entries()) {
  console.log(`${what}: ${names.join(' ')}`);
  if (names.join(' ') === expected[index]) continue;
  console.error(`changed: ${what}: ${names.join(' ')}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
