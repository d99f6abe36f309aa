#!/usr/bin/env bash
# parseDateString returns null for a time with nine decimals, which is how Shopify writes its webhook header
# X-Shopify-Triggered-At, and for one with six. It reads at most three. Passed on to Date, the null is 1970.
#
# Package: @shopify/dates 2.1.1. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   2026-11-29T12:00:00Z -> 2026-11-29T12:00:00.000Z
#   2026-11-29T12:00:00.877Z -> 2026-11-29T12:00:00.877Z
#   2026-11-29T12:00:00.877041Z -> null
#   2026-11-29T12:00:00.877041743Z -> null
#   new Date(null) -> 1970-01-01T00:00:00.000Z
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/dates@2.1.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parseDateString } from '@shopify/dates';

const cases = {
  '2026-11-29T12:00:00Z': '2026-11-29T12:00:00.000Z',
  '2026-11-29T12:00:00.877Z': '2026-11-29T12:00:00.877Z',
  '2026-11-29T12:00:00.877041Z': 'null',
  '2026-11-29T12:00:00.877041743Z': 'null',
};
for (const [text, expected] of Object.entries(cases)) {
  const date = parseDateString(text);
  const seen = date === null ? 'null' : date.toISOString();
  console.log(`${text} -> ${seen}`);
  if (seen !== expected) process.exitCode = fail(`${text} is read as ${seen}`);
}
console.log(`new Date(null) -> ${new Date(null).toISOString()}`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
