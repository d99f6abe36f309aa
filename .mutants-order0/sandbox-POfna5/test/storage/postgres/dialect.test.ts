// @ts-nocheck
import { Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/internal/clock.ts';
import { createPostgresDialect } from '../../../src/storage/postgres/connection.ts';
import { createPostgresErrors } from '../../../src/storage/postgres/errors.ts';
import { postgresOrSkip } from '../../services.ts';
import { failure } from '../failure.ts';
import { testSchema } from './test-schema.ts';

const { url, describe } = await postgresOrSkip();

describe('the dialect for the pool of the host', () => {
  const schema = testSchema(url, 'dialect');
  const pool = schema.pool({ max: 1 });
  const errors = createPostgresErrors('dialect');
  const limits = { connectTimeoutMs: 5_000, queryTimeoutMs: 5_000, clock: systemClock };
  const open = () =>
    new Kysely<{ made: { id: number } }>({ dialect: createPostgresDialect({ pool, errors, ...limits }) });

  it('does not take a commit for done that the server answers with a rollback', async () => {
    const db = open();
    const swallowing = db.transaction().execute(async (transaction) => {
      await sql`create table made (id int)`.execute(transaction);
      await sql`select no_such_column`.execute(transaction).catch(() => undefined);
    });
    const error = await failure(swallowing);
    expect(error).toMatchObject({ isRetryable: false, mayHaveExecuted: false });
    expect(error.message).toContain('rolled the transaction back');
    expect((await sql`select to_regclass('made') as made`.execute(db)).rows).toEqual([{ made: null }]);
  });

  it('gives each connection back as it was, with no listener of its own', async () => {
    const db = open();
    await sql`select 1`.execute(db);
    const client = await pool.connect();
    expect(client.listenerCount('error')).toBe(0);
    client.release();
    await db.destroy();
    expect(pool.ended).toBe(false);
  });

  it('does not stream', async () => {
    const rows = open().selectFrom('made').selectAll().stream()[Symbol.asyncIterator]();
    await expect(rows.next()).rejects.toThrow('do not stream');
    expect(pool.idleCount).toBe(1);
  });
});
