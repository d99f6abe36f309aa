#!/usr/bin/env bash
# Node's readline also ends a line at U+2028 and U+2029. JSON allows both unescaped inside a string, and descriptions
# pasted from a word processor contain them, so a line of a bulk operation's result is cut in two, and neither half is
# JSON. A reader that skips what it cannot parse loses the product. `readLines` of a file handle does the same; split2
# does not.
#
# Package: split2 4.2.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   readline: 3 lines, 1 of 2 products
#   readLines of a file: 3 lines, 1 of 2 products
#   split2: 2 lines, 2 of 2 products
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent split2@4.2.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { open, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import split2 from 'split2';

const products = [
  { id: 'gid://shopify/Product/1', descriptionHtml: 'Organic cotton.\u2028Wash cold.' },
  { id: 'gid://shopify/Product/2', descriptionHtml: 'Linen.' },
];
const text = products.map((product) => `${JSON.stringify(product)}\n`).join('');
await writeFile('result.jsonl', text);

const readers = {
  'readline': [() => createInterface({ input: Readable.from([text]), crlfDelay: Number.POSITIVE_INFINITY }), 3],
  'readLines of a file': [async () => (await open('result.jsonl')).readLines(), 3],
  'split2': [() => Readable.from([text]).pipe(split2()), 2],
};
for (const [name, [start, expected]] of Object.entries(readers)) {
  const lines = await Array.fromAsync(await start());
  const whole = lines.filter(isJson).length;
  console.log(`${name}: ${lines.length} lines, ${whole} of 2 products`);
  if (lines.length === expected && whole === (expected === 3 ? 1 : 2)) continue;
  console.error(`changed: ${name} reads ${lines.length} lines, ${whole} of them whole`);
  process.exitCode = 1;
}

function isJson(line) {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
PROGRAM
node finding.mjs
