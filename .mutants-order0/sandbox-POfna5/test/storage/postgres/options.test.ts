// @ts-nocheck
import pg from 'pg';
import { isShopwrightError } from 'shopwright';
import { type PostgresStoresOptions, postgresStores } from 'shopwright/storage/postgres';
import { describe, expect, it } from 'vitest';

const pool = new pg.Pool({ connectionString: 'postgres://nobody:secret@127.0.0.1:1/none' });

describe('the options of postgresStores', () => {
  it.each([
    [{ schema: '' }, ['schema']],
    [{ schema: 'My' }, ['schema']],
    [{ schema: 'my-schema' }, ['schema']],
    [{ schema: '1a' }, ['schema']],
    [{ schema: 'a"; drop schema public; --' }, ['schema']],
    [{ schema: 'pg_catalog' }, ['schema']],
    [{ schema: 'pg_toast' }, ['schema']],
    [{ schema: 'information_schema' }, ['schema']],
    [{ schema: 'x'.repeat(64) }, ['schema']],
    [{ schema: 'a\n' }, ['schema']],
    [{ schema: ['a'] as unknown as string }, ['schema']],
    [{ tablePrefix: 'My-' }, ['tablePrefix']],
    [{ tablePrefix: '1a_' }, ['tablePrefix']],
    [{ tablePrefix: 'a"; drop table x; --' }, ['tablePrefix']],
    [{ tablePrefix: 'x'.repeat(31) }, ['tablePrefix']],
    [{ migrate: 'never' as 'manual' }, ['migrate']],
    [{ connectTimeoutMs: 0 }, ['connectTimeoutMs']],
    [{ connectTimeoutMs: 600_001 }, ['connectTimeoutMs']],
    [{ queryTimeoutMs: 1.5 }, ['queryTimeoutMs']],
    [{ queryTimeoutMs: Number.NaN }, ['queryTimeoutMs']],
    [{ pool: undefined as unknown as pg.Pool }, ['pool']],
    [{ pool: new pg.Client() as unknown as pg.Pool }, ['pool']],
    [
      { pool: 'postgres://x' as unknown as pg.Pool, schema: 'A', connectTimeoutMs: -1 },
      ['pool', 'schema', 'connectTimeoutMs'],
    ],
  ] satisfies [Partial<PostgresStoresOptions>, string[]][])('%j are refused at once, by name', (options, fields) => {
    try {
      postgresStores({ pool, ...options });
      expect.unreachable('the options were taken');
    } catch (error) {
      expect(isShopwrightError(error, 'CONFIG_INVALID') && error.issues.map(({ field }) => field)).toEqual(fields);
    }
  });

  it.each(['public', 'shopify', '_', 'select', 'x'.repeat(63)])('take the schema %s', (schema) => {
    expect(postgresStores({ pool, schema, tablePrefix: '' })).toHaveProperty('records');
  });

  it('open no connection by themselves', async () => {
    await postgresStores({ pool }).close();
    expect(pool.totalCount).toBe(0);
  });
});
