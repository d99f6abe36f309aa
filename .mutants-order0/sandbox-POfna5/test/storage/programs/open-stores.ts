// @ts-nocheck
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Stores } from '../../../src/ports/stores.ts';
import { postgresStores } from '../../../src/storage/postgres/stores.ts';
import { redisStores } from '../../../src/storage/redis/stores.ts';
import { sqliteStores } from '../../../src/storage/sqlite.ts';

/**
 * Stores that a test's processes have in common: a file, a schema of a Postgres (`postgres://…#schema`), or the
 * keys of a Redis with a prefix (`redis://…#prefix`).
 */
export function openStores(place: string): Stores {
  if (place.startsWith('redis')) return openRedis(place);
  if (!place.startsWith('postgres')) return sqliteStores({ path: place, busyTimeoutMs: 60_000 });
  const url = new URL(place);
  const schema = url.hash.slice(1);
  url.hash = '';
  const pool = new pg.Pool({ connectionString: url.href, application_name: schema, max: 3, allowExitOnIdle: true });
  // A server that ends the connection of a killed process has nobody to tell.
  pool.on('error', () => undefined);
  return postgresStores({ pool, schema });
}

function openRedis(place: string): Stores {
  const url = new URL(place);
  const keyPrefix = url.hash.slice(1);
  url.hash = '';
  const redis = new Redis(url.href);
  const stores = redisStores({ redis, keyPrefix, commandTimeoutMs: 60_000 });
  return {
    ...stores,
    async close() {
      await stores.close();
      redis.disconnect();
    },
  };
}
