#!/usr/bin/env bash
# csv-stringify writes `true` as `1` and `false` as an empty cell. In a product CSV an empty cell does not mean
# "false": a reader treats `Published` and `Variant Taxable` as not given. Other writers write `true` and `false`.
#
# Packages: csv-stringify 6.9.0, csv-parse 7.0.3, fast-csv 5.0.8, papaparse 5.7.1. Seen on Node 24.21.0, Linux,
# 2026-11-30.
#
# Output seen:
#   csv-stringify: {"Handle":"tee","Published":"","Variant Taxable":"","Variant Requires Shipping":"1"}
#   csv-stringify with cast.boolean: String: {"Handle":"tee","Published":"false","Variant Taxable":"false","Variant Requires Shipping":"true"}
#   fast-csv: {"Handle":"tee","Published":"false","Variant Taxable":"false","Variant Requires Shipping":"true"}
#   papaparse: {"Handle":"tee","Published":"false","Variant Taxable":"false","Variant Requires Shipping":"true"}
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent csv-stringify@6.9.0 csv-parse@7.0.3 fast-csv@5.0.8 papaparse@5.7.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { writeToString } from 'fast-csv';
import Papa from 'papaparse';

const products = [{ Handle: 'tee', Published: false, 'Variant Taxable': false, 'Variant Requires Shipping': true }];
const writers = {
  'csv-stringify': [() => stringify(products, { header: true }), ',,1'],
  'csv-stringify with cast.boolean: String': [
    () => stringify(products, { header: true, cast: { boolean: String } }),
    'false,false,true',
  ],
  'fast-csv': [() => writeToString(products, { headers: true }), 'false,false,true'],
  papaparse: [() => Papa.unparse(products), 'false,false,true'],
};
for (const [name, [write, expected]] of Object.entries(writers)) {
  const text = await write();
  const [row] = parse(text, { columns: true });
  const cells = [row.Published, row['Variant Taxable'], row['Variant Requires Shipping']].join();
  console.log(`${name}: ${JSON.stringify(row)}`);
  if (cells === expected) continue;
  console.error(`changed: ${name} writes ${cells}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
