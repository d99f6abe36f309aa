// @ts-nocheck
import { isShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../../src/errors/errors.ts';
import type { PostgresPool } from '../../../src/storage/postgres/connection.ts';
import { createPostgresErrors, OutOfTime, sqlStateOf, wasConflict } from '../../../src/storage/postgres/errors.ts';

const errors = createPostgresErrors('shopify');
const coded = (code: string, message = 'secret value of a customer'): Error =>
  Object.assign(new Error(message), { code });
const pool = (state: Partial<PostgresPool> = {}): PostgresPool => ({
  connect: () => new Promise(() => undefined),
  ...state,
});

describe('an error of the server', () => {
  it.each([
    ['40001', true, 'too often'],
    ['40P01', true, 'too often'],
    ['53100', false, 'disk is full'],
    ['53200', true, 'no memory'],
    ['53300', true, 'too many'],
    ['55P03', true, 'lock_timeout'],
    ['57014', true, 'statement_timeout'],
    ['57P01', true, 'shuts down'],
    ['57P02', true, 'shuts down'],
    ['57P03', true, 'shuts down, starts or recovers'],
    ['57P04', false, 'dropped'],
    ['57P05', true, 'idle_session_timeout'],
    ['25006', false, 'read-only'],
    ['25P03', true, 'idle_in_transaction_session_timeout'],
    ['25P04', true, 'transaction_timeout'],
    ['28000', false, 'user and password'],
    ['28P01', false, 'user and password'],
    ['3D000', false, 'no database'],
    ['3F000', false, 'migrate()'],
    ['42P01', false, 'migrate()'],
    ['42703', false, 'migrate()'],
    ['42P07', false, 'tablePrefix'],
    ['22021', false, 'UTF8'],
    ['22P05', false, 'UTF8'],
    ['58030', false, 'disk'],
    ['XX001', false, 'damaged'],
    ['XX002', false, 'damaged'],
    ['08006', true, 'lost its connection'],
    ['22003', false, 'SQLSTATE 22003'],
  ])('with SQLSTATE %s tells what to do, and nothing of the values', (code, isRetryable, text) => {
    const cause = coded(code);
    const error = errors.statement(cause, false);
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable, mayHaveExecuted: false, cause });
    expect(error.message).toContain(text);
    expect(error.message).toMatch(/^The Postgres store in schema "shopify" .*\.$/);
    expect(error.message).not.toContain('customer');
    expect(errors.connecting(cause, pool(), 1)).toMatchObject({ isRetryable, message: error.message });
  });

  it.each([
    ['08P01', 'transaction blocks not allowed in statement pooling mode', false],
    ['08P01', 'unsupported startup parameter: search_path', false],
    ['08P01', 'no such database: shop', false],
    // As PgBouncer 1.18 hands on what the server says.
    ['08P01', 'database "shop" does not exist', false],
    ['08P01', 'bouncer config error', false],
    ['08P01', 'server conn crashed?', true],
    ['08P01', 'query_wait_timeout', true],
    ['08006', 'connection failure', true],
  ])('tells what a pooler refuses for good from a lost connection: %s %s', (code, message, isRetryable) => {
    const cause = coded(code, message);
    for (const error of [errors.statement(cause, false), errors.connecting(cause, pool(), 1)]) {
      expect(error).toMatchObject({ isRetryable, mayHaveExecuted: false });
      if (isRetryable) expect(error.message).toContain('Try again');
      else expect(error.message).toContain(message);
    }
    // Of what was refused it is known that nothing was done.
    expect(errors.statement(cause, true).mayHaveExecuted).toBe(isRetryable);
  });

  it('names the table that a right is missing for', () => {
    const { message } = errors.statement(coded('42501', 'permission denied for table sync_records'), true);
    expect(message).toContain('permission denied for table sync_records. Grant it');
  });

  it.each(['57P01', '57P02', '58030', 'XX000', '08006', '40003'])(
    'with SQLSTATE %s leaves open what became of a write that was to commit',
    (code) => {
      expect(errors.statement(coded(code), true)).toMatchObject({ isRetryable: false, mayHaveExecuted: true });
    },
  );

  it.each(['40001', '40P01', '53100', '57014', '55P03', '25006', '23505'])(
    'with SQLSTATE %s says that a write that was to commit has been undone',
    (code) => {
      expect(errors.statement(coded(code), true).mayHaveExecuted).toBe(false);
    },
  );

  it('is told apart from an error of Node, also one with a code of five letters', () => {
    expect(sqlStateOf(coded('40001'))).toBe('40001');
    for (const error of [coded('EPIPE'), coded('ECONNRESET'), new Error('a'), null, 'text', { code: 7 }]) {
      expect(sqlStateOf(error)).toBe(undefined);
    }
    expect(errors.statement(coded('EPIPE'), true).mayHaveExecuted).toBe(true);
  });

  it('counts as a conflict through the error that was made of it', () => {
    expect(wasConflict(errors.statement(coded('40P01'), true))).toBe(true);
    expect(wasConflict(coded('40001'))).toBe(true);
    for (const error of [
      errors.statement(coded('57014'), true),
      new StorageError('own', { isRetryable: true }),
      undefined,
    ]) {
      expect(wasConflict(error)).toBe(false);
    }
  });
});

describe('a connection that cannot be had', () => {
  it.each([
    [coded('ECONNREFUSED'), true, 'refuses connections'],
    [coded('ENOTFOUND'), true, 'host of the pool is not known'],
    [coded('EAI_AGAIN'), true, 'could not be looked up'],
    [coded('ETIMEDOUT'), true, 'cannot be reached'],
    [new Error('timeout exceeded when trying to connect'), true, 'all connections of the pool are in use'],
    [new Error('Connection terminated due to connection timeout'), true, 'cannot be reached'],
    [new Error('The server does not support SSL connections'), false, 'TLS or the password'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), false, 'TLS or the password'],
    [new Error('SASL: client password must be a string'), false, 'TLS or the password'],
    ['odd', true, 'cannot be reached'],
  ])('because of %s is reported with its fix', (cause, isRetryable, text) => {
    const error = errors.connecting(cause, pool(), 5_000);
    expect(isShopwrightError(error, 'STORAGE_FAILED')).toBe(true);
    expect(error).toMatchObject({ isRetryable, mayHaveExecuted: false });
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('secret');
  });

  it('in time names what it waited for', () => {
    const cause = new OutOfTime(5_000);
    expect(errors.connecting(cause, pool({ waitingCount: 3 }), 5_000).message).toContain(
      'within 5000 ms: all connections of the pool are in use',
    );
    for (const other of [pool({ waitingCount: 0 }), pool()]) {
      expect(errors.connecting(cause, other, 5_000).message).toContain('the server does not answer');
    }
  });

  it('because the pool was ended is not worth another try', () => {
    const error = errors.connecting(
      new Error('Cannot use a pool after calling end on the pool'),
      pool({ ending: true }),
      1,
    );
    expect(error).toMatchObject({ isRetryable: false, message: expect.stringContaining('pool has been ended') });
  });
});
