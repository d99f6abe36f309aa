#!/usr/bin/env bash
# parseGid of Shopify's own utilities drops everything after the question mark. That part identifies the item of an
# inventory level, so all items at a location get one id, and each overwrites the stock stored for the last.
# composeGid puts a gid inside a gid, and isGid then accepts the result.
#
# Package: @shopify/admin-graphql-api-utilities 2.2.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   gid://shopify/InventoryLevel/523463154?inventory_item_id=30322695 -> 523463154
#   gid://shopify/InventoryLevel/523463154?inventory_item_id=43729076 -> 523463154
#   stock of 2 levels by parseGid: [["523463154",0]]
#   gid://shopify/Product/gid://shopify/Product/1 -> isGid true
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/admin-graphql-api-utilities@2.2.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { composeGid, isGid, parseGid } from '@shopify/admin-graphql-api-utilities';

const levels = [
  { id: 'gid://shopify/InventoryLevel/523463154?inventory_item_id=30322695', available: 12 },
  { id: 'gid://shopify/InventoryLevel/523463154?inventory_item_id=43729076', available: 0 },
];
const stock = new Map();
for (const { id, available } of levels) {
  stock.set(parseGid(id), available);
  console.log(`${id} -> ${parseGid(id)}`);
}
console.log(`stock of ${levels.length} levels by parseGid: ${JSON.stringify([...stock])}`);

const twice = composeGid('Product', 'gid://shopify/Product/1');
console.log(`${twice} -> isGid ${isGid(twice, 'Product')}`);

if (stock.size !== 1) process.exitCode = fail('the levels have two ids');
if (twice !== 'gid://shopify/Product/gid://shopify/Product/1') process.exitCode = fail(`composeGid gives ${twice}`);
if (!isGid(twice, 'Product')) process.exitCode = fail('isGid refuses a gid within a gid');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
