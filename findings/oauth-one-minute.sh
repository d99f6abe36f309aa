#!/usr/bin/env bash
# The cookie that begins an OAuth install with Shopify's library lasts 60 seconds, and no option changes that. A
# merchant who takes longer to read the permissions, log in or pick a plan comes back without it, and the library
# throws CookieNotFound for a callback that Shopify has signed.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   lifetime of the cookie: a minute
#   approved after 55 s -> a session
#   approved after 65 s -> CookieNotFound
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-api@15.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const secret = 'secret';
const shop = 'acme.myshopify.com';
setAbstractFetchFunc(async () => Response.json({ access_token: 'a token', scope: 'read_products' }));
const api = shopifyApi({
  apiKey: 'key',
  apiSecretKey: secret,
  scopes: ['read_products'],
  hostName: 'app.example.com',
  apiVersion: '2026-10',
  isEmbeddedApp: true,
  logger: { level: LogSeverity.Error, log: () => undefined },
});
const server = createServer(async (rawRequest, rawResponse) => {
  const adapter = { rawRequest, rawResponse };
  if (rawRequest.url === '/auth') {
    await api.auth.begin({ ...adapter, shop, callbackPath: '/auth/callback', isOnline: false });
    return;
  }
  const outcome = await api.auth.callback(adapter).then(
    () => 'a session',
    (error) => error.constructor.name,
  );
  rawResponse.end(outcome);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

/** A browser that is sent to Shopify and comes back after so many seconds, with the cookies that are left by then. */
async function install(seconds) {
  const begun = await fetch(`${origin}/auth`, { redirect: 'manual', headers });
  const state = new URL(begun.headers.get('location')).searchParams.get('state');
  const cookies = begun.headers.getSetCookie();
  const endOf = (cookie) => Date.parse(/expires=([^;]+)/i.exec(cookie)?.[1] ?? '9999-01-01');
  const lifetime = Math.round((Math.min(...cookies.map(endOf)) - Date.now()) / 1_000);
  const left = cookies.filter((cookie) => endOf(cookie) > Date.now() + seconds * 1_000);
  const query = { code: 'code', host: 'aG9zdA', shop, state, timestamp: String(Math.floor(Date.now() / 1_000)) };
  const hmac = createHmac('sha256', secret).update(new URLSearchParams(query).toString()).digest('hex');
  const cookie = left.map((each) => each.split(';')[0]).join('; ');
  const address = `${origin}/auth/callback?${new URLSearchParams({ ...query, hmac })}`;
  const response = await fetch(address, { headers: { ...headers, cookie } });
  return { lifetime, outcome: await response.text() };
}

const { lifetime } = await install(0);
const isMinute = lifetime > 55 && lifetime <= 60;
console.log(`lifetime of the cookie: ${isMinute ? 'a minute' : `${lifetime} s`}`);
if (!isMinute) process.exitCode = fail(`the cookie lives for ${lifetime} s`);
for (const [seconds, expected] of [
  [55, 'a session'],
  [65, 'CookieNotFound'],
]) {
  const { outcome } = await install(seconds);
  console.log(`approved after ${seconds} s -> ${outcome}`);
  if (outcome !== expected) process.exitCode = fail(`${seconds} s gives ${outcome}`);
}
server.close();
server.closeAllConnections();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
