// @ts-nocheck
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of what a server answers. */
export type Passage = 'open' | 'cut at the next answer' | 'answers held back' | 'closed';

/** A way to a Redis that can be broken. */
export interface FaultyProxy {
  readonly port: number;
  /** From now on; `cut at the next answer` breaks the connection once, after the command reached the server. */
  set(passage: Passage): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of the server at that address. */
export async function startFaultyProxy(target: URL): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let passage: Passage = 'open';
  const server = createServer((near) => {
    if (passage === 'closed') {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port || 6379), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (answer: Buffer) => {
      if (passage === 'answers held back') return;
      if (passage === 'cut at the next answer') {
        passage = 'open';
        near.destroy();
        return;
      }
      near.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    set(next) {
      passage = next;
      if (next === 'closed') drop();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}
