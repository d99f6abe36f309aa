#!/usr/bin/env bash
# authenticate.webhook renews the shop's token before it hands over a verified delivery, and answers 500 if that
# fails. After an uninstall it always fails once the stored token has expired: app/uninstalled never reaches the code
# that removes the session, so shop/redact and customers/redact fail as well, on each retry. Without a stored session,
# the same delivery is handed over.
#
# Packages: @shopify/shopify-app-react-router 3.0.0, @shopify/shopify-app-session-storage-memory 8.0.0,
# @shopify/shopify-api 15.0.0, react-router 7.18.7. Seen on Node 24.21.0, Linux, 2026-11-30. Reported as
# https://github.com/Shopify/shopify-app-js/issues/3360.
#
# Output seen:
#   app/uninstalled, a token that has expired stored -> refused with 500
#   shop/redact, a token that has expired stored -> refused with 500
#   app/uninstalled, a token that is still good stored -> handed over
#   shop/redact, a token that is still good stored -> handed over
#   app/uninstalled, no session stored -> handed over
#   shop/redact, no session stored -> handed over
#   renewals asked for: 2
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent --ignore-scripts @shopify/shopify-app-react-router@3.0.0 @shopify/shopify-app-session-storage-memory@8.0.0 @shopify/shopify-api@15.0.0 react-router@7.18.7 react@19.3.1 react-dom@19.3.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createHmac } from 'node:crypto';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

// Shopify's answer about a shop that has uninstalled. The library takes the global fetch as it is when it is loaded.
let renewals = 0;
globalThis.fetch = async () => {
  renewals += 1;
  return new Response('{"error":"invalid_grant"}', { status: 400, headers: { 'content-type': 'application/json' } });
};
await import('@shopify/shopify-app-react-router/adapters/node');
const { LogSeverity, Session } = await import('@shopify/shopify-api');
const { AppDistribution, shopifyApp } = await import('@shopify/shopify-app-react-router/server');
const { MemorySessionStorage } = await import('@shopify/shopify-app-session-storage-memory');

const shop = 'acme.myshopify.com';
const id = `offline_${shop}`;
const sessionStorage = new MemorySessionStorage();
const shopify = shopifyApp({
  apiKey: 'key',
  apiSecretKey: 'secret',
  appUrl: 'https://app.example.com',
  apiVersion: '2026-10',
  scopes: ['read_products'],
  distribution: AppDistribution.AppStore,
  sessionStorage,
  future: { expiringOfflineAccessTokens: true },
  logger: { level: LogSeverity.Error, log: () => undefined },
});

async function deliver(topic) {
  const body = JSON.stringify({ shop_domain: shop });
  const request = new Request('https://app.example.com/webhooks', {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-hmac-sha256': createHmac('sha256', 'secret').update(body).digest('base64'),
      'x-shopify-shop-domain': shop,
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': `id of ${topic}`,
    },
  });
  try {
    await shopify.authenticate.webhook(request);
    return 'handed over';
  } catch (error) {
    if (error instanceof Response) return `refused with ${error.status}`;
    throw error;
  }
}

const hourMs = 3_600_000;
const tokens = { accessToken: 'a token', refreshToken: 'a refresh token', scope: 'read_products' };
const refreshTokenExpires = new Date(Date.now() + 24 * hourMs);
const stored = { id, shop, state: '', isOnline: false, ...tokens, refreshTokenExpires };
const cases = [
  ['a token that has expired', new Session({ ...stored, expires: new Date(Date.now() - hourMs) }), 'refused with 500'],
  ['a token that is still good', new Session({ ...stored, expires: new Date(Date.now() + hourMs) }), 'handed over'],
  ['no session', undefined, 'handed over'],
];
for (const [what, session, expected] of cases) {
  await sessionStorage.deleteSession(id);
  if (session) await sessionStorage.storeSession(session);
  for (const topic of ['app/uninstalled', 'shop/redact']) {
    const outcome = await deliver(topic);
    console.log(`${topic}, ${what} stored -> ${outcome}`);
    if (outcome !== expected) process.exitCode = fail(`${topic} with ${what} is ${outcome}`);
  }
}
console.log(`renewals asked for: ${renewals}`);
if (renewals !== 2) process.exitCode = fail(`${renewals} renewals were asked for`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
