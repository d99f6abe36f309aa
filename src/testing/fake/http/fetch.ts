import { gunzipSync } from 'node:zlib';
import type { FakeCore, FakeResponse, PiecewiseResponse, WholeResponse } from './api.ts';

/**
 * A `fetch` that answers from the core, without network and without timers of its own. It rejects as the
 * platform's does: with a `TypeError` whose cause has a code for a lost connection, with the signal's
 * reason for an abort. As with a real server, an abort ends the caller's wait, not the work. It follows no redirect.
 */
export function fakeFetch(core: FakeCore): typeof globalThis.fetch {
  const send: typeof globalThis.fetch = async (input, init) => {
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
    const received = await receive(answering, signal);
    if (received.type === 'drop') throw droppedConnection();
    const whole = unpacked(received);
    const body = whole.type === 'pieces' ? bodyStream(whole.pieces, signal) : whole.body;
    const { status, headers } = whole;
    return new Response(bodiless.has(status) ? null : body, { status, headers });
  };
  // Here clients keep buckets and breakers, which other fakes have nothing to do with.
  return Object.assign(send, { [Symbol.for('shopwright.fake')]: {} });
}

/** Statuses whose answers have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

const resetCode = 'ECONNRESET';

function droppedConnection(): TypeError {
  const cause = Object.assign(new Error(`read ${resetCode}`), { code: resetCode, syscall: 'read' });
  return new TypeError('fetch failed', { cause });
}

/** Whether a rejection of `fakeFetch` means a lost connection. */
export function isDroppedConnection(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === resetCode;
}

type Received = Exclude<FakeResponse, { readonly type: 'hang' }>;

/** The response, or the rejection of the signal; where the response hangs, only the signal ends the wait. */
function receive(answering: Promise<FakeResponse>, signal: AbortSignal): Promise<Received> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    // The work begins at once, and a hook of the test may end the wait before it begins.
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    answering.then((answer) => {
      if (answer.type === 'hang') return;
      signal.removeEventListener('abort', abort);
      resolve(answer);
    }, reject);
  });
}

type Pieces = PiecewiseResponse['pieces'];

/** The response without its gzip, which the platform's `fetch` takes off by itself. */
function unpacked(answer: WholeResponse | PiecewiseResponse): WholeResponse | PiecewiseResponse {
  const { 'content-encoding': encoding, ...headers } = answer.headers;
  if (encoding !== 'gzip') return answer;
  const pieces = answer.type === 'pieces' ? answer.pieces : onePiece(answer.body);
  return { type: 'pieces', status: answer.status, headers, pieces: inflated(pieces) };
}

async function* onePiece(body: WholeResponse['body']) {
  yield Buffer.from(body);
}

/** What was packed as a whole comes as a whole, and breaks off where it is torn. */
async function* inflated(pieces: Pieces) {
  const packed: Uint8Array[] = [];
  for await (const piece of pieces) packed.push(piece);
  const bytes = Buffer.concat(packed);
  if (bytes.length > 0) yield gunzipSync(bytes);
}

/** The body of a response in pieces. It fails as the platform's does: `terminated` where the pieces break off. */
function bodyStream(pieces: Pieces, signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    start(controller) {
      signal.addEventListener('abort', () => controller.error(signal.reason), { once: true });
    },
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (signal.aborted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      } catch {
        const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
        controller.error(new TypeError('terminated', { cause }));
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
