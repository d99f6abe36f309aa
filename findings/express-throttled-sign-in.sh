#!/usr/bin/env bash
# validateAuthenticatedSession asks Shopify for the shop's name on each request of the app, and treats every failure
# as a bad token: a shop whose bucket is empty, a 503 and a lost connection send the merchant to OAuth (403 with the
# header that makes App Bridge reauthorize), although the stored token is good.
#
# Packages: @shopify/shopify-app-express 8.0.2, @shopify/shopify-app-session-storage-memory 8.0.0, @shopify/shopify-api
# 15.0.0, express 5.3.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   Shopify answers with data -> 200
#   Shopify answers with THROTTLED -> 403, reauthorize at /auth?shop=acme.myshopify.com
#   Shopify answers with status 503 -> 403, reauthorize at /auth?shop=acme.myshopify.com
#   Shopify answers with a lost connection -> 403, reauthorize at /auth?shop=acme.myshopify.com
#   asked on 4 requests: query shopifyAppShopName { shop { name } }
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-express@8.0.2 @shopify/shopify-app-session-storage-memory@8.0.0 @shopify/shopify-api@15.0.0 express@5.3.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createHmac } from 'node:crypto';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

// Shopify's answers. The library takes the global fetch as it is when it is loaded.
let answer;
const asked = [];
const realFetch = globalThis.fetch;
globalThis.fetch = async (_url, { body }) => {
  asked.push(JSON.parse(body).query.replaceAll(/\s+/g, ' '));
  return answer();
};
const { LogSeverity, Session } = await import('@shopify/shopify-api');
const { shopifyApp } = await import('@shopify/shopify-app-express');
const { MemorySessionStorage } = await import('@shopify/shopify-app-session-storage-memory');
const { default: express } = await import('express');

const shop = 'acme.myshopify.com';
const sessionStorage = new MemorySessionStorage();
const shopify = shopifyApp({
  api: {
    apiKey: 'key',
    apiSecretKey: 'secret',
    hostName: 'app.example.com',
    hostScheme: 'https',
    apiVersion: '2026-10',
    scopes: ['read_products'],
    isEmbeddedApp: true,
    logger: { level: LogSeverity.Error, log: () => undefined },
  },
  auth: { path: '/auth', callbackPath: '/auth/callback' },
  webhooks: { path: '/webhooks' },
  sessionStorage,
});
const good = { shop, state: '', isOnline: false, accessToken: 'a token', scope: 'read_products' };
await sessionStorage.storeSession(new Session({ id: `offline_${shop}`, ...good }));

const server = express()
  .get('/api/products', shopify.validateAuthenticatedSession(), (_request, response) => response.send('ok'))
  .listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}/api/products`;

function sessionToken() {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const times = { exp: now + 60, nbf: now - 5, iat: now - 5 };
  const ids = { aud: 'key', sub: '1', sid: 's', jti: 'j' };
  const claims = { iss: `https://${shop}/admin`, dest: `https://${shop}`, ...ids, ...times };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', 'secret').update(signed).digest('base64url')}`;
}
const json = (body) => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
const cases = {
  'data': [() => json({ data: { shop: { name: 'Acme' } } }), false],
  'THROTTLED': [() => json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] }), true],
  'status 503': [() => new Response('', { status: 503 }), true],
  'a lost connection': [() => Promise.reject(new TypeError('fetch failed')), true],
};
for (const [what, [reply, isSentAway]] of Object.entries(cases)) {
  answer = reply;
  const response = await realFetch(url, { headers: { authorization: `Bearer ${sessionToken()}` } });
  const to = response.headers.get('x-shopify-api-request-failure-reauthorize-url');
  console.log(`Shopify answers with ${what} -> ${response.status}${to === null ? '' : `, reauthorize at ${to}`}`);
  if ((to !== null) !== isSentAway) process.exitCode = fail(`${what} gives ${response.status}, reauthorize ${to}`);
}
console.log(`asked on ${asked.length} requests: ${asked[0]}`);
if (asked.length !== 4) process.exitCode = fail('Shopify is not asked on each request');
server.close();
server.closeAllConnections();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
