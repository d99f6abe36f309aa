import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { Transport, TransportRequest } from '../../ports/transport.ts';
import type { ConformanceRunner } from './runner.ts';
import {
  connectionEnd,
  createTransportHarness,
  type Failure,
  type Respond,
  secrets,
  settled,
  type TransportCase,
} from './transport-harness.ts';

/**
 * Tests a transport against the port, with servers that the suite starts on 127.0.0.1, on any runner with `describe`,
 * `it` and `expect(…).toBe` and `.toEqual`. Needs Node.
 *
 * @param name Name of the transport.
 * @param create Creates a transport. Called for each case, which closes it at its end.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeTransport('my transport', () => myTransport(), { describe, it, expect });
 */
export function describeTransport(
  name: string,
  create: () => Transport | Promise<Transport>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a transport`, () => {
    for (const { name: sentence, check } of [...requestCases, ...answerCases, ...abortCases, ...breakCases]) {
      runner.it(sentence, async () => {
        const transport = await create();
        const harness = createTransportHarness(transport);
        try {
          await check(harness, runner.expect);
        } finally {
          // The servers first: a transport may let what is in flight come to its end.
          await harness.close();
          await transport.close?.();
        }
      });
    }
  });
}

const atOnce = 50;

/** Requests and their connections. */
const requestCases: readonly TransportCase[] = [
  {
    name: 'sends method, path, query, headers and body as they are',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      await send(server, {
        path: '/admin/api/2026-10/products.json?limit=250&page_info=a%2Fb%3D%3D&title=%C3%A9%20b',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'token', 'user-agent': 'tests/1' },
        body: '{"title":"é€😀"}',
      });
      const [seen] = server.requests;
      expect([seen?.method, seen?.path, seen?.body]).toEqual([
        'POST',
        '/admin/api/2026-10/products.json?limit=250&page_info=a%2Fb%3D%3D&title=%C3%A9%20b',
        '{"title":"é€😀"}',
      ]);
      const names = ['content-type', 'x-shopify-access-token', 'user-agent', 'content-length'];
      expect(names.map((name) => seen?.headers[name])).toEqual(['application/json', 'token', 'tests/1', '21']);
    },
  },
  {
    name: 'sends each method, with a body or without one',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      const methods: readonly TransportRequest['method'][] = ['GET', 'DELETE', 'PUT', 'POST'];
      for (const method of methods) await send(server, { method });
      expect(server.requests.map(({ method, body }) => [method, body.length > 0])).toEqual([
        ['GET', false],
        ['DELETE', false],
        ['PUT', true],
        ['POST', true],
      ]);
    },
  },
  {
    name: `keeps ${atOnce} responses at a time apart, and its connections for the next calls`,
    async check({ serve, send }, expect) {
      const server = await serve(({ path }, response) => response.end(path));
      const rounds: (readonly string[])[] = [];
      for (let round = 0; round < 3; round += 1) {
        const paths = Array.from({ length: atOnce }, (_, index) => `/${round}/${index}`);
        const answers = await Promise.all(paths.map((path) => send(server, { path })));
        rounds.push(answers.map(({ body }) => body).filter((body, index) => body !== paths[index]));
        await settled();
      }
      expect(rounds).toEqual([[], [], []]);
      expect(server.connections() <= atOnce).toBe(true);
    },
  },
];

const statuses = [
  200, 201, 202, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 406, 422, 423, 429, 430, 500, 501, 502, 503, 504,
  540, 783,
];

/** Characters of one to four bytes. */
const international = 'a é € 😀 ñ 漢字 ';

/** Responses. */
const answerCases: readonly TransportCase[] = [
  {
    name: 'returns every status with its body, sends once, and follows no redirect',
    async check({ serve, send }, expect) {
      const server = await serve((request, response) => {
        const status = Number(request.path.slice(1));
        response.writeHead(status, { location: '/200' }).end(`body of ${status}`);
      });
      const answers: unknown[] = [];
      for (const status of statuses) {
        const answer = await send(server, { path: `/${status}` });
        answers.push([answer.status, answer.body]);
      }
      expect(answers).toEqual(statuses.map((status) => [status, `body of ${status}`]));
      expect(server.requests.map(({ path }) => path)).toEqual(statuses.map((status) => `/${status}`));
    },
  },
  {
    name: 'finds a header in any case',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.writeHead(200, { 'X-Request-Id': 'abc-1' }).end('{}'));
      const { headers } = await send(server);
      expect(['x-request-id', 'X-Request-Id', 'X-REQUEST-ID'].map((name) => headers.get(name))).toEqual([
        'abc-1',
        'abc-1',
        'abc-1',
      ]);
    },
  },
  {
    name: 'distinguishes a missing header from an empty one',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.writeHead(200, { 'x-empty': '' }).end('{}'));
      const { headers } = await send(server);
      expect(['x-empty', 'x-missing', 'constructor', '__proto__'].map((name) => headers.get(name))).toEqual([
        '',
        null,
        null,
        null,
      ]);
    },
  },
  {
    name: 'joins the values of a repeated header',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.writeHead(200, { link: ['<a>', '<b>'] }).end('{}'));
      expect((await send(server)).headers.get('link')).toBe('<a>, <b>');
    },
  },
  {
    name: 'returns an empty body as an empty string',
    async check({ serve, send }, expect) {
      const server = await serve(({ path }, response) => response.writeHead(Number(path.slice(1))).end());
      const answers = [await send(server, { path: '/200' }), await send(server, { path: '/204' })];
      expect(answers.map(({ status, body }) => [status, body])).toEqual([
        [200, ''],
        [204, ''],
      ]);
    },
  },
  {
    name: 'decodes UTF-8 that was cut inside a character',
    async check({ serve, send }, expect) {
      const server = await serve(async (_, response) => {
        for (const byte of Buffer.from(international)) {
          response.write(Uint8Array.of(byte));
          // Parts written in the same turn would arrive together.
          await settled();
        }
        response.end();
      });
      expect((await send(server)).body).toBe(international);
    },
  },
  {
    name: 'reads a large body to its end',
    async check({ serve, send }, expect) {
      const big = international.repeat(200_000);
      const server = await serve((_, response) => response.end(big));
      const { body } = await send(server);
      expect(body.length).toBe(big.length);
      expect(body === big).toBe(true);
    },
  },
  {
    name: 'reads a body that ends with its connection',
    async check({ serve, send }, expect) {
      const server = await serve(({ socket }) =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nthe whole body'),
      );
      expect((await send(server)).body).toBe('the whole body');
    },
  },
  {
    name: 'decompresses the encodings that it requested',
    async check({ serve, send }, expect) {
      const plain = international.repeat(50);
      const server = await serve(({ headers }, response) => {
        const asked = /\bgzip\b/.test(String(headers['accept-encoding']));
        if (asked) response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(plain));
        else response.end(plain);
      });
      expect((await send(server)).body).toBe(plain);
    },
  },
];

const unknown = { mayHaveExecuted: true, tells: false };

const outcome = ({ mayHaveExecuted, tells }: Failure): object => ({ mayHaveExecuted, tells });

/** Connections that break when the server has the request: whether it was executed is unknown. */
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

/** What is known about a request after its connection failed. */
const breakCases: readonly TransportCase[] = [
  {
    name: 'reports that a refused connection executed nothing',
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
    name: 'uses a new connection after one that broke',
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
    name: 'does not reveal a header that cannot be sent',
    async check({ serve, fail }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      const failure = await fail(server, { headers: { 'x-shopify-access-token': `${secrets.token}\r\nx: y` } });
      expect([failure.error instanceof Error, failure.tells]).toEqual([true, false]);
      expect(server.requests.length).toBe(0);
    },
  },
];

/** More bytes than the machine buffers for a connection: when all are written, many were read. */
const moreThanBuffers = 24 * 1024 * 1024;

/** How a signal ends a request. */
const abortCases: readonly TransportCase[] = [
  {
    name: 'sends nothing if the signal is already aborted',
    async check({ serve, fail }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      const reason = new Error('too late');
      expect((await fail(server, { signal: AbortSignal.abort(reason) })).error).toBe(reason);
      await settled();
      expect(server.connections()).toBe(0);
    },
  },
  {
    name: "ends with the signal's reason while it waits for the response, and closes the connection",
    async check({ serve, fail }, expect) {
      const server = await serve(() => undefined);
      const controller = new AbortController();
      const failing = fail(server, { signal: controller.signal });
      await server.received(1);
      const reason = new Error('enough');
      controller.abort(reason);
      expect((await failing).error).toBe(reason);
      await Promise.all(server.requests.map(connectionEnd));
    },
  },
  {
    name: "ends with the signal's reason in the middle of the body, and closes the connection",
    async check({ serve, fail }, expect) {
      let wrote: () => void = () => undefined;
      const written = new Promise<void>((resolve) => {
        wrote = resolve;
      });
      const server = await serve((_, response) => {
        response.writeHead(200).write(Buffer.alloc(moreThanBuffers, 'x'), () => wrote());
      });
      const controller = new AbortController();
      const failing = fail(server, { signal: controller.signal });
      await written;
      const reason = new Error('enough');
      controller.abort(reason);
      expect((await failing).error).toBe(reason);
      await Promise.all(server.requests.map(connectionEnd));
    },
  },
  {
    name: 'passes on a reason that is not an error',
    async check({ serve, fail }, expect) {
      const server = await serve(() => undefined);
      const controller = new AbortController();
      const failing = fail(server, { signal: controller.signal });
      await server.received(1);
      controller.abort('enough');
      expect((await failing).error).toBe('enough');
    },
  },
  {
    name: 'leaves no listener on a long-lived signal, however the requests end',
    async check({ serve, send, fail }, expect) {
      const server = await serve(({ path, socket }, response) => {
        if (path === '/reset') socket.resetAndDestroy();
        else response.end('{}');
      });
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 10 }, () => send(server, { signal })));
      await Promise.all(Array.from({ length: 10 }, () => fail(server, { signal, url: `${server.origin}/reset` })));
      await server.close();
      await fail(server, { signal });
      await settled();
      expect(getEventListeners(signal, 'abort').length).toBe(0);
    },
  },
  {
    name: 'ignores an abort after its end',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      const controller = new AbortController();
      const { body } = await send(server, { signal: controller.signal });
      controller.abort(new Error('late'));
      await settled();
      expect(body).toBe('{}');
      expect((await send(server)).body).toBe('{}');
    },
  },
];
