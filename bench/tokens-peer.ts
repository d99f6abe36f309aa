/**
 * One process of `tokens.ts` that works like Shopify's React Router template, with `@shopify/shopify-api`: it loads the
 * session, refreshes one that is about to expire, stores the result and calls with it. Sessions are in Postgres, as
 * with Prisma: found and upserted by id.
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** The parts of `@shopify/shopify-api` used here. */
interface Session {
  readonly id: string;
  readonly refreshToken?: string;
  isExpired(withinMs: number): boolean;
  toPropertyArray(): [string, string | number | boolean][];
}

interface Api {
  readonly auth: {
    refreshToken(of: { readonly shop: string; readonly refreshToken: string }): Promise<{ readonly session: Session }>;
  };
  readonly session: { getOfflineId(shop: string): string };
  readonly clients: {
    readonly Graphql: new (of: { readonly session: Session }) => { request(query: string): Promise<unknown> };
  };
}

interface ShopifyApiModule {
  shopifyApi(options: object): Api;
  readonly Session: { fromPropertyArray(entries: readonly unknown[]): Session };
}

interface RuntimeModule {
  setAbstractFetchFunc(send: (url: string, init: RequestInit) => Promise<Response>): void;
}

const [place = '', origin = '', aheadMs = '0'] = process.argv.slice(2);
const shop = 'demo.myshopify.com';
const everyMs = 150;
/** The template refreshes in the last 5 minutes of an hour; these tokens live for 2 seconds. */
const earlyMs = 2_000 / 12;

// Before the library reads the clock.
const realNow = Date.now;
Date.now = () => realNow() + Number(aheadMs);

// Imported by variable names: the root's type check runs without the dependencies of `bench/`.
const [peer, adapter, runtime]: string[] = ['', '/adapters/node', '/runtime'].map((at) => `@shopify/shopify-api${at}`);
await import(adapter ?? '');
const { setAbstractFetchFunc }: RuntimeModule = await import(runtime ?? '');
const { shopifyApi, Session }: ShopifyApiModule = await import(peer ?? '');
const api = shopifyApi({
  apiKey: 'crm',
  apiSecretKey: 'shpss_crm',
  hostName: 'app.example',
  apiVersion: '2026-07',
  isEmbeddedApp: true,
  logger: { level: 0 },
});

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

setAbstractFetchFunc(async (url, init) => {
  const sentTo = url.replace(`https://${shop}`, origin);
  if (!url.endsWith('/oauth/access_token')) return fetch(sentTo, init);
  dieAt('before-send');
  const sent = fetch(sentTo, init);
  const timer = setTimeout(() => dieAt('after-send'), Math.random() * 60);
  const response = await sent.finally(() => clearTimeout(timer));
  if (response.status === 200) dieAt('after-answer');
  return response;
});

const url = new URL(place);
const table = `${url.hash.slice(1)}.sessions`;
url.hash = '';
const pool = new pg.Pool({ connectionString: url.href, max: 2 });
pool.on('error', () => undefined);

async function call(): Promise<void> {
  const { rows } = await pool.query(`select entries from ${table} where id = $1`, [api.session.getOfflineId(shop)]);
  let session = Session.fromPropertyArray(rows[0].entries);
  if (session.isExpired(earlyMs) && session.refreshToken) {
    session = (await api.auth.refreshToken({ shop, refreshToken: session.refreshToken })).session;
    await pool.query(`insert into ${table} values ($1, $2) on conflict (id) do update set entries = $2`, [
      session.id,
      JSON.stringify(session.toPropertyArray()),
    ]);
    dieAt('after-commit');
  }
  await new api.clients.Graphql({ session }).request('query Shop { shop { name } }');
}

let calls = 0;
let longestMs = 0;
let isFirst = true;
while (!isOver) {
  const startedAt = performance.now();
  const [outcome] = await Promise.allSettled([call()]);
  // Only the end matters, not its result.
  if (isFirst) writeSync(1, 'ready\n');
  isFirst = false;
  if (outcome.status === 'fulfilled') {
    calls += 1;
    longestMs = Math.max(longestMs, performance.now() - startedAt);
  } else {
    writeSync(1, `failed ${outcome.reason?.constructor?.name}\n`);
  }
  await pause(everyMs * (0.5 + Math.random()));
}
writeSync(1, `calls ${calls} ${Math.round(longestMs)}\n`);
process.exit(0);
