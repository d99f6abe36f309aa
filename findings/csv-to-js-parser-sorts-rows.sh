#!/usr/bin/env bash
# Unless told otherwise, csvToObj of csv-to-js-parser groups by every column, and therefore sorts the rows by their
# cells. In a product export the first row of a product holds its title, its options and its first image, and the rows
# after it its other variants and images. The title is empty there, so these rows now come first.
#
# Package: csv-to-js-parser 2.3.7; csv-parse 7.0.3. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   csv-parse: tee Organic tee S 1.jpg; tee - M 2.jpg; tee - L 3.jpg; mug Blue mug - 4.jpg
#   csv-to-js-parser: mug Blue mug - 4.jpg; tee - L 3.jpg; tee - M 2.jpg; tee Organic tee S 1.jpg
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent csv-to-js-parser@2.3.7 csv-parse@7.0.3; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse } from 'csv-parse/sync';
import parser from 'csv-to-js-parser';

const text = [
  'Handle,Title,Option1 Value,Image Src',
  'tee,Organic tee,S,1.jpg',
  'tee,,M,2.jpg',
  'tee,,L,3.jpg',
  'mug,Blue mug,,4.jpg',
].join('\n');
const written = (rows) => rows.map((row) => Object.values(row).map((cell) => cell || '-').join(' ')).join('; ');

const readers = {
  'csv-parse': [
    () => parse(text, { columns: true }),
    'tee Organic tee S 1.jpg; tee - M 2.jpg; tee - L 3.jpg; mug Blue mug - 4.jpg',
  ],
  'csv-to-js-parser': [
    () => parser.csvToObj(text),
    'mug Blue mug - 4.jpg; tee - L 3.jpg; tee - M 2.jpg; tee Organic tee S 1.jpg',
  ],
};
for (const [name, [read, expected]] of Object.entries(readers)) {
  const seen = written(read());
  console.log(`${name}: ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${name} reads ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
