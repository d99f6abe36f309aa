import { constants } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { ConfigError, type Issue, NetworkError } from '../errors/errors.ts';
import { unknownNames } from '../internal/names.ts';
import type { Transport, TransportResponse } from '../ports/transport.ts';
import { exchangeUntil, responseTooLarge } from './exchange.ts';

/**
 * Creates the fast transport: undici over pooled connections, at about a third of the CPU time of `fetch`. Needs the
 * package undici (6.20 or later). Create one per process: it holds the connections. `close` waits for the calls in
 * flight.
 *
 * Requests and decodes gzip, unless a call sets its own `accept-encoding`.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) if an option is invalid, and on Bun, which replaces undici by a stub.
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

  return {
    name: 'undici',
    async send(request) {
      if (closing)
        throw new NetworkError('The transport is closed. Close it after the last call.', { mayHaveExecuted: false });
      const { method, url, headers, body, signal, maxResponseBytes } = request;
      const reception = new Reception(maxResponseBytes);
      return exchangeUntil(signal, reception, async () => {
        const sent = { 'accept-encoding': 'gzip', ...headers };
        dispatcher.dispatch({ method, ...placeOf(url), headers: sent, body: body ?? null }, reception);
        return reception.response;
      });
    },
    close() {
      closing ??= options.dispatcher === undefined ? dispatcher.close() : Promise.resolve();
      return closing;
    },
  };
}

/** @throws ConfigError if the value only resembles a dispatcher. */
function assertWorks(dispatcher: Dispatcher, isOwn: boolean): void {
  if (typeof dispatcher?.dispatch === 'function') return;
  const message = isOwn
    ? 'does not work here: this runtime, like Bun, replaces the package undici by a stub without `dispatch`. ' +
      "Omit the option transport: the default transport uses the runtime's fetch."
    : 'has no method `dispatch`. Pass an Agent, ProxyAgent or MockAgent of the package undici.';
  const field = isOwn ? 'undiciTransport' : 'undiciTransport.dispatcher';
  throw new ConfigError('Invalid configuration', { issues: [{ field, message }] });
}

interface Place {
  readonly origin: string;
  readonly path: string;
}

/** Splits addresses. All GraphQL calls of a shop have the same address, so the last one is remembered. */
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

/** Header names in lower case, as undici returns them. */
type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Receives one response. undici's own `request` creates a stream for each body, which takes much of a call's CPU time,
 * and a response of the Admin API is read to its end at once. undici 8 calls the methods of the first half, 6 those of
 * the second; 7 knows both, and its mocks call the second.
 */
class Reception implements Dispatcher.DispatchHandler {
  readonly response: Promise<TransportResponse>;
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: ReceivedHeaders = {};
  #resolve!: (response: TransportResponse) => void;
  #reject!: (reason: unknown) => void;
  #stop: ((reason: Error) => void) | undefined;
  #aborted: { readonly reason: Error } | undefined;

  /** @param limit Maximum size of the body in bytes, both as sent and decompressed. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends the exchange; a request that still waits for a connection is then not sent. */
  abort(reason: unknown): void {
    // undici reports every reason as an error, and passes it only to this handler.
    const error = reason instanceof Error ? reason : new Error('aborted', { cause: reason });
    this.#aborted ??= { reason: error };
    this.#reject(reason);
    this.#stop?.(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.onConnect((reason) => controller.abort(reason ?? new Error('aborted')));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ReceivedHeaders): void {
    this.#begin(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.onData(chunk);
  }

  onResponseEnd(): void {
    this.onComplete();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.onError(error);
  }

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#aborted) abort(this.#aborted.reason);
    else this.#stop = abort;
  }

  onHeaders(status: number, raw: readonly (Buffer | string)[]): boolean {
    const headers: Record<string, string> = {};
    for (let at = 0; at < raw.length; at += 2) {
      const name = String(raw[at]).toLowerCase();
      const value = String(raw[at + 1]);
      headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
    }
    this.#begin(status, headers);
    return true;
  }

  #begin(status: number, headers: ReceivedHeaders): void {
    // Informational responses, such as 103, come before the actual one.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (Number(headerOf(headers, 'content-length')) > this.#limit) this.abort(responseTooLarge(this.#limit));
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limit) this.abort(responseTooLarge(this.#limit));
    else this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    if (this.#aborted) return;
    const headers = this.#headers;
    const [first = nothing] = this.#chunks;
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#bytes) : first;
    const get = (name: string): string | null => headerOf(headers, name.toLowerCase());
    try {
      const body = decodedText(bytes, get('content-encoding'), this.#limit);
      this.#resolve({ status: this.#status, headers: { get }, body });
    } catch (error) {
      this.#reject(error);
    }
  }

  onError(error: Error): void {
    this.#reject(error);
  }
}

const nothing = Buffer.alloc(0);

function headerOf(headers: ReceivedHeaders, name: string): string | null {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

/** Settings of the agent that `undiciTransport` creates. All are optional. */
export interface UndiciAgentSettings {
  /** Maximum number of open connections per shop; further calls wait for one. Default: no limit. */
  readonly connections?: number;
  /**
   * Milliseconds for which an idle connection is kept, if the server does not say. Keep it shorter than the server's
   * own limit: a call that the server's close interrupts ends with an unknown outcome. Default 4,000.
   */
  readonly keepAliveTimeoutMs?: number;
  /** Time limit for connecting, in milliseconds; 0 for none. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /**
   * Time limit until the headers arrive, in milliseconds; 0 for none. Default 300,000; the client's `timeoutMs` ends a
   * call earlier.
   */
  readonly headersTimeoutMs?: number;
  /** Time limit between two parts of a body, in milliseconds; 0 for none. Default 300,000. */
  readonly bodyTimeoutMs?: number;
}

/** Options of `undiciTransport`: a dispatcher of your own, or settings for the agent that the transport creates. */
export type UndiciTransportOptions =
  | (UndiciAgentSettings & { readonly dispatcher?: undefined })
  | ({
      /**
       * Sends all requests: a `ProxyAgent`, a `MockAgent`, or an existing `Agent`. You close it yourself. It must
       * neither retry nor follow redirects, or the client cannot guarantee that nothing is sent twice.
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
 * Translates the settings into undici's options.
 *
 * @throws ConfigError listing every invalid option.
 */
export function agentOptions(settings: UndiciAgentSettings): Agent.Options {
  const { connections, keepAliveTimeoutMs, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs } = settings;
  const least = { connections: 1, keepAliveTimeoutMs: 1, connectTimeoutMs: 0, headersTimeoutMs: 0, bodyTimeoutMs: 0 };
  const problems = Object.entries(least).flatMap(([field, smallest]) => {
    const value = settings[field as keyof typeof least];
    if (value === undefined || (Number.isSafeInteger(value) && value >= smallest)) return [];
    return [{ field: `undiciTransport.${field}`, message: `is ${value}. Use a whole number, ${smallest} or more.` }];
  });
  refuse(problems);
  return {
    // HTTP/2 is off by default until undici 8. It is turned off everywhere, so that all versions behave alike.
    allowH2: false,
    ...(connections !== undefined && { connections }),
    ...(keepAliveTimeoutMs !== undefined && { keepAliveTimeout: keepAliveTimeoutMs }),
    ...(connectTimeoutMs !== undefined && { connectTimeout: connectTimeoutMs }),
    ...(headersTimeoutMs !== undefined && { headersTimeout: headersTimeoutMs }),
    ...(bodyTimeoutMs !== undefined && { bodyTimeout: bodyTimeoutMs }),
  };
}

/**
 * Decodes synchronously: that takes less than half the time of the `JSON.parse` that follows. A stream or the thread
 * pool would take twice as long, and four times as long for a small response.
 */
const decoders: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
]);

const utf8 = new TextDecoder();

/**
 * Decodes a body with a `Content-Encoding`. Like `fetch`, it leaves an unknown coding unchanged.
 *
 * @throws InvalidResponseError if the body exceeds the limit.
 * @throws Error of zlib, with its `code`, if the bytes are damaged or truncated.
 */
function decodedText(body: Uint8Array, contentEncoding: string | null, limit: number): string {
  let bytes = body;
  if (contentEncoding === null) return utf8.decode(bytes);
  // A response without a body, such as 304, may still name a coding.
  if (bytes.length === 0) return '';
  // zlib accepts no higher limit than this.
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
