#!/usr/bin/env bash
# A Bottleneck that refills by `reservoirIncreaseInterval` stops refilling for good after the first call of
# `updateSettings`, whatever it sets, even nothing at all. A second call does not start it again.
#
# Package: bottleneck 2.19.5, without Redis. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   untouched: refilled
#   after updateSettings({}): 0 points, after another: 0 points
#   after updateSettings({"maxConcurrent":5}): 0 points, after another: 0 points
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent bottleneck@2.19.5; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import Bottleneck from 'bottleneck';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const create = () =>
  new Bottleneck({
    reservoir: 0,
    reservoirIncreaseAmount: 10,
    reservoirIncreaseInterval: 250,
    reservoirIncreaseMaximum: 1_000,
  });
const refillTime = () => new Promise((resolve) => setTimeout(resolve, 1_000));

const untouched = create();
await untouched.ready();
await refillTime();
const refilled = (await untouched.currentReservoir()) > 0;
console.log(`untouched: ${refilled ? 'refilled' : 'not refilled'}`);
if (!refilled) process.exitCode = fail('an untouched reservoir is not refilled either');
await untouched.disconnect();

for (const settings of [{}, { maxConcurrent: 5 }]) {
  const limiter = create();
  await limiter.ready();
  await limiter.updateSettings(settings);
  const before = await limiter.currentReservoir();
  await refillTime();
  const first = await limiter.currentReservoir();
  await limiter.updateSettings({ minTime: 0 });
  await refillTime();
  const second = await limiter.currentReservoir();
  const name = JSON.stringify(settings);
  console.log(`after updateSettings(${name}): ${first} points, after another: ${second} points`);
  if (first !== before || second !== before) process.exitCode = fail(`it refills after updateSettings(${name})`);
  await limiter.disconnect();
}

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
