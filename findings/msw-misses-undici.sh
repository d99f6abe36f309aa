#!/usr/bin/env bash
# msw answers requests of Node's own fetch, but does not see those of the package undici, by `fetch` or `request`:
# they go to the network, without an error even with `onUnhandledRequest: 'error'`. nock 14 has the same gap, even
# with `disableNetConnect`; nock 15 does not. undici's own MockAgent is bypassed by a call that names a dispatcher of
# its own.
#
# Packages: msw 2.15.0, nock 14.0.10 and 15.0.2, undici 7.30.2. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   fetch of Node -> msw, nock14, nock15, MockAgent
#   fetch of undici -> the network, the network, nock15, MockAgent
#   request of undici -> the network, the network, nock15, MockAgent
#   fetch of undici, with an Agent -> the network, the network, nock15, the network
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent msw@2.15.0 nock14@npm:nock@14.0.10 nock15@npm:nock@15.0.2 undici@7.30.2; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { Agent, MockAgent, request, setGlobalDispatcher, fetch as undiciFetch } from 'undici';

const path = '/admin/api/2026-10/graphql.json';
const tools = ['msw', 'nock14', 'nock15', 'MockAgent'];
const expected = {
  'fetch of Node': 'msw, nock14, nock15, MockAgent',
  'fetch of undici': 'the network, the network, nock15, MockAgent',
  'request of undici': 'the network, the network, nock15, MockAgent',
  'fetch of undici, with an Agent': 'the network, the network, nock15, the network',
};

/** Makes a tool answer calls to an origin, and refuse all others. */
async function intercept(tool, origin) {
  if (tool === 'msw') {
    const { HttpResponse, http } = await import('msw');
    const { setupServer } = await import('msw/node');
    setupServer(http.post(origin + path, () => HttpResponse.text(tool))).listen({ onUnhandledRequest: 'error' });
  } else if (tool === 'MockAgent') {
    const mock = new MockAgent();
    mock.disableNetConnect();
    setGlobalDispatcher(mock);
    mock.get(origin).intercept({ path, method: 'POST' }).reply(200, tool).persist();
  } else {
    const { default: nock } = await import(tool);
    nock(origin).persist().post(path).reply(200, tool);
    nock.disableNetConnect();
  }
}

/** What answers each way of sending, in a process of its own for each tool. */
async function answers(tool, origin) {
  const call = { method: 'POST', body: '{"query":"{ shop { name } }"}' };
  const withAgent = { ...call, dispatcher: new Agent() };
  await intercept(tool, origin);
  return {
    'fetch of Node': await (await fetch(origin + path, call)).text(),
    'fetch of undici': await (await undiciFetch(origin + path, call)).text(),
    'request of undici': await (await request(origin + path, call)).body.text(),
    'fetch of undici, with an Agent': await (await undiciFetch(origin + path, withAgent)).text(),
  };
}

const [tool, origin] = process.argv.slice(2);
if (tool) {
  console.log(JSON.stringify(await answers(tool, origin)));
  process.exit();
}

// In place of the real Shopify.
const network = createServer((incoming, response) => incoming.resume().on('end', () => response.end('the network')));
await new Promise((resolve) => network.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${network.address().port}`;
const run = (name) => promisify(execFile)(process.execPath, ['finding.mjs', name, address], { timeout: 30_000 });
const seen = [];
for (const name of tools) seen.push(JSON.parse((await run(name)).stdout));
for (const [name, line] of Object.entries(expected)) {
  const found = seen.map((answered) => answered[name]).join(', ');
  console.log(`${name} -> ${found}`);
  if (found === line) continue;
  console.error(`changed: ${name} is answered by ${found}`);
  process.exitCode = 1;
}
network.close();
network.closeAllConnections();
PROGRAM
node finding.mjs
