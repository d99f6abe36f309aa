import type { BodyRead, WebhookDelivery } from './handler-types.ts';

function joined(chunks: readonly Uint8Array[], byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Reads the body of a `Request`, and gives up once it is larger than `maxBytes` or the request is aborted. */
export async function readRequestBody(request: Request, maxBytes: number): Promise<BodyRead> {
  if (request.signal.aborted) return { ok: false, reason: 'body-unreadable' };
  if (request.bodyUsed || request.body?.locked) return { ok: true, rawBody: undefined };
  const reader = request.body?.getReader();
  if (!reader) return { ok: true, rawBody: new Uint8Array() };
  // Nobody waits for what becomes of the rest of the body.
  const giveUp = (): void => void reader.cancel().catch(() => undefined);
  request.signal.addEventListener('abort', giveUp, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let byteLength = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      byteLength += read.value.byteLength;
      if (byteLength > maxBytes) {
        giveUp();
        return { ok: false, reason: 'body-too-large' };
      }
      chunks.push(read.value);
    }
    if (request.signal.aborted) return { ok: false, reason: 'body-unreadable' };
    return { ok: true, rawBody: joined(chunks, byteLength) };
  } catch {
    return { ok: false, reason: 'body-unreadable' };
  } finally {
    request.signal.removeEventListener('abort', giveUp);
  }
}

/** A `Request` as a delivery. */
export function fromRequest(request: Request): WebhookDelivery {
  return {
    method: request.method,
    headers: request.headers,
    readBody: (maxBytes) => readRequestBody(request, maxBytes),
  };
}
