#!/usr/bin/env bash
# memory-cache and expiry-map expire an entry with a single timer, and a JavaScript timer can wait at most 24.8 days:
# a longer one fires at once. So an entry for 20 days is kept, but one for 90 days, the life of a refresh token, is
# gone in the next millisecond. p-memoize names expiry-map as its cache: a value meant to be cached for that long
# is computed every time.
#
# Packages: memory-cache 0.2.0, expiry-map 2.0.0, p-memoize 8.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   memory-cache: for 20 days -> there; for 90 days -> gone
#   expiry-map: for 20 days -> there; for 90 days -> gone
#   p-memoize: for 20 days -> 1 call; for 90 days -> 2 calls
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent memory-cache@0.2.0 expiry-map@2.0.0 p-memoize@8.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { setTimeout as sleep } from 'node:timers/promises';
import ExpiryMap from 'expiry-map';
import cache from 'memory-cache';
import pMemoize from 'p-memoize';

// Node warns of each timer that is too long.
process.removeAllListeners('warning');
const dayMs = 86_400_000;
const libraries = {
  'memory-cache': async (days) => {
    cache.put(`token for ${days}`, 'a token', days * dayMs);
    await sleep(100);
    return cache.get(`token for ${days}`) === null ? 'gone' : 'there';
  },
  'expiry-map': async (days) => {
    const map = new ExpiryMap(days * dayMs);
    map.set('token', 'a token');
    await sleep(100);
    return map.has('token') ? 'there' : 'gone';
  },
  'p-memoize': async (days) => {
    let calls = 0;
    const read = pMemoize(async () => (calls += 1), { cache: new ExpiryMap(days * dayMs) });
    await read();
    await sleep(100);
    await read();
    return calls === 1 ? '1 call' : `${calls} calls`;
  },
};
const expected = {
  'memory-cache': 'for 20 days -> there; for 90 days -> gone',
  'expiry-map': 'for 20 days -> there; for 90 days -> gone',
  'p-memoize': 'for 20 days -> 1 call; for 90 days -> 2 calls',
};
for (const [name, outcome] of Object.entries(libraries)) {
  const seen = `for 20 days -> ${await outcome(20)}; for 90 days -> ${await outcome(90)}`;
  console.log(`${name}: ${seen}`);
  if (seen === expected[name]) continue;
  console.error(`changed: ${name} gives ${seen}`);
  process.exitCode = 1;
}
// Timers that are left.
process.exit();
PROGRAM
node finding.mjs
