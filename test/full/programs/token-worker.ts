/** One process of `token-chaos.test.ts`: calls a shop until it is stopped, and dies at a given point. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createShopifyApp, kyTransport, type Stores, systemClock, type Transport } from 'shopwright';
import { createTokenStore, offlineToken, type RenewableTokenStore } from 'shopwright/auth';
import { postgresStores } from 'shopwright/storage/postgres';
import { redisStores } from 'shopwright/storage/redis';

const [place = '', origin = '', aheadMs = '0', secret = ''] = process.argv.slice(2);
const shop = 'demo.myshopify.com';
const everyMs = 150;

function openStores(): Stores {
  const url = new URL(place);
  const name = url.hash.slice(1);
  url.hash = '';
  if (url.protocol === 'redis:') return redisStores({ redis: new Redis(url.href), keyPrefix: name });
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  pool.on('error', () => undefined);
  return postgresStores({ pool, schema: name });
}

let armed = '';
let isOver = false;
process.on('message', (message: { readonly arm?: string; readonly stop?: true }) => {
  armed = message.arm ?? '';
  isOver ||= message.stop === true;
});

/** Dies at once if this is the given point. */
function dieAt(point: string): void {
  if (armed !== point) return;
  writeSync(1, `dying ${point}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const ky = kyTransport();
const transport: Transport = {
  name: 'dying',
  async send(request) {
    if (!request.url.endsWith('/oauth/access_token')) return ky.send(request);
    dieAt('before-send');
    const sent = ky.send(request);
    // Before, while and after the server handles it.
    const timer = setTimeout(() => dieAt('after-send'), Math.random() * 60);
    const response = await sent.finally(() => clearTimeout(timer));
    if (response.status === 200) dieAt('after-answer');
    return response;
  },
};

const vault = createTokenStore({ store: openStores().keyValue, keys: [{ id: 'test', secret }] });
const tokens: RenewableTokenStore = {
  get: (owner) => vault.get(owner),
  async replace(owner, version, next) {
    const stored = await vault.replace(owner, version, next);
    if (stored !== undefined) dieAt('after-commit');
    return stored;
  },
  lock: (owner, options) => vault.lock?.(owner, options) ?? Promise.resolve(undefined),
  now: () => vault.now?.() ?? Promise.resolve(Date.now()),
};

const auth = offlineToken({ clientId: 'crm', clientSecret: 'shpss_crm', tokens, requestTimeoutMs: 800 });
const clock = { ...systemClock, now: () => Date.now() + Number(aheadMs) };
const client = createShopifyApp({ auth, origin, transport, clock }).shop(shop);

let calls = 0;
let longestMs = 0;
while (!isOver) {
  const startedAt = performance.now();
  await client.graphql('query Shop { shop { name } }').then(
    () => {
      if (calls === 0) writeSync(1, 'ready\n');
      calls += 1;
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    },
    (error: unknown) => writeSync(1, `failed ${error}\n`),
  );
  await pause(everyMs * (0.5 + Math.random()));
}
writeSync(1, `calls ${calls} ${Math.round(longestMs)}\n`);
process.exit(0);
