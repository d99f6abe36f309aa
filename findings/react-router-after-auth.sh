#!/usr/bin/env bash
# With token exchange, the hook afterAuth doesn't run once per install. With expiring offline tokens it runs again
# each hour in which the merchant opens the app: a welcome mail is sent again. And if it fails, it does not run again
# on the next request, because the session was stored before it: the app works, but what the hook was to set up is
# missing.
#
# Packages: @shopify/shopify-app-react-router 3.0.0, @shopify/shopify-app-session-storage-memory 8.0.0,
# @shopify/shopify-api 15.0.0, react-router 7.18.7. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   install -> let in, afterAuth has run 1 times
#   a minute later -> let in, afterAuth has run 1 times
#   an hour later -> let in, afterAuth has run 2 times
#   two hours later -> let in, afterAuth has run 3 times
#   install of another shop, afterAuth fails -> 500, afterAuth has run 1 times
#   a minute later -> let in, afterAuth has run 1 times
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
import { createHmac, randomUUID } from 'node:crypto';
import { mock } from 'node:test';

const secret = 'secret';
const start = Date.now();
mock.timers.enable({ apis: ['Date'], now: start });

// Shopify's token endpoint. The library takes the global fetch as it is when it is loaded.
globalThis.fetch = async () =>
  Response.json({
    access_token: randomUUID(),
    scope: 'read_products',
    expires_in: 3_600,
    refresh_token: randomUUID(),
    refresh_token_expires_in: 7_776_000,
  });
await import('@shopify/shopify-app-react-router/adapters/node');
const { LogSeverity } = await import('@shopify/shopify-api');
const { AppDistribution, shopifyApp } = await import('@shopify/shopify-app-react-router/server');
const { MemorySessionStorage } = await import('@shopify/shopify-app-session-storage-memory');
// It writes to the console at each exchange.
console.info = console.log;
console.log = () => undefined;

const runs = new Map();
const shopify = shopifyApp({
  apiKey: 'key',
  apiSecretKey: secret,
  appUrl: 'https://app.example.com',
  apiVersion: '2026-10',
  scopes: ['read_products'],
  distribution: AppDistribution.AppStore,
  sessionStorage: new MemorySessionStorage(),
  future: { expiringOfflineAccessTokens: true },
  logger: { level: LogSeverity.Error, log: () => undefined },
  hooks: {
    afterAuth: async ({ session }) => {
      runs.set(session.shop, (runs.get(session.shop) ?? 0) + 1);
      if (session.shop.startsWith('other')) throw new Error('the mail server is down');
    },
  },
});

/** A session token as App Bridge sends it. */
function sessionToken(shop) {
  const now = Math.floor(Date.now() / 1_000);
  const base = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const times = { exp: now + 60, nbf: now, iat: now };
  const claims = { iss: `https://${shop}/admin`, dest: `https://${shop}`, aud: 'key', sub: '1', jti: randomUUID() };
  const content = `${base({ alg: 'HS256', typ: 'JWT' })}.${base({ ...claims, ...times, sid: randomUUID() })}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

async function open(name, shop, minutes, expected) {
  mock.timers.setTime(start + minutes * 60_000);
  const headers = { authorization: `Bearer ${sessionToken(shop)}`, 'user-agent': 'Mozilla/5.0 Firefox/140.0' };
  const request = new Request(`https://app.example.com/app?shop=${shop}`, { headers });
  const outcome = await shopify.authenticate.admin(request).then(
    () => 'let in',
    (response) => response.status ?? response.message,
  );
  const seen = `${outcome}, afterAuth has run ${runs.get(shop) ?? 0} times`;
  console.info(`${name} -> ${seen}`);
  if (seen === expected) return;
  console.error(`changed: ${name} gives ${seen}`);
  process.exitCode = 1;
}
await open('install', 'acme.myshopify.com', 0, 'let in, afterAuth has run 1 times');
await open('a minute later', 'acme.myshopify.com', 1, 'let in, afterAuth has run 1 times');
await open('an hour later', 'acme.myshopify.com', 60, 'let in, afterAuth has run 2 times');
await open('two hours later', 'acme.myshopify.com', 120, 'let in, afterAuth has run 3 times');
await open('install of another shop, afterAuth fails', 'other.myshopify.com', 121, '500, afterAuth has run 1 times');
await open('a minute later', 'other.myshopify.com', 122, 'let in, afterAuth has run 1 times');
PROGRAM
node finding.mjs
