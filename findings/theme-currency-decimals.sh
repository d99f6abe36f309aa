#!/usr/bin/env bash
# formatMoney of Shopify's theme-currency takes cents, or an amount as a string ("value in cents or dollar amount"),
# and only removes the dot from a string. That is right for amounts with two decimals, such as REST prices; an amount
# of GraphQL's MoneyV2, which can have one, comes out at a tenth of the price.
#
# Package: @shopify/theme-currency 4.1.1. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   1990 -> $19.90
#   "19.90" -> $19.90
#   "19.9" -> $1.99
#   "10.0" -> $1.00
#   "1234.5" -> $123.45
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/theme-currency@4.1.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createRequire } from 'node:module';

const { formatMoney } = createRequire(import.meta.url)('@shopify/theme-currency');

const cases = [
  [1990, '$19.90'],
  ['19.90', '$19.90'],
  ['19.9', '$1.99'],
  ['10.0', '$1.00'],
  ['1234.5', '$123.45'],
];
for (const [amount, expected] of cases) {
  const shown = formatMoney(amount, '${{amount}}');
  console.log(`${JSON.stringify(amount)} -> ${shown}`);
  if (shown === expected) continue;
  console.error(`changed: ${JSON.stringify(amount)} gives ${shown}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
