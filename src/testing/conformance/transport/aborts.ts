import { getEventListeners } from 'node:events';
import { connectionEnd, settled, type TransportCase } from '../transport-harness.ts';

/** More bytes than the machine keeps between two ends of a connection: when they are written, many were read. */
const moreThanBuffers = 24 * 1024 * 1024;

/** How a signal ends a request. */
export const abortCases: readonly TransportCase[] = [
  {
    name: 'sends nothing where the signal is aborted already',
    async check({ serve, fail }, expect) {
      const server = await serve((_, response) => response.end('{}'));
      const reason = new Error('too late');
      expect((await fail(server, { signal: AbortSignal.abort(reason) })).error).toBe(reason);
      await settled();
      expect(server.connections()).toBe(0);
    },
  },
  {
    name: 'ends with the reason of its signal while it waits for the answer, and gives the connection up',
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
    name: 'ends with the reason of its signal in the middle of the body, and gives the connection up',
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
    name: 'gives a reason back that is no error',
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
    name: 'leaves no listener on a signal that lives on, however the requests end',
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
    name: 'is not troubled by an abort after its end',
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
