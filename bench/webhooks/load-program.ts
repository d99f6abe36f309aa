// Delivers as fast as the server responds, over keep-alive connections with one delivery at a time on each. Uses
// node:net, since a client of node:http costs more than the server. Prints its result as a line of JSON.
//
// node load-program.ts <port> <secret> <connections> <warm-up ms> <measured ms>
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';

const [port = '0', secret = '', connections = '32', warmUpMs = '1000', measuredMs = '3000'] = process.argv.slice(2);

const text = 'x'.repeat(700);
let sent = 0;
const statuses: Record<string, number> = {};
let latencies: number[] = [];
let delivered = 0;

/** A new delivery of about 1 KB: one of 1,000 products, newer than all before. */
function delivery(): string {
  sent += 1;
  const time = new Date(Date.UTC(2026, 10, 2) + sent * 1_000).toISOString();
  const body = JSON.stringify({ id: sent % 1_000, updated_at: time, title: 'A product', body_html: text });
  const id = `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`;
  return [
    'POST /webhooks/shopify HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'x-shopify-topic: products/update',
    `x-shopify-hmac-sha256: ${createHmac('sha256', secret).update(body).digest('base64')}`,
    'x-shopify-shop-domain: demo.myshopify.com',
    'x-shopify-api-version: 2026-10',
    `x-shopify-webhook-id: ${id}`,
    `x-shopify-triggered-at: ${time}`,
    '',
    body,
  ].join('\r\n');
}

const startedAt = performance.now();
const measureFrom = startedAt + Number(warmUpMs);
const until = measureFrom + Number(measuredMs);

function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.setNoDelay(true);
    let sentAt = 0;
    let response = '';
    const next = (): void => {
      sentAt = performance.now();
      socket.write(delivery());
    };
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      response += chunk.toString('latin1');
      // Responses have no body, or one that arrives with the head.
      if (!response.includes('\r\n\r\n')) return;
      const now = performance.now();
      const status = response.slice(9, 12);
      response = '';
      statuses[status] = (statuses[status] ?? 0) + 1;
      delivered += 1;
      if (now >= measureFrom && now < until) latencies.push(now - sentAt);
      if (now < until) next();
      else {
        socket.end();
        resolve();
      }
    });
  });
}

await Promise.all(Array.from({ length: Number(connections) }, run));
latencies = latencies.sort((one, other) => one - other);
const at = (share: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
console.log(
  JSON.stringify({
    perSecond: latencies.length / (Number(measuredMs) / 1_000),
    medianMs: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    delivered,
    statuses,
  }),
);
