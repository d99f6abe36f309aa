/** A shop with prices that no rule predicts, in a separate process. Started by `hidden-prices.ts`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from './statistics.ts';

/** The settings of the shop. */
export interface PricedShop {
  readonly seed: number;
  readonly operations: number;
  readonly available: number;
  readonly restoreRate: number;
  readonly latencyMs: number;
}

/** Its observations. */
export interface PricedReport {
  readonly throttled: number;
  readonly pointsUsed: number;
}

const { seed, operations, available, restoreRate, latencyMs }: PricedShop = JSON.parse(process.argv[2] ?? '{}');
const maximumAvailable = 2_000;
const random = createRandom(seed);
const prices = new Map(Array.from({ length: operations }, (_, index) => [`Op${index}`, 5 + Math.floor(random() * 96)]));

let level = available;
/** No points are restored before the race begins. */
let refilledAt: number | undefined;
let throttled = 0;
let pointsUsed = 0;

function respond(query: string): object {
  const name = /\bOp\d+\b/.exec(query)?.[0] ?? '';
  const price = prices.get(name) ?? 1;
  const now = performance.now();
  level = Math.min(maximumAvailable, level + ((now - (refilledAt ?? now)) * restoreRate) / 1_000);
  refilledAt = now;
  const isThrottled = price > level;
  if (isThrottled) throttled += 1;
  else {
    level -= price;
    pointsUsed += price;
  }
  const throttleStatus = { maximumAvailable, currentlyAvailable: Math.floor(level), restoreRate };
  const cost = { requestedQueryCost: price, actualQueryCost: isThrottled ? null : price, throttleStatus };
  return isThrottled
    ? { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: { cost } }
    : { data: { shop: { name } }, extensions: { cost } };
}

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = JSON.stringify(respond(Buffer.concat(parts).toString()));
  await sleep(latencyMs);
  response.setHeader('content-type', 'application/json');
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.({ throttled, pointsUsed } satisfies PricedReport));
