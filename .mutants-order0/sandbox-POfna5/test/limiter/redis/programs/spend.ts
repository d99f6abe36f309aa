// @ts-nocheck
// Spends points of a simulated shop through the limiter in Redis, and tells each call on a line of its own.
// Arguments: address of Redis, prefix of its keys, address of the shop, callers.
import { Redis } from 'ioredis';
import { redisLimiter } from '../../../../src/limiter/redis/redis-limiter.ts';

const [redisUrl = '', keyPrefix = '', shopUrl = '', callers = '1'] = process.argv.slice(2);
const limiter = redisLimiter({ redis: new Redis(redisUrl), keyPrefix });
const scope = { shop: 'acme.myshopify.com', app: 'default' };

async function call(): Promise<void> {
  const cost = 10 + Math.floor(Math.random() * 20);
  const permit = await limiter.acquire({ ...scope, cost, priority: 'interactive' });
  const response = await fetch(`${shopUrl}?cost=${permit.cost}`);
  const answer = await response.json();
  permit.settle(answer);
  console.log(answer.throttled ? 'throttled' : 'done');
}

async function work(): Promise<void> {
  for (;;) await call();
}

await Promise.all(Array.from({ length: Number(callers) }, work));
