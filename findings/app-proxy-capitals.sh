#!/usr/bin/env bash
# validateHmac of Shopify's library sorts the parameters of an app proxy by language rules, in which capitals count
# little and underscores come before hyphens. Shopify signs them sorted by bytes. So a request that Shopify signed is
# refused if the visitor's own parameters sort differently: `Size` is refused, while `size` is verified.
#
# Package: @shopify/shopify-api 15.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   size=M -> verified
#   Size=M -> refused
#   path-2=x -> refused
#   sort.by=price, sort_by=price -> refused
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
import { LogSeverity, shopifyApi } from '@shopify/shopify-api';

const secret = 'secret';
const api = shopifyApi({
  apiKey: 'key',
  apiSecretKey: secret,
  hostName: 'app.example.com',
  apiVersion: '2026-10',
  isEmbeddedApp: true,
  logger: { level: LogSeverity.Error },
});
// What Shopify adds to a request that it passes on.
const own = {
  logged_in_customer_id: '',
  path_prefix: '/apps/sizes',
  shop: 'acme.myshopify.com',
  timestamp: String(Math.floor(Date.now() / 1_000)),
};

/** As in https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies, where Ruby sorts. */
function sign(query) {
  const content = Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('');
  return { ...query, signature: createHmac('sha256', secret).update(content).digest('hex') };
}

const cases = [
  [{ size: 'M' }, 'verified'],
  [{ Size: 'M' }, 'refused'],
  [{ 'path-2': 'x' }, 'refused'],
  [{ 'sort.by': 'price', sort_by: 'price' }, 'refused'],
];
for (const [visitors, expected] of cases) {
  const isValid = await api.utils.validateHmac(sign({ ...own, ...visitors }), { signator: 'appProxy' });
  const name = Object.entries(visitors)
    .map((pair) => pair.join('='))
    .join(', ');
  const seen = isValid ? 'verified' : 'refused';
  console.log(`${name} -> ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${name} is ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
