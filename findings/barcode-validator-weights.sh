#!/usr/bin/env bash
# @ericblade/barcode-validator gives the digits of a GTIN the weights 1, 3, 1, … from the right, but GS1 has 3, 1, 3, …
# for all lengths. Four of five correct numbers are refused, and a mistyped one passes instead: with 13 digits, unless
# they are a book's, and with 8 or 14.
#
# Package: @ericblade/barcode-validator 2.4.1. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen:
#   4006381333931 -> refused
#   73513537 -> refused
#   10614141000415 -> refused
#   036000291452 -> accepted
#   9780306406157 -> accepted
#   of 1000 correct numbers with 13 digits -> 201 accepted
#   of the same with another last digit -> 799 accepted
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @ericblade/barcode-validator@2.4.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import validate from '@ericblade/barcode-validator';

/** The last digit, by the rule of GS1. */
function checkDigit(digits) {
  const weighted = [...digits].reverse().map((digit, index) => Number(digit) * (index % 2 === 0 ? 3 : 1));
  return (10 - (weighted.reduce((total, value) => total + value) % 10)) % 10;
}

const cases = ['4006381333931', '73513537', '10614141000415', '036000291452', '9780306406157'];
for (const [index, code] of cases.entries()) {
  const seen = validate(code).valid ? 'accepted' : 'refused';
  console.log(`${code} -> ${seen}`);
  if (seen !== (index < 3 ? 'refused' : 'accepted')) process.exitCode = fail(`${code} is ${seen}`);
}
const numbers = Array.from({ length: 1_000 }, (_, index) => String(400_000_000_000 + index * 8_191));
const codesOf = (digits) => Array.from({ length: 10 }, (_, digit) => `${digits}${digit}`);
const accepted = numbers.flatMap(codesOf).filter((code) => validate(code).valid);
const correct = accepted.filter((code) => Number(code.at(-1)) === checkDigit(code.slice(0, -1))).length;
const wrong = accepted.length - correct;
console.log(`of ${numbers.length} correct numbers with 13 digits -> ${correct} accepted`);
console.log(`of the same with another last digit -> ${wrong} accepted`);
if (correct !== 201 || wrong !== 799) process.exitCode = fail(`${correct} correct and ${wrong} wrong are accepted`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
