#!/usr/bin/env bash
# The FormData of the undici package and Node's own are different classes, and the `fetch` of each accepts only its
# own. The other one causes no error: it is sent as the text "[object FormData]" with the type text/plain, without
# fields and file. undici's own `request` accepts both.
#
# Package: undici 7.30.2. Seen on Node 24.21.0 (built-in undici 7.29.1), Linux, 2026-11-30.
#
# Output seen:
#   fetch of Node, FormData of Node: multipart/form-data
#   fetch of Node, FormData of undici: text/plain;charset=UTF-8 "[object FormData]"
#   fetch of undici, FormData of undici: multipart/form-data
#   fetch of undici, FormData of Node: text/plain;charset=UTF-8 "[object FormData]"
#   request of undici, FormData of Node: multipart/form-data
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent undici@7.30.2; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as undici from 'undici';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

let seen;
const server = createServer(async (request, response) => {
  const [type, boundary] = request.headers['content-type'].split('; ');
  const body = await text(request);
  seen = boundary ? type : `${type} "${body}"`;
  response.end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

const own = 'multipart/form-data';
const lost = 'text/plain;charset=UTF-8 "[object FormData]"';
const cases = [
  ['fetch of Node, FormData of Node', fetch, FormData, own],
  ['fetch of Node, FormData of undici', fetch, undici.FormData, lost],
  ['fetch of undici, FormData of undici', undici.fetch, undici.FormData, own],
  ['fetch of undici, FormData of Node', undici.fetch, FormData, lost],
  ['request of undici, FormData of Node', undici.request, FormData, own],
];
for (const [name, send, Form, expected] of cases) {
  const form = new Form();
  form.append('key', 'tmp/1/variables.jsonl');
  form.append('file', new Blob(['{"input":{}}\n'], { type: 'text/jsonl' }), 'variables.jsonl');
  seen = undefined;
  const outcome = await send(url, { method: 'POST', body: form }).then(
    () => seen,
    (error) => `rejected with ${error.message}`,
  );
  console.log(`${name}: ${outcome}`);
  if (outcome !== expected) process.exitCode = fail(`${name} gives ${outcome}`);
}
server.close();
server.closeAllConnections();
await undici.getGlobalDispatcher().close();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
