#!/usr/bin/env bash
# currency-formatter's unformat reads a number as people write it where the currency is used. Shopify writes amounts with
# a point in all currencies, in the API and in CSV files: in euros, and in all others with a decimal comma, the point is
# removed, and the amount is a hundred times as large.
#
# Package: currency-formatter 1.5.9. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen:
#   25.00 USD -> 25
#   25.00 EUR -> 2500
#   25.0 EUR -> 250
#   25.00 BRL -> 2500
#   25.00 SEK -> 2500
#   12.345 KWD -> 12.345
#   12.345 KWD, formatted by the library itself -> 0
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent currency-formatter@1.5.9; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import currencyFormatter from 'currency-formatter';

const { format, unformat } = currencyFormatter;
const cases = [
  ['25.00', 'USD', 25],
  ['25.00', 'EUR', 2_500],
  ['25.0', 'EUR', 250],
  ['25.00', 'BRL', 2_500],
  ['25.00', 'SEK', 2_500],
  ['12.345', 'KWD', 12.345],
];
for (const [amount, code, expected] of cases) check(`${amount} ${code}`, unformat(amount, { code }), expected);
const code = 'KWD';
check('12.345 KWD, formatted by the library itself', unformat(format(12.345, { code }), { code }), 0);

function check(what, seen, expected) {
  console.log(`${what} -> ${seen}`);
  if (seen === expected) return;
  console.error(`changed: ${what} is read as ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
