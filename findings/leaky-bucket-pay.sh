#!/usr/bin/env bash
# leaky-bucket refuses a call that could not be made within its timeout. For this it keeps the cost of the waiting calls
# in a total, but pay() subtracts from the total too, although it is for calls that no longer wait. An app that pays the
# rest of what Shopify charged has more and more calls waiting, beyond the timeout; one that pays a negative amount, to
# return what Shopify did not charge, has all calls refused in the end, although the bucket is full.
#
# Package: leaky-bucket 4.1.4. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen, of 200 calls at once that cost 50, with 1000 of 1000 points:
#   a new bucket -> 20 accepted
#   after 10 calls of 1 that paid 51 more -> 30 accepted
#   after 20 calls of 50 that got 48 back -> 0 accepted
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent leaky-bucket@4.1.4; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import LeakyBucket from 'leaky-bucket';

const cases = [
  ['a new bucket', 0, 0, 0, 20],
  ['after 10 calls of 1 that paid 51 more', 10, 1, 51, 30],
  ['after 20 calls of 50 that got 48 back', 20, 50, -48, 0],
];
for (const [name, calls, cost, rest, expected] of cases) {
  const bucket = new LeakyBucket({ capacity: 1_000, interval: 4 });
  for (let call = 0; call < calls; call += 1) {
    await bucket.throttle(cost);
    bucket.pay(rest);
  }
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  bucket.refill();
  const points = bucket.getCurrentCapacity();
  let refused = 0;
  for (let call = 0; call < 200; call += 1) {
    bucket.throttle(50).catch(() => {
      refused += 1;
    });
  }
  await new Promise((resolve) => setImmediate(resolve));
  bucket.end();
  console.log(`${name} -> ${200 - refused} accepted`);
  if (points === 1_000 && 200 - refused === expected) continue;
  console.error(`changed: ${name}: ${200 - refused} accepted, with ${points} points`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
