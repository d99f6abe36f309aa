import { constants } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { ConfigError, type Issue, NetworkError } from '../errors/errors.ts';
import { unknownNames } from '../internal/names.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import { exchangeOnSignal, responseTooLarge } from './ky.ts';

/**
 * The fast transport: undici's `request` over kept connections, at about a third of the CPU time that `fetch`
 * takes. Needs the package undici (6.20 or later). Make one for a process: it holds the connections. `close`
 * lets the calls in flight come to their end.
 *
 * It asks for gzip and undoes it, unless a call brings an `accept-encoding` of its own.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) when an option is invalid, and on Bun, which puts a stub in place of undici.
 *
 * @example
 * const transport = undiciTransport({ connections: 20 });
 * const shop = createShopifyClient({ shop: 'acme.myshopify.com', accessToken, transport });
 * // at the end of the process
 * await transport.close();
 */
export function undiciTransport(options: UndiciTransportOptions = {}): Required<Transport> {
  refuse(unknownNames(options, optionNames, 'undiciTransport.'));
  const dispatcher: Dispatcher =
    options.dispatcher === undefined ? new Agent(agentOptions(options)) : options.dispatcher;
  assertWorks(dispatcher, options.dispatcher === undefined);
  let closing: Promise<void> | undefined;
  const placeOf = createPlaces();

  const send = async (request: TransportRequest): Promise<TransportResponse> => {
    const { method, url, headers, body, signal, maxResponseBytes = Number.POSITIVE_INFINITY } = request;
    const response = await dispatcher.request({
      method,
      ...placeOf(url),
      headers: { 'accept-encoding': 'gzip', ...headers },
      body: body ?? null,
      signal,
    });
    const received = lookup(response.headers);
    const coding = received.get('content-encoding');
    const length = Number(received.get('content-length') ?? Number.NaN);
    const isShort = length <= maxResponseBytes;
    if (length > maxResponseBytes) {
      response.body.on('error', () => undefined).destroy();
      throw responseTooLarge(maxResponseBytes);
    }
    const text =
      isShort && coding === null
        ? await response.body.text()
        : decodedText(
            isShort ? await response.body.bytes() : await readBytes(response.body, maxResponseBytes),
            coding ?? 'identity',
            maxResponseBytes,
          );
    return { status: response.statusCode, headers: received, body: text };
  };

  return {
    name: 'undici',
    async send(request) {
      if (closing)
        throw new NetworkError('The transport is closed. Close it after the last call.', { mayHaveExecuted: false });
      return exchangeOnSignal(request.signal, () => send(request));
    },
    close() {
      closing ??= options.dispatcher === undefined ? dispatcher.close() : Promise.resolve();
      return closing;
    },
  };
}

/** @throws ConfigError for what only looks like a dispatcher. */
function assertWorks(dispatcher: Dispatcher, isOwn: boolean): void {
  if (typeof dispatcher?.request === 'function') return;
  const message = isOwn
    ? 'does not work here: this runtime puts a stub without `request` in place of the package undici, as Bun does. ' +
      'Leave the option transport out: the default transport uses the fetch of the runtime.'
    : 'has no method `request`. Give an Agent, a ProxyAgent or a MockAgent of the package undici.';
  const field = isOwn ? 'undiciTransport' : 'undiciTransport.dispatcher';
  throw new ConfigError('Invalid configuration', { issues: [{ field, message }] });
}

interface Place {
  readonly origin: string;
  readonly path: string;
}

/** Takes addresses apart. All GraphQL calls of a shop have the same one, so the last is remembered. */
function createPlaces(): (url: string) => Place {
  let lastUrl: string | undefined;
  let last: Place = { origin: '', path: '' };
  return (url) => {
    if (url === lastUrl) return last;
    const { origin, pathname, search } = new URL(url);
    last = { origin, path: pathname + search };
    lastUrl = url;
    return last;
  };
}

/** Header names in lower case, as undici gives them. */
type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>;

function lookup(headers: ReceivedHeaders): TransportResponse['headers'] {
  return {
    get(name) {
      const key = name.toLowerCase();
      const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}

/** Settings of the agent that `undiciTransport` makes for itself. All may be left out. */
export interface UndiciAgentSettings {
  /** Connections that are open to one shop at the same time; further calls wait for one. Default: no limit. */
  readonly connections?: number;
  /**
   * Milliseconds that an idle connection is kept, where the server does not say. Shorter than the server's own
   * time: a call that meets the server's close ends with an unknown outcome. Default 4,000.
   */
  readonly keepAliveTimeoutMs?: number;
  /** Milliseconds for making a connection, 0 for no limit. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from the send to the headers, 0 for no limit. Default 300,000; `timeoutMs` of the client ends a call before. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds between two parts of a body, 0 for no limit. Default 300,000. */
  readonly bodyTimeoutMs?: number;
}

/** Options of `undiciTransport`: a dispatcher of the host's own, or settings for an agent that the transport makes. */
export type UndiciTransportOptions =
  | (UndiciAgentSettings & { readonly dispatcher?: undefined })
  | ({
      /**
       * Sends everything, in place of an own agent: a `ProxyAgent`, a `MockAgent`, or an `Agent` that the host
       * uses already. Its owner closes it. It must not retry and not follow redirects, or the client's promise
       * to send nothing twice is lost.
       */
      readonly dispatcher: Dispatcher;
    } & { readonly [K in keyof UndiciAgentSettings]?: undefined });

const optionNames: Record<keyof UndiciTransportOptions, true> = {
  dispatcher: true,
  connections: true,
  keepAliveTimeoutMs: true,
  connectTimeoutMs: true,
  headersTimeoutMs: true,
  bodyTimeoutMs: true,
};

function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

/**
 * The settings in undici's words.
 *
 * @throws ConfigError with every invalid option.
 */
export function agentOptions(settings: UndiciAgentSettings): Agent.Options {
  const { connections, keepAliveTimeoutMs, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs } = settings;
  const least = { connections: 1, keepAliveTimeoutMs: 1, connectTimeoutMs: 0, headersTimeoutMs: 0, bodyTimeoutMs: 0 };
  const problems = Object.entries(least).flatMap(([field, smallest]) => {
    const value = settings[field as keyof typeof least];
    if (value === undefined || (Number.isSafeInteger(value) && value >= smallest)) return [];
    return [{ field: `undiciTransport.${field}`, message: `is ${value}. Give a whole number, ${smallest} or more.` }];
  });
  refuse(problems);
  return {
    // HTTP/2 is off until undici 8; with all versions alike, a test of one speaks for the others.
    allowH2: false,
    ...(connections !== undefined && { connections }),
    ...(keepAliveTimeoutMs !== undefined && { keepAliveTimeout: keepAliveTimeoutMs }),
    ...(connectTimeoutMs !== undefined && { connectTimeout: connectTimeoutMs }),
    ...(headersTimeoutMs !== undefined && { headersTimeout: headersTimeoutMs }),
    ...(bodyTimeoutMs !== undefined && { bodyTimeout: bodyTimeoutMs }),
  };
}

/** Reads a body whose length is not known, up to its limit: the rest is not received. */
async function readBytes(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw responseTooLarge(limit);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/**
 * Undone in one go: that takes less than half the time of the `JSON.parse` that follows, while a stream or
 * the thread pool would take twice as long, and four times for a small response.
 */
const decoders: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
]);

const utf8 = new TextDecoder();

/**
 * The text of a body with a `Content-Encoding`. A coding that is not known is left as it is, as `fetch` does.
 *
 * @throws InvalidResponseError where it has more bytes than allowed.
 * @throws Error of zlib, with its `code`, where the bytes are damaged or cut off.
 */
function decodedText(body: Uint8Array, contentEncoding: string, limit: number): string {
  let bytes = body;
  // A response without a body, such as 304, may still name the coding it would have had.
  if (bytes.length === 0) return '';
  // The longest that zlib can give is the longest that there can be.
  const maxOutputLength = Math.min(limit, constants.MAX_LENGTH);
  try {
    for (const coding of contentEncoding.toLowerCase().split(',').reverse()) {
      bytes = decoders.get(coding.trim())?.(bytes, { maxOutputLength }) ?? bytes;
    }
  } catch (error) {
    throw error instanceof RangeError ? responseTooLarge(limit) : error;
  }
  return utf8.decode(bytes);
}
