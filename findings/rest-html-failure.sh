#!/usr/bin/env bash
# The REST client of Shopify's library parses the body before it checks the status. A 502 with an HTML page, as
# proxies send it, and a 429 or 503 without a body are a SyntaxError about JSON: no status, no Retry-After, and none
# of the library's own errors, so code that retries HttpInternalError or HttpThrottlingError does not retry. A change
# answered with an empty 200 fails in the same way.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   GET, 502 with JSON -> HttpInternalError 502
#   GET, 502 with HTML -> SyntaxError without a status
#   GET, 503 without a body -> SyntaxError without a status
#   GET, 429 without a body -> SyntaxError without a status
#   PUT, 200 without a body -> SyntaxError without a status
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
import { LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

let answer;
setAbstractFetchFunc(async () => answer());
const api = shopifyApi({
  apiKey: 'key',
  apiSecretKey: 'secret',
  hostName: 'app.example.com',
  apiVersion: '2026-10',
  isEmbeddedApp: true,
  logger: { level: LogSeverity.Error },
});
const shop = 'acme.myshopify.com';
const offline = { id: `offline_${shop}`, shop, state: '', isOnline: false };
const session = new Session({ ...offline, accessToken: 'a token', scope: '' });
const rest = new api.clients.Rest({ session });
const get = () => rest.get({ path: 'products' });
const put = () => rest.put({ path: 'products/1', data: { product: { title: 'Tee' } } });

const page = '<html><body>502 Bad Gateway</body></html>';
const cases = [
  ['GET, 502 with JSON', get, () => new Response('{"errors":"Bad Gateway"}', { status: 502 }), 'HttpInternalError 502'],
  ['GET, 502 with HTML', get, () => new Response(page, { status: 502 }), 'SyntaxError undefined'],
  ['GET, 503 without a body', get, () => new Response('', { status: 503 }), 'SyntaxError undefined'],
  [
    'GET, 429 without a body',
    get,
    () => new Response('', { status: 429, headers: { 'retry-after': '2.0' } }),
    'SyntaxError undefined',
  ],
  ['PUT, 200 without a body', put, () => new Response('', { status: 200 }), 'SyntaxError undefined'],
];
for (const [what, call, reply, expected] of cases) {
  answer = reply;
  const seen = await call().then(
    () => 'success',
    (error) => `${error.constructor.name} ${error.response?.code}`,
  );
  console.log(`${what} -> ${seen.replace('undefined', 'without a status')}`);
  if (seen !== expected) process.exitCode = fail(`${what} gives ${seen}`);
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
