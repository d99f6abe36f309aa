#!/usr/bin/env bash
# json-2-csv takes a dot in a field's name for a path, and puts a backslash before it: a metafield column of Shopify's
# product CSV gets a name that Shopify's import doesn't know, and the import leaves it out. A field that is `null` becomes
# the text `null`, which an import takes for a value.
#
# Package: json-2-csv 5.6.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   Handle,Care (product\\.metafields\\.custom\\.care),Variant Barcode
#   tee,Wash cold,null
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent json-2-csv@5.6.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { json2csv } from 'json-2-csv';

const product = { Handle: 'tee', 'Care (product.metafields.custom.care)': 'Wash cold', 'Variant Barcode': null };
const text = json2csv([product]);
console.log(text);
const expected = 'Handle,Care (product\\.metafields\\.custom\\.care),Variant Barcode\ntee,Wash cold,null';
if (text !== expected) {
  console.error(`changed: it writes ${JSON.stringify(text)}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
