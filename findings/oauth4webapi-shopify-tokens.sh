#!/usr/bin/env bash
# oauth4webapi refuses Shopify's token response, because OAuth requires a `token_type` in it and Shopify sends none.
# By then Shopify has carried out the renewal, and the new token pair is in a response that the library does not
# return.
#
# Package: oauth4webapi 3.8.8. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   renewal, as Shopify answers -> OAUTH_INVALID_RESPONSE
#   token exchange, as Shopify answers -> OAUTH_INVALID_RESPONSE
#   renewal, with a token_type -> a token
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent oauth4webapi@3.8.8; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { processGenericTokenEndpointResponse, processRefreshTokenResponse } from 'oauth4webapi';

const server = { issuer: 'https://acme.myshopify.com' };
const client = { client_id: 'key' };
// https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
const answer = {
  access_token: 'a token',
  scope: 'read_products,write_orders',
  expires_in: 3_600,
  refresh_token: 'another token',
  refresh_token_expires_in: 7_776_000,
};
const cases = [
  ['renewal, as Shopify answers', processRefreshTokenResponse, answer, 'OAUTH_INVALID_RESPONSE'],
  ['token exchange, as Shopify answers', processGenericTokenEndpointResponse, answer, 'OAUTH_INVALID_RESPONSE'],
  ['renewal, with a token_type', processRefreshTokenResponse, { ...answer, token_type: 'bearer' }, 'a token'],
];
for (const [name, read, body, expected] of cases) {
  const seen = await read(server, client, Response.json(body)).then(
    (tokens) => tokens.access_token,
    (error) => error.code,
  );
  console.log(`${name} -> ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${name} gives ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
