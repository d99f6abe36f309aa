// @ts-nocheck
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens when a client sends something that holds the text. */
interface Trap {
  readonly text: string;
  readonly kind: 'cut before' | 'cut after' | 'stall';
  readonly sprung: () => void;
}

/** A TCP proxy before a server, which breaks what goes through it. */
export interface FaultProxy {
  /** The address, to be used in place of the server's. */
  readonly url: string;
  /** Cuts all connections now. */
  cut(): void;
  /** The next message with that text never reaches the server: its connection is cut. */
  cutBefore(text: string): Promise<void>;
  /** The next message with that text reaches the server, which answers; the response is lost with the connection. */
  cutAfter(text: string): Promise<void>;
  /** The next message with that text is held back for ever, with all that follows on its connection. */
  stallAt(text: string): Promise<void>;
  /** Nobody listens any more; connections that there are stay. */
  refuse(): Promise<void>;
  /** Listens again, on the port from before. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the proxy on a free port of this machine. */
export async function createFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let trap: Trap | undefined;

  const server = createServer((client) => {
    const upstream = connect(Number(port || 5432), hostname);
    let isDeaf = false;
    let isMute = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (data) => {
      const found = trap && data.includes(trap.text) ? trap : undefined;
      if (found) trap = undefined;
      isDeaf ||= found?.kind === 'stall';
      isMute ||= found?.kind === 'cut after';
      if (found?.kind === 'cut before') end();
      else if (!isDeaf) upstream.write(data);
      if (found && found.kind !== 'cut after') found.sprung();
      if (found?.kind === 'cut after') upstream.once('data', found.sprung);
    });
    upstream.on('data', (data) => {
      if (isMute) end();
      else client.write(data);
    });
  });

  const listen = async (onPort: number): Promise<void> => {
    server.listen(onPort, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const set = (kind: Trap['kind'], text: string): Promise<void> =>
    new Promise((sprung) => {
      trap = { kind, text, sprung };
    });
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    if (sockets.size === 0) await closed;
  };

  return {
    url: url.href,
    cut,
    cutBefore: (text) => set('cut before', text),
    cutAfter: (text) => set('cut after', text),
    stallAt: (text) => set('stall', text),
    refuse,
    accept: () => listen(Number(url.port)),
    async close() {
      cut();
      await refuse();
    },
  };
}
