#!/usr/bin/env bash
# @xcommerceweb/google-merchant-feed writes each price with two decimals, whatever its currency. Dinars of Kuwait, Bahrain
# and Jordan have three: the feed then has another price than the shop.
#
# Package: @xcommerceweb/google-merchant-feed 0.1.2. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen:
#   12.345 KWD -> 12.35 KWD
#   0.995 BHD -> 0.99 BHD
#   1.234 JOD -> 1.23 JOD
#   1299.9 USD -> 1299.90 USD
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @xcommerceweb/google-merchant-feed@0.1.2; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import feed from '@xcommerceweb/google-merchant-feed';

const cases = [
  [12.345, 'KWD', '12.35 KWD'],
  [0.995, 'BHD', '0.99 BHD'],
  [1.234, 'JOD', '1.23 JOD'],
  [1_299.9, 'USD', '1299.90 USD'],
];
for (const [value, currency, expected] of cases) {
  const builder = new feed.FeedBuilder();
  builder.withTitle('Tea');
  builder.withProduct({
    id: 'tea-1',
    title: 'Assam',
    description: 'Black tea',
    link: 'https://acme.test/products/assam',
    imageLink: 'https://acme.test/assam.jpg',
    availability: 'in_stock',
    price: { value, currency },
  });
  const [, seen] = /<g:price>(.*)<\/g:price>/.exec(builder.buildXml());
  console.log(`${value} ${currency} -> ${seen}`);
  if (seen === expected) continue;
  console.error(`changed: ${value} ${currency} is written as ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
