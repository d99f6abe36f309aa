#!/usr/bin/env bash
# json-2-csv writes the word null into the cell of an empty field, and undefined into that of a missing one;
# export-to-csv writes null. Shopify's API has null for every empty field, such as the compare-at price or the alt text
# of an image, and in Shopify's import a cell with a word is a value.
#
# Packages: json-2-csv 5.6.0, export-to-csv 1.5.0; csv-stringify 6.9.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   json-2-csv: tee,19.90,null,undefined
#   export-to-csv: "tee","19.90","null",""
#   csv-stringify: tee,19.90,,
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent json-2-csv@5.6.0 export-to-csv@1.5.0 csv-stringify@6.9.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { stringify } from 'csv-stringify/sync';
import { asString, generateCsv, mkConfig } from 'export-to-csv';
import * as json2csv from 'json-2-csv';

const rows = [{ Handle: 'tee', 'Variant Price': '19.90', 'Variant Compare At Price': null, 'Image Alt Text': undefined }];
const writers = {
  'json-2-csv': [() => json2csv.json2csv(rows), 'tee,19.90,null,undefined'],
  'export-to-csv': [() => asString(generateCsv(mkConfig({ useKeysAsHeaders: true }))(rows)), '"tee","19.90","null",""'],
  'csv-stringify': [() => stringify(rows, { header: true }), 'tee,19.90,,'],
};
for (const [name, [write, expected]] of Object.entries(writers)) {
  const row = write().trim().split(/\r?\n/)[1];
  console.log(`${name}: ${row}`);
  if (row === expected) continue;
  console.error(`changed: ${name} writes ${row}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
