#!/usr/bin/env bash
# @shopify/theme-product compares only the options that a customer has chosen: while one is open, the first variant that
# fits counts as found, and with no choice at all the product's first. Only a choice that fits nothing gives null.
#
# Package: @shopify/theme-product 4.1.1. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen:
#   Size M, Color Black -> variant 4, M / Black
#   Size M, color not chosen -> variant 3, M / White
#   Color Black, size not chosen -> variant 2, S / Black
#   Size XL -> null
#   nothing chosen -> variant 1, S / White
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/theme-product@4.1.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import themeProduct from '@shopify/theme-product';

const pairs = [['S', 'White'], ['S', 'Black'], ['M', 'White'], ['M', 'Black']];
const product = {
  id: 1,
  options: [{ name: 'Size' }, { name: 'Color' }],
  variants: pairs.map((options, index) => ({ id: index + 1, options })),
};
const cases = [
  ['Size M, Color Black', [{ name: 'Size', value: 'M' }, { name: 'Color', value: 'Black' }], 4],
  ['Size M, color not chosen', [{ name: 'Size', value: 'M' }], 3],
  ['Color Black, size not chosen', [{ name: 'Color', value: 'Black' }], 2],
  ['Size XL', [{ name: 'Size', value: 'XL' }], undefined],
];
const seen = cases.map(([name, choice, id]) => [name, themeProduct.getVariantFromSerializedArray(product, choice), id]);
seen.push(['nothing chosen', themeProduct.getVariantFromOptionArray(product, []), 1]);
for (const [name, variant, expected] of seen) {
  const text = variant ? `variant ${variant.id}, ${variant.options.join(' / ')}` : String(variant);
  console.log(`${name} -> ${text}`);
  if (variant?.id === expected) continue;
  console.error(`changed: ${name} gives ${text}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
