// @ts-nocheck
import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';

/** A server of a test, on a port of its own on this machine. */
export interface TestServer {
  readonly port: number;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts a Redis that keeps nothing when it ends. */
export async function startRedis(port: number, settings: readonly string[] = []): Promise<TestServer> {
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', ''];
  const child = spawn('redis-server', [...own, ...settings]);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ready to accept connections')) resolve();
    });
    void ended.then(() => reject(new Error(`redis-server has ended: ${output}`)));
  });
  return {
    port,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A server that takes every connection and never answers. */
export async function startSilentServer(): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  return {
    port,
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
