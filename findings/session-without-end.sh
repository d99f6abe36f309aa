#!/usr/bin/env bash
# A renewal without `expires_in` creates a session without an expiry, which counts as never expiring: it is not
# renewed again, although it has a refresh token, and an hour later Shopify refuses its token on each call. The
# session before it is overwritten.
#
# Packages: @shopify/shopify-app-express 8.0.2, @shopify/shopify-app-session-storage-memory 8.0.0, @shopify/shopify-api
# 15.0.0, express 5.3.0. Seen on Node 24.21.0, Linux, 2026-11-30. Such responses are reported in
# https://github.com/Shopify/shopify-app-js/issues/3400.
#
# Output seen:
#   {"expires_in":3600,"refresh_token_expires_in":7776000}: 6 renewals in six hours, access-6 has an end
#   {}: 1 renewals in six hours, access-1 has no end
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
setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

// Shopify's answers. The library takes the global fetch as it is when it is loaded.
let ends = {};
let renewals = 0;
globalThis.fetch = async () => {
  renewals += 1;
  const tokens = { access_token: `access-${renewals}`, refresh_token: `refresh-${renewals}`, scope: 'read_products' };
  return new Response(JSON.stringify({ ...tokens, ...ends }), { headers: { 'content-type': 'application/json' } });
};
const { LogSeverity, Session } = await import('@shopify/shopify-api');
const { shopifyApp } = await import('@shopify/shopify-app-express');
const { MemorySessionStorage } = await import('@shopify/shopify-app-session-storage-memory');

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
  future: { expiringOfflineAccessTokens: true },
});

const hourMs = 3_600_000;
const startMs = Date.now();
const atHour = (hours) => {
  Date.now = () => startMs + hours * hourMs;
};
async function renewalsInSixHours(fields) {
  ends = fields;
  renewals = 0;
  atHour(0);
  const session = new Session({
    ...{ id: `offline_${shop}`, shop, state: '', isOnline: false, scope: 'read_products', accessToken: 'access-0' },
    ...{ refreshToken: 'refresh-0', expires: new Date(startMs - hourMs) },
  });
  await sessionStorage.storeSession(session);
  for (let hour = 0; hour < 6; hour += 1) {
    atHour(hour);
    await shopify.ensureValidOfflineSession(shop);
  }
  const { accessToken, expires } = await sessionStorage.loadSession(`offline_${shop}`);
  const end = expires === undefined ? 'no end' : 'an end';
  console.log(`${JSON.stringify(fields)}: ${renewals} renewals in six hours, ${accessToken} has ${end}`);
  return renewals;
}

const usual = await renewalsInSixHours({ expires_in: 3_600, refresh_token_expires_in: 7_776_000 });
const without = await renewalsInSixHours({});
if (usual !== 6) process.exitCode = fail(`${usual} renewals with expires_in`);
if (without !== 1) process.exitCode = fail(`${without} renewals without expires_in`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
