#!/usr/bin/env bash
# json-2-csv writes a field that is `null` as the text `null`: a product without a barcode gets one. And it takes a dot
# in a field's name for a path, and puts a backslash before it, so that a metafield column of Shopify's product CSV has
# another name than Shopify gave it.
#
# Package: json-2-csv 5.6.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   Handle,Variant Barcode,Care (product\.metafields\.custom\.care)
#   tee,null,Wash cold
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

const product = { Handle: 'tee', 'Variant Barcode': null, 'Care (product.metafields.custom.care)': 'Wash cold' };
const text = json2csv([product]);
console.log(text);
const expected = 'Handle,Variant Barcode,Care (product\\.metafields\\.custom\\.care)\ntee,null,Wash cold';
if (text !== expected) {
  console.error(`changed: it writes ${JSON.stringify(text)}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
