// One shop's tokens in several processes, some of which are killed, while responses are lost: this package compared
// with `@shopify/shopify-api`, used for refreshing as in Shopify's React Router template. Needs Postgres at
// `POSTGRES_URL`. `npm run bench:tokens` in the root; `TOKEN_CHAOS_SECONDS` (20) and `TOKEN_CHAOS_PROCESSES` (4) for a
// longer run.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { createTokenStore, type StoredTokens } from 'shopwright/auth';
import { postgresStores } from 'shopwright/storage/postgres';
import { type ChaosReport, tokenChaos } from '../test/full/programs/token-chaos.ts';

const postgresUrl = process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';
const seconds = Number(process.env['TOKEN_CHAOS_SECONDS'] ?? 20);
const processes = Number(process.env['TOKEN_CHAOS_PROCESSES'] ?? 4);
const apartMs = 90_000;
const shop = 'demo.myshopify.com';

const schema = `bench_tokens_${randomUUID().slice(0, 8)}`;
const place = `${postgresUrl}#${schema}`;
const pool = new pg.Pool({ connectionString: postgresUrl });
const stores = postgresStores({ pool, schema });

async function ours(clocksApartMs: number): Promise<ChaosReport> {
  const secret = randomBytes(32).toString('base64');
  const vault = createTokenStore({ store: stores.keyValue, keys: [{ id: 'test', secret }] });
  return tokenChaos({
    program: join(import.meta.dirname, '../test/full/programs/token-worker.ts'),
    ...{ place, secret, seconds, processes, clocksApartMs },
    keep: (tokens) => vault.replace({ shop }, undefined, tokens),
    kept: async () => (await vault.get({ shop }))?.tokens.refreshToken ?? '',
  });
}

/** As written by `Session.toPropertyArray`, and read by `Session.fromPropertyArray`. */
const entriesOf = (tokens: StoredTokens): [string, string | number | boolean][] => [
  ['id', `offline_${shop}`],
  ['shop', shop],
  ['state', ''],
  ['isOnline', false],
  ['accessToken', tokens.accessToken],
  ['expires', tokens.accessTokenExpiresAt ?? 0],
  ['refreshToken', tokens.refreshToken ?? ''],
  ['refreshTokenExpires', tokens.refreshTokenExpiresAt ?? 0],
];

async function theirs(clocksApartMs: number): Promise<ChaosReport> {
  const table = `${schema}.sessions`;
  await pool.query(`create table if not exists ${table} (id text primary key, entries jsonb not null)`);
  return tokenChaos({
    program: join(import.meta.dirname, 'tokens-peer.ts'),
    ...{ place, secret: '', seconds, processes, clocksApartMs },
    keep: (tokens) =>
      pool.query(`insert into ${table} values ($1, $2) on conflict (id) do update set entries = $2`, [
        `offline_${shop}`,
        JSON.stringify(entriesOf(tokens)),
      ]),
    kept: async () => {
      const { rows } = await pool.query<{ entries: [string, string][] }>(`select entries from ${table}`);
      return Object.fromEntries(rows[0]?.entries ?? [])['refreshToken'] ?? '';
    },
  });
}

try {
  // Creates the schema.
  await stores.keyValue.get('bench');
  const columns = {
    'shopwright, clocks 90 s apart': await ours(apartMs),
    'shopify-api, clocks in step': await theirs(0),
    'shopify-api, clocks 90 s apart': await theirs(apartMs),
  };
  const ratio = (part: number, whole: number): number => Number((part / whole).toFixed(2));
  const rows: Readonly<Record<string, (report: ChaosReport) => string | number>> = {
    'calls that reached the shop': ({ calls }) => calls,
    'calls that failed': ({ failures }) => failures.length,
    'of them for': ({ failures }) => [...new Set(failures.map((line) => line.slice(7)))].join(', '),
    'slowest call, ms': ({ longestMs }) => longestMs,
    'refreshes in flight, at most': ({ most }) => most,
    'pairs used / least': ({ used, least }) => ratio(used, least),
    'refreshes asked for / (least + lost + killed)': ({ requests, least, lost, died }) =>
      ratio(requests, least + lost + died),
    'old refresh tokens sent too late': ({ tooLate }) => tooLate,
    'processes killed': ({ died }) => died,
    'the shop can be renewed in the end': ({ isAlive }) => (isAlive ? 'yes' : 'no'),
  };
  console.log(`Tokens of 2 s, ${processes} processes, ${seconds} s, 20 % of the responses to refreshes lost`);
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([row, of]) => [
        row,
        Object.fromEntries(Object.entries(columns).map(([column, report]) => [column, of(report)])),
      ]),
    ),
  );
} finally {
  await stores.close();
  await pool.query(`drop schema if exists ${schema} cascade`);
  await pool.end();
}
