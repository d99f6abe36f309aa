#!/usr/bin/env bash
# A cockatiel retry policy ignores the signal while it sleeps between two attempts. An abort during the backoff does
# not end the wait, the function is called once more after it, and what is thrown is the function's own error.
#
# Package: cockatiel 4.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   aborted early in a backoff of 2 s, execute() settled after the whole backoff
#   calls of the function: 2, of which 1 after the abort
#   rejected with: busy
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent cockatiel@4.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { ConstantBackoff, handleAll, retry } from 'cockatiel';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

const policy = retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(2_000) });
const controller = new AbortController();
let calls = 0;
let late = 0;
const started = performance.now();
setTimeout(() => controller.abort(new Error('the caller has gone')), 100);
const error = await policy
  .execute(() => {
    calls += 1;
    if (controller.signal.aborted) late += 1;
    throw new Error('busy');
  }, controller.signal)
  .catch((reason) => reason);
const whole = performance.now() - started >= 1_950;

console.log(`aborted early in a backoff of 2 s, execute() settled ${whole ? 'after the whole backoff' : 'at once'}`);
console.log(`calls of the function: ${calls}, of which ${late} after the abort`);
console.log(`rejected with: ${error.message}`);

if (!whole) process.exitCode = fail('an abort ends the backoff');
if (calls !== 2 || late !== 1) process.exitCode = fail('the function is not called after the abort');
if (error.message !== 'busy') process.exitCode = fail('the error is another one');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
