#!/usr/bin/env bash
# csvtojson treats the dots in a column name as a path. A metafield column of Shopify's product export, such as `Care
# (product.metafields.custom.care)`, becomes not a field of the row but an object `Care (product`, four levels deep,
# and columns with a common beginning end up in one object. There is no error, and code that looks for the column
# finds an empty metafield.
#
# Packages: csvtojson 2.0.14, csv-parse 7.0.3. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   csvtojson: columns Handle, Title, Care (product; the metafield is not there
#   csvtojson with flatKeys: columns Handle, Title, Care (product.metafields.custom.care); the metafield is Wash cold
#   csv-parse: columns Handle, Title, Care (product.metafields.custom.care); the metafield is Wash cold
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent csvtojson@2.0.14 csv-parse@7.0.3; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse } from 'csv-parse/sync';
import csvtojson from 'csvtojson';

const column = 'Care (product.metafields.custom.care)';
const text = `Handle,Title,${column}\ntee,Organic cotton tee,Wash cold\n`;
const readers = {
  csvtojson: [() => csvtojson().fromString(text), undefined, '{"metafields":{"custom":{"care)":"Wash cold"}}}'],
  'csvtojson with flatKeys': [() => csvtojson({ flatKeys: true }).fromString(text), 'Wash cold', undefined],
  'csv-parse': [() => parse(text, { columns: true }), 'Wash cold', undefined],
};
for (const [name, [read, value, instead]] of Object.entries(readers)) {
  const [row] = await read();
  console.log(`${name}: columns ${Object.keys(row).join(', ')}; the metafield is ${row[column] ?? 'not there'}`);
  if (row[column] === value && JSON.stringify(row['Care (product']) === instead) continue;
  console.error(`changed: ${name} reads ${JSON.stringify(row)}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
