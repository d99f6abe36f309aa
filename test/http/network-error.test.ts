import { describe, expect, it } from 'vitest';
import { networkError } from '../../src/http/ky.ts';

const failed = (fields: object, Kind: typeof Error = Error): Error => Object.assign(new Kind('x'), fields);
const wrapped = (cause: unknown): Error => new TypeError('fetch failed', { cause });

describe('a failure before anything was sent', () => {
  it.each([
    ['a refused connection', failed({ code: 'ECONNREFUSED', syscall: 'connect' })],
    ['a connection that the system gave up', failed({ code: 'ETIMEDOUT', syscall: 'connect' })],
    ['an unknown host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
    ['a connection that undici gave up', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
    ['a certificate of another host', failed({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
    ['a request that undici refused', failed({ code: 'UND_ERR_INVALID_ARG' })],
    ['all addresses of a host refused', new AggregateError([failed({ code: 'ECONNREFUSED', syscall: 'connect' })])],
    [
      'all addresses of a host timed out, with a code of its own',
      Object.assign(new AggregateError([failed({ code: 'ETIMEDOUT', syscall: 'connect' })]), { code: 'ETIMEDOUT' }),
    ],
  ])('is %s, also below other errors', (_, error) => {
    expect(networkError(error).mayHaveExecuted).toBe(false);
    expect(networkError(wrapped(wrapped(error))).mayHaveExecuted).toBe(false);
  });
});

describe('a failure after which nobody knows', () => {
  it.each([
    ['a reset', failed({ code: 'ECONNRESET', syscall: 'read' })],
    ['a broken pipe', failed({ code: 'EPIPE', syscall: 'write' })],
    // The network went away under a request that was on its way: the code alone would say that it never left.
    ['a host that became unreachable', failed({ code: 'EHOSTUNREACH', syscall: 'read' })],
    ['a socket that undici lost', failed({ code: 'UND_ERR_SOCKET' })],
    ['a dispatcher that was destroyed', failed({ code: 'UND_ERR_DESTROYED' })],
    ['an error without a code', failed({})],
    ['a code that is no text', failed({ code: 20 })],
    ['an empty list of errors', new AggregateError([])],
    ['what is no error', 'odd'],
  ])('is %s', (_, error) => {
    expect(networkError(error).mayHaveExecuted).toBe(true);
  });

  it('is found although its causes go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(networkError(error).mayHaveExecuted).toBe(true);
  });
});

it('names the code and keeps nothing of the original', () => {
  const original = failed({ code: 'ECONNRESET', request: { headers: { 'x-shopify-access-token': 'shpat_1' } } });
  const error = networkError(wrapped(original));
  expect(error.message).toContain('ECONNRESET');
  expect(error.cause).toBeUndefined();
});
