#!/usr/bin/env bash
# These CSV readers turn cells into numbers without being asked. An E between digits counts as an exponent: the SKU 36E5
# becomes 3600000, and 1E3 becomes the same as 1000. json-2-csv leaves zeros in front alone, so only some SKUs change;
# csv42 drops those too.
#
# Packages: json-2-csv 5.6.0, csv42 5.0.3; csv-parse 7.0.3. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   json-2-csv: 36E5 -> 3600000, 1E3 -> 1000, 1000 -> 1000, 0042 -> 0042
#   csv42: 36E5 -> 3600000, 1E3 -> 1000, 1000 -> 1000, 0042 -> 42
#   csv-parse: 36E5 -> 36E5, 1E3 -> 1E3, 1000 -> 1000, 0042 -> 0042
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent json-2-csv@5.6.0 csv42@5.0.3 csv-parse@7.0.3; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse } from 'csv-parse/sync';
import { csv2json } from 'csv42';
import * as json2csv from 'json-2-csv';

const skus = ['36E5', '1E3', '1000', '0042'];
const text = ['sku,stock', ...skus.map((sku, index) => `${sku},${index}`)].join('\n');

const readers = {
  'json-2-csv': [() => json2csv.csv2json(text), '3600000 1000 1000 0042'],
  csv42: [() => csv2json(text), '3600000 1000 1000 42'],
  'csv-parse': [() => parse(text, { columns: true }), '36E5 1E3 1000 0042'],
};
for (const [name, [read, expected]] of Object.entries(readers)) {
  const seen = read().map(({ sku }) => String(sku));
  console.log(`${name}: ${skus.map((sku, index) => `${sku} -> ${seen[index]}`).join(', ')}`);
  if (seen.join(' ') === expected) continue;
  console.error(`changed: ${name} reads ${seen.join(' ')}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
