import { describe, expect, it } from 'vitest';
import { networkError } from '../../src/http/network-error.ts';

const failed = (fields: object, Kind: typeof Error = Error): Error => Object.assign(new Kind('x'), fields);
const wrapped = (cause: unknown): Error => new TypeError('fetch failed', { cause });

describe('a failure before anything was sent', () => {
  it.each([
    ['a refused connection', failed({ code: 'ECONNREFUSED', syscall: 'connect' })],
    ['a connection that the system timed out', failed({ code: 'ETIMEDOUT', syscall: 'connect' })],
    ['an unknown host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
    ['a connection that undici timed out', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
    ['a certificate of another host', failed({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
    ['a request that undici refused', failed({ code: 'UND_ERR_INVALID_ARG' })],
    ['all addresses of a host refused', new AggregateError([failed({ code: 'ECONNREFUSED', syscall: 'connect' })])],
    [
      'all addresses of a host timed out, with a separate code',
      Object.assign(new AggregateError([failed({ code: 'ETIMEDOUT', syscall: 'connect' })]), { code: 'ETIMEDOUT' }),
    ],
  ])('is %s, also as the cause of other errors', (_, error) => {
    expect(networkError(error).mayHaveExecuted).toBe(false);
    expect(networkError(wrapped(wrapped(error))).mayHaveExecuted).toBe(false);
  });
});

/** Messages of these runtimes for a refused connection and similar failures without a code. */
describe('a failure before anything was sent, recognized by its message', () => {
  const deno = 'error sending request for url (https://acme.myshopify.com/): client error (Connect): ';
  it.each([
    ['a blocked port on Node', wrapped(new Error('bad port')), 'blocked port'],
    ['a scheme that fetch does not know', wrapped(new Error('unknown scheme')), 'invalid address'],
    [
      'a refused connection on Deno',
      wrapped(new Error(`${deno}tcp connect error: Connection refused (os error 111)`)),
      '',
    ],
    ['an unknown host on Deno', wrapped(new Error(`${deno}dns error: failed to lookup address information`)), ''],
    ['a certificate on Deno', wrapped(new Error(`${deno}invalid peer certificate: UnknownIssuer`)), 'no connection'],
    ['a blocked port on Deno', new TypeError('Fetch failed: Requests to port 6000 are blocked'), 'blocked port'],
    ['a refused connection on Bun', failed({ code: 'ECONNREFUSED', errno: 0 }, TypeError), 'ECONNREFUSED'],
    ['a refused connection on an older Bun', failed({ code: 'ConnectionRefused' }), 'ConnectionRefused'],
    ['an address that workerd refuses', new TypeError('Invalid URL: http://'), 'invalid address'],
    ['a mock agent without a response', failed({ code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED' }), 'UND_MOCK'],
    [
      'a proxy that refuses everything',
      Object.assign(new Error('Proxy response (403) !== 200 when HTTP Tunneling'), { code: 'UND_ERR_ABORTED' }),
      'refused by the proxy',
    ],
  ])('is %s', (_, error, name) => {
    expect(networkError(error)).toMatchObject({ mayHaveExecuted: false, message: expect.stringContaining(name) });
  });
});

describe('a failure with an unknown outcome', () => {
  it.each([
    ['a reset on Deno', wrapped(new Error('Connection reset by peer (os error 104)'))],
    [
      'an interrupted request on Deno',
      wrapped(new Error('client error (SendRequest): connection closed before message completed')),
    ],
    ['a truncated body on Deno', new TypeError('error reading a body from connection')],
    ['a reset on Bun', failed({ code: 'ECONNRESET', errno: 0 }, TypeError)],
    // workerd has one message for a refused connection, and for one that broke after the request was sent.
    ['a connection that workerd lost', Object.assign(new Error('Network connection lost.'), { retryable: true })],
    ['a reset', failed({ code: 'ECONNRESET', syscall: 'read' })],
    ['a broken pipe', failed({ code: 'EPIPE', syscall: 'write' })],
    // The network failed during the request: by its code alone, the request would seem unsent.
    ['a host that became unreachable', failed({ code: 'EHOSTUNREACH', syscall: 'read' })],
    ['a socket that undici lost', failed({ code: 'UND_ERR_SOCKET' })],
    ['a destroyed dispatcher', failed({ code: 'UND_ERR_DESTROYED' })],
    ['an error without a code', failed({})],
    ['a code that is not text', failed({ code: 20 })],
    ['an empty list of errors', new AggregateError([])],
    ['a value that is not an error', 'odd'],
  ])('is %s', (_, error) => {
    expect(networkError(error).mayHaveExecuted).toBe(true);
  });

  it('is found even if its causes are circular', () => {
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
