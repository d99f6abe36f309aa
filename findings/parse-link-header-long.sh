#!/usr/bin/env bash
# parse-link-header returns null for a header above 2,000 characters, the same as for a response without the header, so
# the page counts as the last one. Shopify repeats the query of a call in the links to the previous and the next page,
# so a long list of fields is in the header twice. Only an environment variable changes that.
#
# Package: parse-link-header 2.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   first page, a header of 1077 characters: the next page is found
#   second page, a header of 2160 characters: null
#   a response without the header: null
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent parse-link-header@2.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import parse from 'parse-link-header';

const fields = [
  ...['id', 'admin_graphql_api_id', 'name', 'order_number', 'created_at', 'updated_at', 'processed_at', 'closed_at'],
  ...['cancelled_at', 'cancel_reason', 'currency', 'presentment_currency', 'current_total_price', 'current_subtotal_price'],
  ...['current_total_tax', 'current_total_discounts', 'total_price', 'subtotal_price', 'total_tax', 'total_discounts'],
  ...['total_outstanding', 'total_weight', 'taxes_included', 'financial_status', 'fulfillment_status', 'payment_gateway_names'],
  ...['discount_codes', 'discount_applications', 'tax_lines', 'tags', 'note', 'note_attributes', 'source_name'],
  ...['landing_site', 'referring_site', 'location_id', 'customer', 'billing_address', 'shipping_address', 'shipping_lines'],
  ...['line_items', 'fulfillments', 'refunds', 'customer_locale', 'order_status_url', 'confirmation_number', 'estimated_taxes'],
  ...['total_line_items_price', 'total_tip_received', 'original_total_duties_set', 'current_total_duties_set', 'test'],
].join('%2C');
const cursor = Buffer.from('{"last_id":450789469,"last_value":"2026-11-01 10:00:00.000000","direction":"next"}').toString('base64url');

const link = (rel) =>
  `<https://acme.myshopify.com/admin/api/2026-10/orders.json?limit=250&fields=${fields}&page_info=${cursor}>; rel="${rel}"`;
const first = link('next');
const second = `${link('previous')}, ${first}`;

const seen = { first: parse(first), second: parse(second), none: parse(undefined) };
console.log(`first page, a header of ${first.length} characters: the next page is ${seen.first?.next ? 'found' : 'not found'}`);
console.log(`second page, a header of ${second.length} characters: ${JSON.stringify(seen.second)}`);
console.log(`a response without the header: ${JSON.stringify(seen.none)}`);

if (seen.first?.next?.page_info !== cursor) process.exitCode = fail('a short header is not read');
if (seen.second !== null) process.exitCode = fail('a long header is read');
if (seen.none !== null) process.exitCode = fail('a missing header is told apart from a long one');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
