// One file: every step from the URL to the parsed lines tracks the same position in the file.
import { createGunzip } from 'node:zlib';
import { BulkIncompleteError } from '../errors/bulk-errors.ts';
import { HttpError, InvalidResponseError, NetworkError } from '../errors/errors.ts';
import { boundedWait, sleep } from '../internal/abort.ts';
import { isRecord, parseExactJson, parseJson } from '../internal/json.ts';
import type { BulkOperation, BulkShop } from './operation.ts';

/** One line, parsed. */
export type Line = Record<string, unknown>;

/** Lines that arrived together. */
export interface LineBatch {
  readonly lines: Line[];
  /** Byte of the file at which the first of them begins. */
  readonly at: number;
}

/** The file to read, and how to read it. */
interface ResultFileOptions {
  readonly url: string;
  /** Returns a new URL, because URLs expire. `null` if the file was removed: results are kept for seven days. */
  readonly renew: () => Promise<string | null>;
  /** Size of the whole file in bytes, if Shopify reports it. */
  readonly size: number | null;
  readonly operationId: string;
  readonly kind: BulkOperation['kind'];
  /** Whether a line can contain integers beyond 2^53. */
  readonly isExact: boolean;
  readonly signal: AbortSignal;
  /** Called with the bytes read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Consecutive failures, without a byte in between, before a download gives up. */
const maxFailures = 8;

/** Milliseconds without a byte after which a connection is closed. */
const stallMs = 60_000;

const retryMs = { first: 500, longest: 30_000 };

/** Maximum redirects of one request. */
const maxRedirects = 5;

/** The file of a bulk operation. It is fetched without the access token. */
export class ResultFile {
  readonly #shop: BulkShop;
  readonly #options: ResultFileOptions;
  #url: string;
  /** Strong ETag of the file, so that a range never comes from another version. */
  #tag: string | undefined;
  /** Whether the server sends ranges of the file without encoding them. */
  #canRange = true;
  #size: number | undefined;

  constructor(shop: BulkShop, options: ResultFileOptions) {
    this.#shop = shop;
    this.#options = options;
    this.#url = options.url;
    this.#size = options.size ?? undefined;
  }

  /**
   * Yields the lines from a byte on, which must be the first of a line.
   *
   * @throws BulkIncompleteError if the last line is truncated.
   * @throws NetworkError, HttpError if the file cannot be read.
   */
  async *lines(from = 0): AsyncGenerator<LineBatch> {
    const { isExact } = this.#options;
    let rest: Buffer[] = [];
    let at = from;
    for await (const chunk of this.chunks(from)) {
      const last = chunk.lastIndexOf(newline);
      if (last === -1) {
        rest.push(chunk);
        continue;
      }
      const parsed = (bytes: Buffer, from: number, to: number): LineBatch => {
        const lines = parseLines(bytes, isExact, from, to);
        if (!lines) throw this.#incomplete(`A line after byte ${at} is not a JSON object.`);
        return { lines, at };
      };
      let start = 0;
      if (rest.length > 0) {
        // The line that spans several chunks ends here. The others need no copy.
        start = chunk.indexOf(newline) + 1;
        const line = Buffer.concat([...rest, chunk.subarray(0, start)]);
        yield parsed(line, 0, line.length);
        at += line.length;
      }
      // In small batches: the objects of a whole chunk would survive collections, and V8 would keep growing its heap.
      while (start <= last) {
        const end = chunk.indexOf(newline, Math.min(start + textBytes, last)) + 1;
        yield parsed(chunk, start, end);
        at += end - start;
        start = end;
      }
      rest = last + 1 < chunk.length ? [chunk.subarray(last + 1)] : [];
    }
    // A file may end without a line break. A truncated line is not valid JSON.
    const lines = parseLines(Buffer.concat(rest), isExact);
    if (!lines) throw this.#incomplete('Its last line is truncated.');
    if (lines.length > 0) yield { lines, at };
  }

  /** The content from a byte on, unpacked if it is gzip. */
  async *chunks(from = 0): AsyncGenerator<Buffer> {
    // A packed file must be unpacked from its beginning.
    const raw = this.#raw(0);
    if (from > 0 && !(await this.#isPacked())) {
      yield* this.#raw(from);
      return;
    }
    let skip = from;
    try {
      for await (const chunk of unpacked(raw)) {
        if (skip >= chunk.length) skip -= chunk.length;
        else {
          yield skip > 0 ? chunk.subarray(skip) : chunk;
          skip = 0;
        }
      }
    } catch (error) {
      const { code } = Object(error) as { readonly code?: unknown };
      throw String(code).startsWith('Z_') ? this.#incomplete('Its gzip data is truncated or damaged.') : error;
    }
  }

  async #isPacked(): Promise<boolean> {
    const raw = this.#raw(0);
    const first = await beginningOf(raw);
    await raw.return(undefined);
    return isGzip(first);
  }

  /** The bytes as sent, over as many connections as needed. */
  async *#raw(from: number): AsyncGenerator<Buffer> {
    const { signal, onBytes } = this.#options;
    let at = from;
    let failures = 0;
    for (;;) {
      signal.throwIfAborted();
      const stop = new AbortController();
      const unfollow = followAbort(signal, stop);
      let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
      try {
        const response = await this.#open(at, stop.signal);
        if (response === 'end') return;
        let { skip } = response;
        reader = response.body.getReader();
        for (;;) {
          const { done, value } = await boundedWait(reader.read(), {
            ...{ signal, clock: this.#shop.clock, timeoutMs: stallMs },
            onTimeout: () => new NetworkError('The download stalled.', { mayHaveExecuted: false }),
          });
          if (done) break;
          if (skip >= value.byteLength) {
            skip -= value.byteLength;
            continue;
          }
          const chunk = Buffer.from(value.buffer, value.byteOffset + skip, value.byteLength - skip);
          skip = 0;
          failures = 0;
          at += chunk.length;
          onBytes?.(at);
          yield chunk;
        }
        if (this.#size === undefined || at >= this.#size) return;
        throw new NetworkError(`The download ended after ${at} of ${this.#size} bytes.`, { mayHaveExecuted: false });
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof Fatal) throw error.error;
        failures += 1;
        if (failures > maxFailures) throw this.#failed(error);
        const delayMs = Math.min(retryMs.longest, retryMs.first * 2 ** (failures - 1));
        await sleep(this.#shop.clock, delayMs * (0.5 + Math.random() / 2), signal);
      } finally {
        unfollow();
        void reader?.cancel().catch(() => undefined);
        stop.abort();
      }
    }
  }

  /** Opens a connection at a byte of the file. The body starts `skip` bytes before it. */
  async #open(
    at: number,
    signal: AbortSignal,
  ): Promise<'end' | { readonly body: ReadableStream<Uint8Array>; readonly skip: number }> {
    const isRange = at > 0 && this.#canRange;
    // If the server packed the response, ranges would count packed bytes, and a failed download could not continue.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (isRange) headers['range'] = `bytes=${at}-`;
    if (isRange && this.#tag !== undefined) headers['if-range'] = this.#tag;
    const response = await boundedWait(this.#request(this.#url, headers, signal), {
      ...{ signal, clock: this.#shop.clock, timeoutMs: stallMs },
      onTimeout: () => new NetworkError('The download did not start.', { mayHaveExecuted: false }),
    });
    const { status, body } = response;
    const isEncoded = !/^(identity)?$/.test(response.headers.get('content-encoding') ?? '');
    if (status === 206 && isEncoded) {
      void body?.cancel().catch(() => undefined);
      this.#canRange = false;
      return this.#open(at, signal);
    }
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (status === 416 && /^bytes \*\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] === String(at))
      return 'end';
    if (status !== 200 && status !== 206) {
      void body?.cancel().catch(() => undefined);
      await this.#refused(status);
      throw new NetworkError(`The download failed with status ${status}.`, { mayHaveExecuted: false });
    }
    if (!body) throw new NetworkError('The download has no body.', { mayHaveExecuted: false });
    const tag = strongTag(response);
    if (this.#tag !== undefined && tag !== undefined && tag !== this.#tag && at > 0) {
      void body.cancel().catch(() => undefined);
      throw new Fatal(
        new InvalidResponseError(
          'The file of the bulk operation was replaced while it was read. Read it from the beginning.',
          {
            ...{ shop: this.#shop.shop, isRetryable: false, mayHaveExecuted: false },
          },
        ),
      );
    }
    this.#tag ??= tag;
    if (status === 206) {
      if (range && Number(range[1]) === at) {
        if (range[2] !== '*') this.#size ??= Number(range[2]);
        return { body, skip: 0 };
      }
      void body.cancel().catch(() => undefined);
      if (!isRange)
        throw new NetworkError('The download began with another range of the file.', { mayHaveExecuted: false });
      this.#canRange = false;
      return this.#open(at, signal);
    }
    if (isEncoded) this.#canRange = false;
    const length = response.headers.get('content-length');
    if (!isEncoded && length !== null) this.#size = Number(length);
    return { body, skip: at };
  }

  async #request(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    let to = url;
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      if (!isSafeAddress(this.#shop, to)) throw new Fatal(unsafeAddress(this.#shop, to));
      const response = await (this.#shop.fetch ?? globalThis.fetch)(to, {
        headers,
        signal,
        redirect: 'manual',
        cache: 'no-store',
      });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return response;
      void response.body?.cancel().catch(() => undefined);
      to = new URL(location, to).href;
    }
    throw new NetworkError('The download was redirected too often.', { mayHaveExecuted: false });
  }

  /** Requests a new URL if the old one was refused. Throws if that does not help. */
  async #refused(status: number): Promise<void> {
    const { renew, operationId, kind } = this.#options;
    // The rows of a mutation may have been run.
    const fix =
      kind === 'queries'
        ? 'Start the operation again.'
        : 'Read the state before you run its rows again, under another key.';
    if (status === 408 || status === 429 || status >= 500) return;
    const url = await renew();
    if (url !== null && url !== this.#url) {
      this.#url = url;
      return;
    }
    if (url !== null && (status === 403 || status === 400)) {
      // The URL has not changed, so it would be refused again.
      throw new Fatal(
        new HttpError(`The file of ${operationId} was refused with ${status}. ${fix}`, {
          ...{ shop: this.#shop.shop, status },
        }),
      );
    }
    const message = `The file of ${operationId} no longer exists (${status}): results are kept for seven days. ${fix}`;
    throw new Fatal(new HttpError(message, { shop: this.#shop.shop, status }));
  }

  #incomplete(what: string): BulkIncompleteError {
    const { operationId } = this.#options;
    return new BulkIncompleteError(
      `The file of the bulk operation ${operationId} is incomplete. ${what} Read it again with ${this.#reader}.`,
      { shop: this.#shop.shop, operationId, received: 0 },
    );
  }

  #failed(cause: unknown): NetworkError {
    const { code = 'no code' } = (
      cause instanceof Error && cause.cause instanceof Error ? cause.cause : Object(cause)
    ) as {
      code?: string;
    };
    const message = `The file of the bulk operation could not be read: ${maxFailures} tries in a row failed (${code}). Continue later with ${this.#reader}.`;
    return new NetworkError(message, { shop: this.#shop.shop, mayHaveExecuted: false });
  }

  /** What reads the file again. */
  get #reader(): string {
    const { kind, operationId } = this.#options;
    return kind === 'queries'
      ? `bulk.resume(${JSON.stringify(operationId)})`
      : 'bulk.mutate, with the same key and rows';
  }
}

/**
 * Bytes to decode at a time. A string with a character beyond Latin-1 takes twice as many bytes, and V8 stores strings
 * of 128 KB or more as large objects, which take three times as long to parse.
 */
const textBytes = 16 * 1024;

/**
 * Parses lines to objects; `undefined` if a line is not an object. Skips blank lines.
 *
 * @param isExact Whether to parse integers beyond 2^53 as `bigint`.
 */
export function parseLines(bytes: Buffer, isExact: boolean, from = 0, to = bytes.length): Line[] | undefined {
  const lines: Line[] = [];
  const last = to > from && bytes[to - 1] === newline ? to - 1 : to;
  for (let start = from; start < last; ) {
    let end = bytes.indexOf(newline, Math.min(start + textBytes, last));
    if (end === -1 || end > last) end = last;
    const text = bytes.toString('utf8', start, end);
    start = end + 1;
    const found = (isExact ? undefined : parseTogether(text)) ?? parseEach(text, isExact);
    if (!found) return undefined;
    for (const line of found) lines.push(line);
  }
  return lines;
}

/**
 * Parses the lines of a text as one JSON list, which takes a third less time than parsing them one by one. `undefined`
 * if the list may not match the lines: a line is blank or not an object, or an object spans two lines.
 */
function parseTogether(text: string): Line[] | undefined {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  if (count === 1) return undefined;
  const list = parseJson(`[${text.replaceAll('\n', ',')}]`) as unknown[] | undefined;
  return list?.length === count && list.every(isRecord) ? list : undefined;
}

function parseEach(text: string, isExact: boolean): Line[] | undefined {
  const parse = isExact ? parseExactJson : JSON.parse;
  const lines: Line[] = [];
  for (const part of text.split('\n')) {
    try {
      const line = parse(part) as unknown;
      if (!isRecord(line)) return undefined;
      lines.push(line);
    } catch {
      // The line may hold customer data, so it is not put into an error.
      if (part.trim() !== '') return undefined;
    }
  }
  return lines;
}

/** Files hold customers' data: they go over https, or to a test server. */
export function isSafeAddress(shop: BulkShop, address: string): boolean {
  const { protocol, hostname, origin } = new URL(address);
  const isLoopback = hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname) || /^(.+\.)?localhost$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && (isLoopback || origin === shop.origin));
}

/** The error for a file whose URL is not https. */
export function unsafeAddress({ shop }: BulkShop, address: string): InvalidResponseError {
  const { protocol, hostname } = new URL(address);
  return new InvalidResponseError(
    `The file of the bulk operation is at ${protocol}//${hostname}, which is not https. Nothing was sent there.`,
    { shop, isRetryable: false, mayHaveExecuted: false },
  );
}

/** Carries an error that must not be retried out of the retry loop. */
class Fatal extends Error {
  readonly error: Error;
  constructor(error: Error) {
    super(error.message);
    this.error = error;
  }
}

const newline = 10;

const isGzip = (chunk: Buffer): boolean => chunk[0] === 0x1f && chunk[1] === 0x8b;

/** The first bytes of a file, at least the two that show whether it is packed; fewer if it has fewer. */
async function beginningOf(raw: AsyncGenerator<Buffer>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 2) {
    const { done, value } = await raw.next();
    if (done) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

/** Ignores weak ETags: they do not guarantee identical bytes. */
function strongTag({ headers }: Response): string | undefined {
  const tag = headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : undefined;
}

function followAbort(signal: AbortSignal, stop: AbortController): () => void {
  const abort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

/** Unpacks a gzip file; passes any other through. */
async function* unpacked(raw: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await beginningOf(raw);
  if (first.length === 0) return;
  if (!isGzip(first)) {
    yield first;
    yield* raw;
    return;
  }
  const gunzip = createGunzip();
  const feed = async (): Promise<void> => {
    let value: Buffer | undefined = first;
    for (; value; value = (await raw.next()).value as Buffer | undefined) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(value)) await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
    }
    gunzip.end();
  };
  const fed = feed().catch((error: unknown) => void gunzip.destroy(error as Error));
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } finally {
    gunzip.destroy();
    await raw.return(undefined).catch(() => undefined);
    await fed;
  }
}
