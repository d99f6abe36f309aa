import { createConnection } from 'node:net';
import { describeTransport } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { exchange } from '../../src/http/exchange.ts';
import { kyTransport } from '../../src/http/ky.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../src/ports/transport.ts';
import { connectionEnd } from '../../src/testing/conformance/transport-harness.ts';
import { requestTo, serve } from './loopback.ts';

/** The cases of the suite by name, for a runner of three lines. */
function casesFor(create: () => Transport): ReadonlyMap<string, () => Promise<void>> {
  const cases = new Map<string, () => Promise<void>>();
  describeTransport('a transport', create, {
    describe: (_, body) => body(),
    it: (name, body) => cases.set(name, body),
    expect,
  });
  return cases;
}

type Send = Transport['send'];

/** A correct transport with one flaw. */
const flawed =
  (flaw: (good: Send) => Send): (() => Transport) =>
  () => ({ name: 'flawed', send: flaw(kyTransport().send) });

/** What `fetch` alone would do, with one extra option. */
const fetching =
  (options: RequestInit, read = (response: Response): Promise<string> => response.text()): (() => Transport) =>
  () => ({
    name: 'fetching',
    send: (request) =>
      exchange(request.signal, async (signal) => {
        const response = await fetch(request.url, { redirect: 'manual', signal, ...bare(request), ...options });
        return { status: response.status, headers: response.headers, body: await read(response) };
      }),
  });

const bare = ({ method, headers, body }: TransportRequest): RequestInit => ({
  method,
  headers,
  ...(body !== undefined && { body }),
});

const changed =
  (change: (answer: TransportResponse) => TransportResponse) =>
  (good: Send): Send =>
  async (request) =>
    change(await good(request));

const failing =
  (change: (error: unknown, request: TransportRequest) => unknown) =>
  (good: Send): Send =>
  (request) =>
    good(request).catch((error: unknown) => {
      throw change(error, request);
    });

const flaws: readonly (readonly [what: string, caught: string, create: () => Transport])[] = [
  [
    'follows redirects',
    'returns every status with its body, sends once, and follows no redirect',
    fetching({ redirect: 'follow' }),
  ],
  [
    'decodes each chunk of a body separately',
    'decodes UTF-8 that was cut inside a character',
    fetching({}, async ({ body }) => {
      let text = '';
      for await (const part of body ?? []) text += new TextDecoder().decode(part);
      return text;
    }),
  ],
  [
    'finds only headers in lower case',
    'finds a header in any case',
    flawed(
      changed(({ headers, ...answer }) => ({
        ...answer,
        headers: { get: (name) => (name === name.toLowerCase() ? headers.get(name) : null) },
      })),
    ),
  ],
  [
    'treats an empty header as missing',
    'distinguishes a missing header from an empty one',
    flawed(changed(({ headers, ...answer }) => ({ ...answer, headers: { get: (name) => headers.get(name) || null } }))),
  ],
  [
    'opens a connection for each call',
    'keeps 50 responses at a time apart, and its connections for the next calls',
    flawed((good) => (request) => good({ ...request, headers: { ...request.headers, connection: 'close' } })),
  ],
  [
    'retries a failed request',
    'does not know what became of a request whose connection is reset before the answer, and sends it once',
    flawed((good) => (request) => good(request).catch(() => good(request))),
  ],
  [
    'leaves a listener on the signal',
    'leaves no listener on a long-lived signal, however the requests end',
    flawed((good) => (request) => {
      request.signal.addEventListener('abort', () => undefined);
      return good(request);
    }),
  ],
  [
    'returns an empty response when it is aborted',
    "ends with the signal's reason in the middle of the body, and closes the connection",
    flawed((good) => (request) => good(request).catch(() => ({ status: 200, headers: new Headers(), body: '' }))),
  ],
  [
    'wraps the reason of an abort',
    'passes on a reason that is not an error',
    flawed(failing((error) => (error instanceof Error ? error : new Error('aborted', { cause: error })))),
  ],
  [
    'reports that a reset executed nothing',
    'does not know what became of a request whose connection is reset in the middle of the body, and sends it once',
    flawed(failing((error) => (error instanceof Error ? Object.assign(error, { mayHaveExecuted: false }) : error))),
  ],
  [
    'keeps the request in its errors',
    'reports that a refused connection executed nothing',
    flawed(failing((error, request) => (error instanceof Error ? Object.assign(error, { cause: request }) : error))),
  ],
];

describe('the suite for transports', () => {
  it.each(flaws)('detects one that %s', async (_, caught, create) => {
    await expect(casesFor(create).get(caught)?.()).rejects.toMatchObject({ name: 'AssertionError' });
  });

  it('accepts one that requests no compression', async () => {
    const plain = flawed(
      (good) => (request) => good({ ...request, headers: { ...request.headers, 'accept-encoding': 'identity' } }),
    );
    await casesFor(plain).get('decompresses the encodings that it requested')?.();
  });

  it('closes each transport once', async () => {
    const events: string[] = [];
    const create = (): Transport => {
      events.push('made');
      return { ...kyTransport(), close: async () => void events.push('closed') };
    };
    for (const body of [...casesFor(create).values()].slice(0, 2)) await body();
    expect(events).toEqual(['made', 'closed', 'made', 'closed']);
  });

  it('does not count a request that ended in the middle', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const socket = createConnection(Number(new URL(server.origin).port), '127.0.0.1');
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"query"');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await kyTransport().send(requestTo(server));
    expect(server.requests).toHaveLength(1);
  });

  it('does not wait for the end of a lost connection', async () => {
    const server = await serve(({ socket }) => socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'));
    await kyTransport().send(requestTo(server));
    await Promise.all(server.requests.map(connectionEnd));
    await Promise.all(server.requests.map(connectionEnd));
    expect(server.requests.map(({ socket }) => socket.destroyed)).toEqual([true]);
  });
});
