#!/usr/bin/env bash
# The code generator of @shopify/api-codegen-preset finds the fragment in ${FRAGMENT} by the name of its constant, in all
# files together. If two files have a constant of the same name, the types are generated for a query with the wrong
# fragment. The client looks them up by the text of the query, finds none, and returns any: the code still compiles.
#
# Packages: @shopify/graphql-codegen 0.1.0, @graphql-codegen/cli 7.4.3, graphql 16.15.0.
# Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen:
#   a.mjs -> no types for its query
#   b.mjs -> types for its query
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/graphql-codegen@0.1.0 @graphql-codegen/cli@7.4.3 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >schema.graphql <<'SCHEMA'
type Query { product(id: ID!): Product }
type Product { id: ID! title: String! totalInventory: Int }
SCHEMA
source() {
  printf 'const FRAGMENT = `#graphql\n  fragment %s on Product { %s }\n`;\n' "$1" "$2"
  printf 'export const QUERY = `#graphql\n  query Read%s($id: ID!) { product(id: $id) { ...%s } }\n  ${FRAGMENT}\n`;\n' "$1" "$1"
}
source Title title >a.mjs
source Stock totalInventory >b.mjs
cat >finding.mjs <<'PROGRAM'
import { generate } from '@graphql-codegen/cli';
import { pluckConfig, preset } from '@shopify/graphql-codegen';

const presetConfig = { interfaceExtension: () => '' };
const options = { schema: 'schema.graphql', documents: ['a.mjs', 'b.mjs'], pluckConfig, silent: true };
const [{ content }] = await generate({ ...options, generates: { 'types.d.ts': { preset, presetConfig } } }, false);
for (const [file, expected] of Object.entries({ 'a.mjs': 'no types', 'b.mjs': 'types' })) {
  const { QUERY } = await import(`./${file}`);
  const seen = content.includes(`${JSON.stringify(QUERY)}: {return: `) ? 'types' : 'no types';
  console.log(`${file} -> ${seen} for its query`);
  if (seen === expected) continue;
  console.error(`changed: ${file} has ${seen} for its query`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
