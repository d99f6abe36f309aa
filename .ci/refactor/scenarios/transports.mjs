import { createServer } from 'node:net';

export const group = 'transports';

/** What a raw server does with a connection once it has a whole request. */
const json = '{"data":{"shop":{"name":"Acme"}}}';
const answer = (lines, body = '') => `HTTP/1.1 ${lines.join('\r\n')}\r\n\r\n${body}`;
const good = answer(
  [
    '200 OK',
    'content-type: application/json',
    `content-length: ${json.length}`,
    'x-request-id: r-1',
    'connection: close',
  ],
  json,
);
const behaviours = {
  good: (socket) => socket.end(good),
  'reset before anything': 'connect',
  'reset after the request': (socket) => socket.resetAndDestroy(),
  'closed after the request': (socket) => socket.end(),
  'half the headers': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty'),
  'half the body': (socket) => socket.end(good.slice(0, -10)),
  'a body that is reset': (socket) => {
    socket.write(good.slice(0, -10));
    setTimeout(() => socket.resetAndDestroy(), 20);
  },
  'no HTTP': (socket) => socket.end('SSH-2.0-OpenSSH_9.0\r\n'),
  chunked: (socket) =>
    socket.end(
      answer(
        ['200 OK', 'transfer-encoding: chunked', 'connection: close'],
        `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`,
      ),
    ),
  'chunked, cut off': (socket) =>
    socket.end(
      answer(
        ['200 OK', 'transfer-encoding: chunked', 'connection: close'],
        `${json.length.toString(16)}\r\n${json.slice(0, 5)}`,
      ),
    ),
  'a redirect': (socket) =>
    socket.end(
      answer(['307 Temporary Redirect', 'location: http://127.0.0.1:1/', 'content-length: 0', 'connection: close']),
    ),
  429: (socket) =>
    socket.end(answer(['429 Too Many Requests', 'retry-after: 0.05', 'content-length: 2', 'connection: close'], '{}')),
  '503 HTML': (socket) =>
    socket.end(
      answer(['503 Unavailable', 'content-type: text/html', 'content-length: 6', 'connection: close'], '<html>'),
    ),
  'an odd coding': (socket) =>
    socket.end(
      answer(['200 OK', 'content-encoding: gzip', `content-length: ${json.length}`, 'connection: close'], json),
    ),
  'no answer': () => undefined,
  'no body': (socket) => socket.write(answer(['200 OK', 'content-length: 100'])),
};

/** A server of raw sockets that does one thing after the other; the last one repeats. */
async function serve(steps) {
  const requests = [];
  const sockets = new Set();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let text = '';
    const step = steps[Math.min(count, steps.length - 1)];
    if (step === 'connect') {
      count += 1;
      requests.push('reset');
      socket.resetAndDestroy();
      return;
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (Buffer.byteLength(text.slice(end + 4)) < length) return;
      const [first, ...headers] = text.slice(0, end).split('\r\n');
      const kept = headers
        .map((line) => line.toLowerCase())
        .filter((line) => !/^(host|connection|user-agent|accept-encoding|sec-fetch-mode|accept-language):/.test(line));
      requests.push({ first, headers: kept.sort(), body: text.slice(end + 4) });
      count += 1;
      text = '';
      step(socket);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Events without the times of a real clock. */
const timeless = (events) => events.map(({ durationMs, waitedMs, delayMs, ...rest }) => rest);

export function define({ add, api }) {
  const transports = { ky: () => undefined, undici: () => api.get('undiciTransport')() };
  const calls = {
    query: (shop) => shop.graphql('query Q { shop { name } }'),
    mutation: (shop) => shop.graphql('mutation M { orderCancel(orderId: "1") { job { id } } }'),
    put: (shop) => shop.rest.put('products/1.json', { product: { title: 'ö' } }),
  };
  for (const [name, make] of Object.entries(transports)) {
    for (const [how, step] of Object.entries(behaviours)) {
      for (const [kind, call] of Object.entries(calls)) {
        if (kind === 'put' && !['good', 'reset after the request', '429'].includes(how)) continue;
        add(`${name}: ${kind}, ${how}, then good`, async (kit) => {
          const server = await serve([step, behaviours.good]);
          const transport = make();
          const events = [];
          const shop = api.get('createShopifyClient')({
            shop: 'acme',
            accessToken: kit.token,
            origin: server.origin,
            isolated: true,
            timeoutMs: how.startsWith('no ') && how !== 'no HTTP' ? 500 : 20_000,
            retry: { baseDelayMs: 1, maxRetries: 2 },
            telemetry: (event) => events.push(event),
            ...(transport && { transport }),
          });
          const { value, thrown } = await kit.outcome(call(shop));
          await transport?.close?.();
          await server.close();
          // A moment of the real clock.
          if (thrown?.sentAt) delete thrown.sentAt;
          return {
            value: value && { ...value, waitedMs: undefined },
            thrown,
            requests: server.requests,
            events: timeless(events),
          };
        });
      }
    }
    add(`${name}: nobody listens`, async (kit) => {
      const server = await serve([behaviours.good]);
      await server.close();
      const transport = make();
      const results = [];
      for (const call of Object.values(calls)) {
        const shop = api.get('createShopifyClient')({
          shop: 'acme',
          accessToken: kit.token,
          origin: server.origin,
          isolated: true,
          retry: { baseDelayMs: 1, maxRetries: 2 },
          ...(transport && { transport }),
        });
        results.push(await kit.outcome(call(shop)));
      }
      await transport?.close?.();
      return results;
    });
    add(`${name}: aborted after the send`, async (kit) => {
      const server = await serve([behaviours['no answer']]);
      const transport = make();
      const controller = new AbortController();
      const shop = api.get('createShopifyClient')({
        shop: 'acme',
        accessToken: kit.token,
        origin: server.origin,
        isolated: true,
        ...(transport && { transport }),
      });
      const call = kit.outcome(shop.graphql('query Q { shop { name } }', {}, { signal: controller.signal }));
      while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort(new Error('scenario: left'));
      const result = await call;
      await transport?.close?.();
      await server.close();
      return { result, requests: server.requests };
    });
  }
  for (const options of [
    { connections: 0 },
    { keepAliveTimeoutMs: -1 },
    { dispatcher: {} },
    { dispatcher: { dispatch: () => true }, connections: 1 },
    { odd: 1 },
  ]) {
    add(`undici with ${JSON.stringify(options)}`, async (kit) =>
      kit.tried(() => api.get('undiciTransport')(options).name),
    );
  }
  add('the transports by themselves', async () => ({
    ky: api.get('kyTransport')({}).name,
    undici: api.get('undiciTransport')().name,
  }));
}
