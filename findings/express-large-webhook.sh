#!/usr/bin/env bash
# processWebhooks reads at most 500 KB, and no option changes that: a larger delivery, such as an order with several
# hundred lines, gets 413 with an HTML page. The handler doesn't see it, nothing is logged for the app, and Shopify
# repeats it until it gives up.
#
# Packages: @shopify/shopify-app-express 8.0.2, @shopify/shopify-api 15.0.0, express 5.3.0. Seen on Node 24.21.0, Linux,
# 2026-11-30.
#
# Output seen:
#   400 lines, 418 KB -> 200, handler called 1 times
#   500 lines, 523 KB -> 413, handler called 0 times
#   log lines of the library: 0
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/shopify-app-express@8.0.2 @shopify/shopify-api@15.0.0 express@5.3.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { createHmac } from 'node:crypto';
import { DeliveryMethod, LogSeverity } from '@shopify/shopify-api';
import { shopifyApp } from '@shopify/shopify-app-express';
import express from 'express';

setTimeout(() => process.exit(fail('no end after 30 s')), 30_000).unref();

// Else Express prints the error itself, with a stack.
process.env.NODE_ENV = 'test';
const logged = [];
const shopify = shopifyApp({
  api: {
    apiKey: 'key',
    apiSecretKey: 'secret',
    hostName: 'app.example.com',
    hostScheme: 'https',
    apiVersion: '2026-10',
    isEmbeddedApp: true,
    logger: { level: LogSeverity.Warning, log: (_severity, message) => logged.push(message) },
  },
  auth: { path: '/auth', callbackPath: '/auth/callback' },
  webhooks: { path: '/webhooks' },
});
let handled = 0;
const callback = async () => {
  handled += 1;
};
const webhookHandlers = {
  ORDERS_CREATE: { deliveryMethod: DeliveryMethod.Http, callbackUrl: '/webhooks', callback },
};
const server = express()
  .post('/webhooks', shopify.processWebhooks({ webhookHandlers }))
  .listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

async function deliver(lines) {
  const properties = [{ name: 'Engraving', value: 'x'.repeat(1_000) }];
  const line_items = Array.from({ length: lines }, (_, index) => ({ id: index + 1, quantity: 1, properties }));
  const body = JSON.stringify({ id: 450789469, line_items });
  handled = 0;
  const response = await fetch(`http://127.0.0.1:${server.address().port}/webhooks`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-hmac-sha256': createHmac('sha256', 'secret').update(body).digest('base64'),
      'x-shopify-shop-domain': 'acme.myshopify.com',
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': `order-of-${lines}`,
    },
  });
  await response.text();
  const size = `${lines} lines, ${Math.round(body.length / 1024)} KB`;
  console.log(`${size} -> ${response.status}, handler called ${handled} times`);
  return { status: response.status, handled };
}

const before = logged.length;
const small = await deliver(400);
const large = await deliver(500);
console.log(`log lines of the library: ${logged.length - before}`);
if (small.status !== 200 || small.handled !== 1) process.exitCode = fail('the small delivery is not handled');
if (large.status !== 413 || large.handled !== 0) process.exitCode = fail('the large delivery is not refused');
if (logged.length !== before) process.exitCode = fail('the library logs something');
server.close();
server.closeAllConnections();

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
