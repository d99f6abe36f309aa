import type { TransportRequest } from '../../../ports/transport.ts';
import { settled, type TransportCase } from '../transport-harness.ts';

const atOnce = 50;

/** What is sent, and over which connection. */
export const requestCases: readonly TransportCase[] = [
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
    name: `keeps ${atOnce} answers at a time apart, and its connections for the next calls`,
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
