#!/usr/bin/env bash
# gql-query-builder puts several lookups into one query and gives their variables the same name: the last value is
# used for all. Two products looked up by id come back as the same product twice, without an error. A list without a
# stated type is declared as one string, and its value is left out of the variables.
#
# Package: gql-query-builder 3.8.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   query ($id: ID!) { tee: product (id: $id) { id } mug: product (id: $id) { id } }
#   {"id":"gid://shopify/Product/2"}
#   tags of ["new","sale"] -> $tags: String, {}
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent gql-query-builder@3.8.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { mutation, query } from 'gql-query-builder';

const product = (alias, gid) => ({
  operation: { name: 'product', alias },
  variables: { id: { value: gid, type: 'ID!' } },
  fields: ['id'],
});
const both = query([product('tee', 'gid://shopify/Product/1'), product('mug', 'gid://shopify/Product/2')]);
console.log(both.query);
console.log(JSON.stringify(both.variables));
const expected = 'query ($id: ID!) { tee: product (id: $id) { id } mug: product (id: $id) { id } }';
if (both.query !== expected) process.exitCode = fail(`the query is ${both.query}`);
if (JSON.stringify(both.variables) !== '{"id":"gid://shopify/Product/2"}') process.exitCode = fail('both ids are sent');

const tags = mutation({ operation: 'tagsAdd', variables: { tags: ['new', 'sale'] }, fields: ['node { id }'] });
const declared = /\$tags: [^,)]+/.exec(tags.query)[0];
const sent = JSON.stringify(tags.variables);
console.log(`tags of ["new","sale"] -> ${declared}, ${sent}`);
if (declared !== '$tags: String' || sent !== '{}') process.exitCode = fail(`a list is ${declared}, ${sent}`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
