#!/usr/bin/env bash
# Dinero.js does not treat two of the currencies in Shopify's API as decimal: ariary (MGA) and ouguiya (MRU) have five
# parts to the unit, and toDecimal throws, although Shopify's amounts are decimals in every currency. USDC and JEP,
# which Shopify has but ISO 4217 does not, are missing, and Intl.NumberFormat throws for USDC.
#
# Package: dinero.js 2.0.2. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   USD -> 25.00
#   MGA -> an error
#   MRU -> an error
#   USDC -> not there
#   JEP -> not there
#   Intl.NumberFormat, USDC -> RangeError
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent dinero.js@2.0.2; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { dinero, toDecimal } from 'dinero.js';
import * as currencies from 'dinero.js/currencies';

const expected = { USD: '25.00', MGA: 'an error', MRU: 'an error', USDC: 'not there', JEP: 'not there' };
for (const [code, outcome] of Object.entries(expected)) {
  const seen = currencies[code] ? written(currencies[code]) : 'not there';
  console.log(`${code} -> ${seen}`);
  if (seen !== outcome) process.exitCode = fail(`${code} is ${seen}`);
}
let thrown = 'nothing';
try {
  new Intl.NumberFormat('en', { style: 'currency', currency: 'USDC' });
} catch (error) {
  thrown = error.name;
}
console.log(`Intl.NumberFormat, USDC -> ${thrown}`);
if (thrown !== 'RangeError') process.exitCode = fail(`Intl.NumberFormat throws ${thrown} for USDC`);

function written(currency) {
  try {
    return toDecimal(dinero({ amount: 2_500, currency }));
  } catch {
    return 'an error';
  }
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
