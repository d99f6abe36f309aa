#!/usr/bin/env bash
# rate-limiter-flexible charges a call that it refuses. One call that costs more than what is left uses up the window
# for all others, and each further try adds to the usage. Only the integer part of a cost counts, so calls below 1
# cost nothing.
#
# Package: rate-limiter-flexible 11.4.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   cost 900 of 1000 -> granted, 100 left
#   cost 300 -> refused, 0 left
#   cost 50 -> refused, 0 left
#   20 calls of 0.6 -> 0 points used
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent rate-limiter-flexible@11.4.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { RateLimiterMemory } from 'rate-limiter-flexible';

const limiter = new RateLimiterMemory({ points: 1_000, duration: 20 });
const cases = [
  [900, 'granted, 100 left'],
  [300, 'refused, 0 left'],
  [50, 'refused, 0 left'],
];
for (const [cost, expected] of cases) {
  const seen = await limiter.consume('acme.myshopify.com', cost).then(
    (state) => `granted, ${state.remainingPoints} left`,
    (state) => `refused, ${state.remainingPoints} left`,
  );
  console.log(`cost ${cost}${cost === 900 ? ' of 1000' : ''} -> ${seen}`);
  if (seen !== expected) process.exitCode = fail(`cost ${cost} is ${seen}`);
}

for (let call = 0; call < 20; call += 1) await limiter.consume('other.myshopify.com', 0.6);
const { consumedPoints } = await limiter.get('other.myshopify.com');
console.log(`20 calls of 0.6 -> ${consumedPoints} points used`);
if (consumedPoints !== 0) process.exitCode = fail(`20 calls of 0.6 use ${consumedPoints} points`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
