import { gzipSync } from 'node:zlib';
import { settled, type TransportCase } from '../transport-harness.ts';

const statuses = [
  200, 201, 202, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 406, 422, 423, 429, 430, 500, 501, 502, 503, 504,
  540, 783,
];

/** Characters of one to four bytes. */
const international = 'a é € 😀 ñ 漢字 ';

/** What becomes of an answer. */
export const answerCases: readonly TransportCase[] = [
  {
    name: 'gives every status back with its body, sent once, and follows no redirect',
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
    name: 'finds a header whatever its case',
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
    name: 'knows a missing header from an empty one',
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
    name: 'joins the values of a header that came several times',
    async check({ serve, send }, expect) {
      const server = await serve((_, response) => response.writeHead(200, { link: ['<a>', '<b>'] }).end('{}'));
      expect((await send(server)).headers.get('link')).toBe('<a>, <b>');
    },
  },
  {
    name: 'gives an empty body as an empty text',
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
    name: 'puts UTF-8 together that was cut between the bytes of a character',
    async check({ serve, send }, expect) {
      const server = await serve(async (_, response) => {
        for (const byte of Buffer.from(international)) {
          response.write(Uint8Array.of(byte));
          // What is written in one turn would come as one part.
          await settled();
        }
        response.end();
      });
      expect((await send(server)).body).toBe(international);
    },
  },
  {
    name: 'reads a big body to its end',
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
    name: 'undoes the compression that it has asked for',
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
