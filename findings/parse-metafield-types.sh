#!/usr/bin/env bash
# parseMetafield of Shopify's hydrogen-react reads a decimal as a number, which has 16 digits where a metafield has up
# to 22, and a list of decimals as strings. For newer types, such as links, ids, languages and metaobject references,
# the parsed value is null, and only the console says that the type is unknown.
#
# Package: @shopify/hydrogen-react 2026.4.4 (react and react-dom 19.3.1, which it asks for). Seen on Node 24.21.0,
# Linux, 2026-11-30.
#
# Output seen:
#   number_decimal 1234567890123.123456789 -> 1234567890123.1235
#   number_decimal 0.30 -> 0.3
#   list.number_decimal ["1.10","0.30"] -> ["1.10","0.30"]
#   link {"text":"More","url":"https://example.com"} -> null
#   id A-1 -> null
#   language en -> null
#   metaobject_reference gid://shopify/Metaobject/1 -> null
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent --legacy-peer-deps @shopify/hydrogen-react@2026.4.4 react@19.3.1 react-dom@19.3.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parseMetafield } from '@shopify/hydrogen-react';

// It writes to the console for each type that it does not know.
console.error = () => undefined;
const metaobject = { __typename: 'Metaobject', id: 'gid://shopify/Metaobject/1', handle: 'cotton' };
const cases = [
  ['number_decimal', '1234567890123.123456789', '1234567890123.1235'],
  ['number_decimal', '0.30', '0.3'],
  ['list.number_decimal', '["1.10","0.30"]', '["1.10","0.30"]'],
  ['link', '{"text":"More","url":"https://example.com"}', 'null'],
  ['id', 'A-1', 'null'],
  ['language', 'en', 'null'],
  ['metaobject_reference', 'gid://shopify/Metaobject/1', 'null'],
];
for (const [type, value, expected] of cases) {
  const { parsedValue } = parseMetafield({ type, value, reference: metaobject });
  const seen = JSON.stringify(parsedValue);
  console.log(`${type} ${value} -> ${seen}`);
  if (seen === expected) continue;
  process.stderr.write(`changed: ${type} ${value} gives ${seen}\n`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
