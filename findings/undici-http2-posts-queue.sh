#!/usr/bin/env bash
# Over HTTP/2, which undici 8 uses by default if the server offers it, `fetch` of undici 8.4 to 8.7 sends a POST only
# after the previous one has its response: ten calls to one shop take ten times as long, however many the app starts
# at once. `request` waits only in 8.4, and over HTTP/1.1 nothing waits.
#
# Packages: undici 8.3.0, 8.4.1, 8.7.0 and 8.13.1. Seen on Node 24.21.0, OpenSSL 3.0.19, Linux, 2026-11-30. Needs
# openssl on the PATH, to make a certificate for localhost.
#
# Output seen:
#   undici 8.3.0, fetch: ten POSTs go together
#   undici 8.3.0, request: ten POSTs go together
#   undici 8.3.0, fetch, allowH2: false: ten POSTs go together
#   undici 8.4.1, fetch: ten POSTs go one by one
#   undici 8.4.1, request: ten POSTs go one by one
#   undici 8.4.1, fetch, allowH2: false: ten POSTs go together
#   undici 8.7.0, fetch: ten POSTs go one by one
#   undici 8.7.0, request: ten POSTs go together
#   undici 8.7.0, fetch, allowH2: false: ten POSTs go together
#   undici 8.13.1, fetch: ten POSTs go together
#   undici 8.13.1, request: ten POSTs go together
#   undici 8.13.1, fetch, allowH2: false: ten POSTs go together
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent undici-8.3.0@npm:undici@8.3.0 undici-8.4.1@npm:undici@8.4.1 undici-8.7.0@npm:undici@8.7.0 undici-8.13.1@npm:undici@8.13.1; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

setTimeout(() => process.exit(fail('no end after 60 s')), 60_000).unref();

const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
const files = ['-keyout', 'key.pem', '-out', 'cert.pem'];
const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]);
if (made.status !== 0) {
  console.error('cannot run: openssl makes no certificate');
  process.exit(2);
}
const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(name));

// Answers after 100 ms, and counts the requests that are there at the same time.
let now = 0;
let most = 0;
const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
  now += 1;
  most = Math.max(most, now);
  request.resume().on('end', () =>
    setTimeout(() => {
      now -= 1;
      response.end('{"data":{"shop":{"name":"Acme"}}}');
    }, 100),
  );
});
await new Promise((resolve) => server.listen(0, 'localhost', resolve));
const url = `https://localhost:${server.address().port}/admin/api/2026-10/graphql.json`;
const call = { method: 'POST', body: '{"query":"{ shop { name } }"}' };

const [apart, together] = ['one by one', 'together'];
const expected = {
  '8.3.0': [together, together],
  '8.4.1': [apart, apart],
  '8.7.0': [apart, together],
  '8.13.1': [together, together],
};
for (const [version, [ofFetch, ofRequest]] of Object.entries(expected)) {
  const { Agent, fetch, request } = await import(`undici-${version}`);
  const ways = {
    'fetch': [{}, (dispatcher) => fetch(url, { ...call, dispatcher }).then((response) => response.text()), ofFetch],
    'request': [{}, (dispatcher) => request(url, { ...call, dispatcher }).then(({ body }) => body.text()), ofRequest],
    'fetch, allowH2: false': [
      { allowH2: false },
      (dispatcher) => fetch(url, { ...call, dispatcher }).then((response) => response.text()),
      together,
    ],
  };
  for (const [way, [options, send, wanted]] of Object.entries(ways)) {
    const dispatcher = new Agent({ ...options, connect: { ca: cert } });
    // The connection is there by then.
    await send(dispatcher);
    most = 0;
    await Promise.all(Array.from({ length: 10 }, () => send(dispatcher)));
    const seen = most === 1 ? apart : together;
    console.log(`undici ${version}, ${way}: ten POSTs go ${seen}`);
    if (seen !== wanted) process.exitCode = fail(`undici ${version}, ${way}: ${seen}`);
    await dispatcher.close();
  }
}
process.exit();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
