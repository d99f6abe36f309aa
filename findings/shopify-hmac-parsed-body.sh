#!/usr/bin/env bash
# shopify-hmac-validation has createRawBody, so that frameworks which parse bodies need no other setting: it writes the
# parsed body again and checks the signature of that. JSON can be written in several ways, so a webhook of Shopify in
# which a character is escaped, or a number ends with .0, counts as forged. Most others pass, so a test does not show it.
#
# Package: shopify-hmac-validation 1.1.1. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   {"id":1,"title":"Tee"}: body as received true, body written again true
#   {"id":2,"title":"Salt \u0026 pepper"}: body as received true, body written again false
#   {"id":3,"body_html":"<p>Mild<\/p>"}: body as received true, body written again false
#   {"id":4,"latitude":45.0}: body as received true, body written again false
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent shopify-hmac-validation@1.1.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createHmac } from 'node:crypto';
import validation from 'shopify-hmac-validation';

const secret = 'app-secret';
const bodies = [
  ['{"id":1,"title":"Tee"}', true],
  ['{"id":2,"title":"Salt \\u0026 pepper"}', false],
  ['{"id":3,"body_html":"<p>Mild<\\/p>"}', false],
  ['{"id":4,"latitude":45.0}', false],
];
for (const [body, expected] of bodies) {
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  const received = validation.checkWebhookHmacValidity(secret, body, signature);
  const again = validation.checkWebhookHmacValidity(secret, validation.createRawBody(JSON.parse(body)), signature);
  console.log(`${body}: body as received ${received}, body written again ${again}`);
  if (received && again === expected) continue;
  console.error(`changed: ${body} gives ${received} and ${again}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
