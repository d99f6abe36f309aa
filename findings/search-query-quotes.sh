#!/usr/bin/env bash
# shopify-search-query puts a text with spaces in quotes, but does not escape the quotes inside it. An inch mark ends
# the term, and what follows is searched for in any field: the query means something else and finds other products,
# without an error. A text without spaces that contains a quote is not quoted at all.
#
# Package: shopify-search-query 0.1.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   title is Oak shelf -> title:"Oak shelf"
#   title is 12" oak shelf -> title:"12" oak shelf"
#   sku is SHELF-12" -> sku:SHELF-12"
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent shopify-search-query@0.1.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { buildSearchQuery, eq } from 'shopify-search-query';

const cases = [
  ['title', 'Oak shelf', 'title:"Oak shelf"'],
  ['title', '12" oak shelf', 'title:"12" oak shelf"'],
  ['sku', 'SHELF-12"', 'sku:SHELF-12"'],
];
for (const [field, text, expected] of cases) {
  const query = buildSearchQuery(eq(field, text));
  console.log(`${field} is ${text} -> ${query}`);
  if (query === expected) continue;
  console.error(`changed: ${field} ${text} gives ${query}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
