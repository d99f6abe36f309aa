import type { BodyRead, WebhookDelivery } from './events.ts';

/**
 * Discards the rest: a sender that is cut off while sending never sees the response, and a server closes a connection
 * with unread bytes, including the next request on it. A body without end is still cut off.
 */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>, mostBytes: number): Promise<void> {
  let byteLength = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    byteLength += read.value.byteLength;
    if (byteLength > mostBytes) return reader.cancel();
  }
}

/** Reads the body of a `Request`, and gives up once it is larger than `maxBytes`, late, or the request is aborted. */
export async function readRequestBody(request: Request, maxBytes: number, late: AbortSignal): Promise<BodyRead> {
  if (request.signal.aborted) return { ok: false, reason: 'body-unreadable' };
  if (request.bodyUsed || request.body?.locked) return { ok: true, rawBody: undefined };
  const reader = request.body?.getReader();
  if (!reader) return { ok: true, rawBody: new Uint8Array() };
  // The rest of the body is not needed.
  const giveUp = (): void => void reader.cancel().catch(() => undefined);
  request.signal.addEventListener('abort', giveUp, { once: true });
  // This listener stays, because the discarded rest must not continue forever.
  late.addEventListener('abort', giveUp, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let byteLength = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      byteLength += read.value.byteLength;
      if (byteLength > maxBytes) {
        void discard(reader, 10 * maxBytes).catch(() => undefined);
        return { ok: false, reason: 'body-too-large' };
      }
      chunks.push(read.value);
    }
    if (request.signal.aborted) return { ok: false, reason: 'body-unreadable' };
    if (late.aborted) return { ok: false, reason: 'body-timeout' };
    return { ok: true, rawBody: concatBytes(chunks, byteLength) };
  } catch {
    return { ok: false, reason: late.aborted ? 'body-timeout' : 'body-unreadable' };
  } finally {
    request.signal.removeEventListener('abort', giveUp);
  }
}

/** What a framework knows about a `Request`. */
interface RequestSetting {
  /** The topic of the URL, if it is for one. */
  readonly topic?: string | undefined;
  /** What to do in this framework if something has already read the body. */
  readonly fix?: string;
}

/** A `Request` as a delivery. */
export function fromRequest(request: Request, { topic, fix }: RequestSetting = {}): WebhookDelivery {
  return {
    method: request.method,
    headers: request.headers,
    ...(topic !== undefined && { topic }),
    readBody: async (maxBytes, late) => ({
      ...(fix !== undefined && { fix }),
      ...(await readRequestBody(request, maxBytes, late)),
    }),
  };
}

/** Chunks of a body as one piece. */
export function concatBytes(chunks: readonly Uint8Array[], byteLength: number): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
  const bytes = new Uint8Array(byteLength);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
