#!/usr/bin/env bash
# express-idempotency learns of a response only by res.send(). If Express answers an error that a handler throws, or a
# handler answers with res.end(), the request counts as in progress for ever: the next one with the same key gets 409.
#
# Packages: express-idempotency 1.0.6, express 5.3.0. Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen, of three deliveries with one webhook id:
#   res.sendStatus(200) -> 200 200 200, handled 1×
#   res.status(503).send() -> 503 503 503, handled 3×
#   res.status(200).end() -> 200 409 409, handled 1×
#   throw -> 500 409 409, handled 1×
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent express-idempotency@1.0.6 express@5.3.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import express from 'express';
import { getSharedIdempotencyService, idempotency } from 'express-idempotency';

const cases = [
  ['res.sendStatus(200)', (res) => res.sendStatus(200), '200 200 200', 1],
  ['res.status(503).send()', (res) => res.status(503).send('later'), '503 503 503', 3],
  ['res.status(200).end()', (res) => res.status(200).end(), '200 409 409', 1],
  ['throw', () => Promise.reject(new Error('the database is away')), '500 409 409', 1],
];
const app = express().set('env', 'test');
app.use(express.raw({ type: '*/*' }), idempotency({ idempotencyKeyHeader: 'x-shopify-webhook-id' }));
const handled = cases.map(() => 0);
cases.forEach(([, respond], index) => app.post(`/${index}`, (req, res) => {
  if (getSharedIdempotencyService().isHit(req)) return;
  handled[index] += 1;
  return respond(res);
}));
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
for (const [index, [name, , expected, times]] of cases.entries()) {
  const statuses = [];
  const headers = { 'x-shopify-webhook-id': `w${index}`, 'content-type': 'application/json' };
  for (let delivery = 0; delivery < 3; delivery += 1)
    statuses.push((await fetch(`${origin}/${index}`, { method: 'POST', headers, body: '{"id":1}' })).status);
  console.log(`${name} -> ${statuses.join(' ')}, handled ${handled[index]}×`);
  if (statuses.join(' ') === expected && handled[index] === times) continue;
  console.error(`changed: ${name} gives ${statuses.join(' ')}, handled ${handled[index]}×`);
  process.exitCode = 1;
}
server.close();
PROGRAM
node finding.mjs
