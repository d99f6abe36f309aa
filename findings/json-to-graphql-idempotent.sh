#!/usr/bin/env bash
# json-to-graphql-query removes all quotes from the arguments of a directive. Shopify requires @idempotent(key: "…") for
# each change of stock and each refund: a key is written bare, so it is an enum value or a syntax error, depending on how
# it begins. Only a variable works. In arguments of fields, an undefined becomes the word undefined.
#
# Packages: json-to-graphql-query 2.3.0, graphql 16.15.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   key b7f3 -> @idempotent(key: b7f3), read as EnumValue
#   key 1e3a0f2c-9d1b-4c55-8a7e-0f6f1b2c3d4e -> a syntax error
#   key in a variable -> @idempotent(key: $key), read as Variable
#   changeFromQuantity undefined -> changeFromQuantity: undefined
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent json-to-graphql-query@2.3.0 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse } from 'graphql';
import { jsonToGraphQLQuery, VariableType } from 'json-to-graphql-query';

const mutation = (key, change = {}) =>
  jsonToGraphQLQuery({
    mutation: {
      inventorySetQuantities: {
        __directives: { idempotent: { key } },
        __args: { input: { name: 'available', quantities: [{ quantity: 5, ...change }] } },
        userErrors: { message: true },
      },
    },
  });

function seenIn(text) {
  try {
    const [directive] = parse(text).definitions[0].selectionSet.selections[0].directives;
    return `${/@idempotent\([^)]*\)/.exec(text)[0]}, read as ${directive.arguments[0].value.kind}`;
  } catch {
    return 'a syntax error';
  }
}

const uuid = '1e3a0f2c-9d1b-4c55-8a7e-0f6f1b2c3d4e';
const cases = [
  ['key b7f3', seenIn(mutation('b7f3')), '@idempotent(key: b7f3), read as EnumValue'],
  [`key ${uuid}`, seenIn(mutation(uuid)), 'a syntax error'],
  ['key in a variable', seenIn(mutation(new VariableType('key'))), '@idempotent(key: $key), read as Variable'],
  [
    'changeFromQuantity undefined',
    /changeFromQuantity: \w+/.exec(mutation('b7f3', { changeFromQuantity: undefined }))?.[0] ?? 'left out',
    'changeFromQuantity: undefined',
  ],
];
for (const [name, seen, expected] of cases) {
  console.log(`${name} -> ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${name} gives ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
