import type { FakeAnswer, FakeCore } from './api.ts';
import { bodyStream, unpacked } from './body-stream.ts';

/**
 * A `fetch` that answers from the core, without network and without timers of its own. It rejects as the
 * platform's does: with a `TypeError` whose cause has a code for a lost connection, with the signal's
 * reason for an abort. As with a real server, an abort ends the caller's wait, not the work. It follows no redirect.
 */
export function fakeFetch(core: FakeCore): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const bytes = new Uint8Array(await request.arrayBuffer());
    signal.throwIfAborted();
    const url = new URL(request.url);
    const answering = core({
      method: request.method,
      host: url.host,
      origin: url.origin,
      path: url.pathname,
      query: url.searchParams,
      header: (name) => request.headers.get(name),
      body: new TextDecoder().decode(bytes),
      bytes,
    });
    const received = await arrived(answering, signal);
    if (received.type === 'drop') throw droppedConnection();
    const answer = unpacked(received);
    const body = answer.type === 'pieces' ? bodyStream(answer.pieces, signal) : answer.body;
    const { status, headers } = answer;
    return new Response(bodiless.has(status) ? null : body, { status, headers });
  };
}

/** Statuses whose answers have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

const resetCode = 'ECONNRESET';

function droppedConnection(): TypeError {
  const cause = Object.assign(new Error(`read ${resetCode}`), { code: resetCode, syscall: 'read' });
  return new TypeError('fetch failed', { cause });
}

/** Whether a rejection of `fakeFetch` stands for a lost connection. */
export function isDroppedConnection(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === resetCode;
}

type Arrived = Exclude<FakeAnswer, { readonly type: 'hang' }>;

/** The answer, or the rejection of the signal; where the answer hangs, only the signal ends the wait. */
function arrived(answering: Promise<FakeAnswer>, signal: AbortSignal): Promise<Arrived> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    answering.then((answer) => {
      if (answer.type === 'hang') return;
      signal.removeEventListener('abort', abort);
      resolve(answer);
    }, reject);
  });
}
