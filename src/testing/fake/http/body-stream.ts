import { gunzipSync } from 'node:zlib';
import type { PiecewiseAnswer, WholeAnswer } from './api.ts';

type Pieces = PiecewiseAnswer['pieces'];

/** The answer without its gzip, which the platform's `fetch` takes off by itself. */
export function unpacked(answer: WholeAnswer | PiecewiseAnswer): WholeAnswer | PiecewiseAnswer {
  const { 'content-encoding': encoding, ...headers } = answer.headers;
  if (encoding !== 'gzip') return answer;
  const pieces = answer.type === 'pieces' ? answer.pieces : onePiece(answer.body);
  return { type: 'pieces', status: answer.status, headers, pieces: inflated(pieces) };
}

async function* onePiece(body: WholeAnswer['body']) {
  yield Buffer.from(body);
}

/** What was packed as a whole comes as a whole, and breaks off where it is torn. */
async function* inflated(pieces: Pieces) {
  const packed: Uint8Array[] = [];
  for await (const piece of pieces) packed.push(piece);
  const bytes = Buffer.concat(packed);
  if (bytes.length > 0) yield gunzipSync(bytes);
}

/** The body of an answer in pieces. It fails as the platform's does: `terminated` where the pieces break off. */
export function bodyStream(pieces: Pieces, signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
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
