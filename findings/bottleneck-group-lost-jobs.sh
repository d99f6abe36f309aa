#!/usr/bin/env bash
# A Bottleneck group, which its documentation suggests for one limiter per user or shop, drops a limiter that was not
# used for `timeout` (5 minutes unless it is set). It checks when the limiter's last job started, not whether jobs
# wait. A limiter that waits for its reservoir is dropped with its jobs: its refill ends, they never run, their
# promises never settle, and the next call creates a new limiter, which starts with its first reservoir again.
#
# Package: bottleneck 2.19.5. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   timeout 300000 ms, after 4 s: 2 calls made, 0 still wait, the limiter is the same
#   timeout 400 ms, after 4 s: 0 calls made, 2 still wait, the limiter is a new one
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

async function run(timeout) {
  const group = new Bottleneck.Group({
    ...{ timeout, reservoir: 0, heartbeatInterval: 50 },
    // A point comes back each second.
    ...{ reservoirIncreaseAmount: 1, reservoirIncreaseInterval: 1_000, reservoirIncreaseMaximum: 2 },
  });
  const limiter = group.key('acme.myshopify.com');
  let settled = 0;
  for (let call = 0; call < 2; call += 1) limiter.schedule(async () => undefined).then(() => (settled += 1));
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const isKept = group.key('acme.myshopify.com') === limiter;
  const { QUEUED: waiting } = limiter.counts();
  await group.disconnect();
  const seen = `${settled} calls made, ${waiting} still wait, the limiter is ${isKept ? 'the same' : 'a new one'}`;
  console.log(`timeout ${timeout} ms, after 4 s: ${seen}`);
  return seen;
}

const long = await run(300_000);
const short = await run(400);
if (long !== '2 calls made, 0 still wait, the limiter is the same') process.exitCode = fail(`a long timeout: ${long}`);
if (short !== '0 calls made, 2 still wait, the limiter is a new one') process.exitCode = fail(`a short one: ${short}`);
process.exit();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
