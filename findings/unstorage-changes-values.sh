#!/usr/bin/env bash
# unstorage reads a stored text as JSON where it can: the SKU 1E3 comes back as the number 1000, the word null as
# nothing. Of a key, everything after the question mark is dropped, and slashes become colons: the inventory levels of a
# location share one entry. All drivers do so.
#
# Package: unstorage 1.17.6, with the memory driver. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   "1E3" -> 1000
#   "632910392" -> 632910392
#   "10.00" -> 10
#   "null" -> null
#   "0042" -> "0042"
#   level of item 30322695 -> "0 in stock"
#   keys: gid:shopify:InventoryLevel:523463154
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent unstorage@1.17.6; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createStorage } from 'unstorage';
import memoryDriver from 'unstorage/drivers/memory';

const values = [
  ['1E3', '1000'],
  ['632910392', '632910392'],
  ['10.00', '10'],
  ['null', 'null'],
  ['0042', '"0042"'],
];
const storage = createStorage({ driver: memoryDriver() });
for (const [text, expected] of values) {
  await storage.setItem('value', text);
  const seen = JSON.stringify(await storage.getItem('value'));
  console.log(`"${text}" -> ${seen}`);
  if (seen !== expected) process.exitCode = fail(`"${text}" is read as ${seen}`);
}
await storage.removeItem('value');

const levelOf = (item) => `gid://shopify/InventoryLevel/523463154?inventory_item_id=${item}`;
await storage.setItem(levelOf(30322695), '12 in stock');
await storage.setItem(levelOf(43729076), '0 in stock');
const level = await storage.getItem(levelOf(30322695));
const keys = (await storage.getKeys()).join(', ');
console.log(`level of item 30322695 -> "${level}"`);
console.log(`keys: ${keys}`);
if (level !== '0 in stock') process.exitCode = fail(`the first level is ${level}`);
if (keys !== 'gid:shopify:InventoryLevel:523463154') process.exitCode = fail(`the keys are ${keys}`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
