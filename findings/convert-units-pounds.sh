#!/usr/bin/env bash
# convert-units has 453.592 grams in a pound and 28.3495 in an ounce, both a little short. Shopify's product export gives
# weights in grams, with all digits: what a merchant entered as 1 lb is read as 1.0000008 lb, and is no longer within a
# shipping rate that ends at 1 lb.
#
# Packages: convert-units 2.3.4; convert 8.0.2. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   convert-units: 453.59237 g = 1.0000008157110356 lb, 28.349523125 g = 1.0000008157110356 oz, 1 lb = 453.592 g
#   convert: 453.59237 g = 1 lb, 28.349523125 g = 1 oz, 1 lb = 453.59237 g
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent convert-units@2.3.4 convert@8.0.2; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { convert } from 'convert';
import convertUnits from 'convert-units';

const libraries = {
  'convert-units': [
    (value, from, to) => convertUnits(value).from(from).to(to),
    '453.59237 g = 1.0000008157110356 lb, 28.349523125 g = 1.0000008157110356 oz, 1 lb = 453.592 g',
  ],
  convert: [
    (value, from, to) => convert(value, from).to(to),
    '453.59237 g = 1 lb, 28.349523125 g = 1 oz, 1 lb = 453.59237 g',
  ],
};
const conversions = [
  [453.59237, 'g', 'lb'],
  [28.349523125, 'g', 'oz'],
  [1, 'lb', 'g'],
];
for (const [name, [of, expected]] of Object.entries(libraries)) {
  const seen = conversions.map(([value, from, to]) => `${value} ${from} = ${of(value, from, to)} ${to}`).join(', ');
  console.log(`${name}: ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${name} gives ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
