import { gzipSync } from 'node:zlib';
import { type Failure, secrets, settled, type TransportCase } from '../transport-harness.ts';
import type { Respond } from './server.ts';

const unknown = { mayHaveExecuted: true, tells: false };

const outcome = ({ mayHaveExecuted, tells }: Failure): object => ({ mayHaveExecuted, tells });

/** Connections that break when the server has the request: nobody can say what it has done. */
const brokenAnswers: readonly (readonly [sentence: string, respond: Respond])[] = [
  ['is reset before the answer', ({ socket }) => socket.resetAndDestroy()],
  ['is closed before the answer', ({ socket }) => socket.end()],
  ['is closed in the middle of the headers', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
  [
    'is reset in the middle of the body',
    ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data"', () => socket.resetAndDestroy());
    },
  ],
  [
    'is closed before as much has come as the answer has promised',
    ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data"'),
  ],
  [
    'is closed before the last chunk',
    ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'),
  ],
  ['answers what is no HTTP', ({ socket }) => socket.end('220 mail.example.com ESMTP\r\n')],
  [
    'brings a compressed body that is damaged',
    (_, response) => {
      const damaged = gzipSync('a body').fill(0xff, 10);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(damaged);
    },
  ],
];

/** What is known about a request after its connection has failed. */
export const breakCases: readonly TransportCase[] = [
  {
    name: 'knows that a refused connection has executed nothing',
    async check({ serve, fail }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      await server.close();
      expect(outcome(await fail(server))).toEqual({ mayHaveExecuted: false, tells: false });
    },
  },
  ...brokenAnswers.map(
    ([sentence, respond]): TransportCase => ({
      name: `does not know what became of a request whose connection ${sentence}, and sends it once`,
      async check({ serve, fail }, expect) {
        const server = await serve(respond);
        expect(outcome(await fail(server))).toEqual(unknown);
        await settled();
        expect(server.requests.length).toBe(1);
      },
    }),
  ),
  {
    name: 'does not know what became of a request whose kept connection breaks under it, and sends it once',
    async check({ serve, send, fail }, expect) {
      const server = await serve(({ path, socket }, response) => {
        if (path === '/first') response.end('{}');
        else socket.resetAndDestroy();
      });
      await send(server, { path: '/first' });
      await settled();
      expect(outcome(await fail(server))).toEqual(unknown);
      await settled();
      expect(server.requests.length).toBe(2);
    },
  },
  {
    name: 'goes on with a new connection after one that broke',
    async check({ serve, send, fail }, expect) {
      const server = await serve(({ path, socket }, response) => {
        if (path === '/reset') socket.resetAndDestroy();
        else response.end('{}');
      });
      await fail(server, { url: `${server.origin}/reset` });
      expect((await send(server)).body).toBe('{}');
    },
  },
  {
    name: 'tells nothing of a header that cannot be sent',
    async check({ serve, fail }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      const failure = await fail(server, { headers: { 'x-shopify-access-token': `${secrets.token}\r\nx: y` } });
      expect([failure.error instanceof Error, failure.tells]).toEqual([true, false]);
      expect(server.requests.length).toBe(0);
    },
  },
];
