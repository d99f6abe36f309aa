#!/usr/bin/env bash
# ky reads only whole seconds in Retry-After: "2.0" is silently ignored, and ky retries too early, after its own
# backoff of 0.3 s. "2" is respected. HTTP itself allows only whole seconds, but Shopify's API answers 429 with "2.0".
#
# Package: ky 2.1.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   Retry-After: 2 -> retried after 2 s or more
#   Retry-After: 2.0 -> retried before 2 s had passed
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent ky@2.1.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createServer } from 'node:http';
import ky from 'ky';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

let retryAfter;
let times = [];
const server = createServer((_request, response) => {
  times.push(performance.now());
  if (times.length === 1) response.writeHead(429, { 'retry-after': retryAfter }).end();
  else response.end('{}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const waits = {};
for (retryAfter of ['2', '2.0']) {
  times = [];
  await ky(`http://127.0.0.1:${server.address().port}/`, { retry: { limit: 1 } }).json();
  // Timers may fire a little early.
  const kept = times[1] - times[0] >= 1_950;
  waits[retryAfter] = kept;
  console.log(`Retry-After: ${retryAfter} -> ${kept ? 'retried after 2 s or more' : 'retried before 2 s had passed'}`);
}
server.close();
server.closeAllConnections();

if (!waits['2']) process.exitCode = fail('whole seconds are ignored too');
if (waits['2.0']) process.exitCode = fail('decimal seconds are waited for');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
