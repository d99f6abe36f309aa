import type { KyInstance } from 'ky';
import { NetworkError } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';

interface KyTransportOptions {
  /** Replaces the global `fetch`, which is otherwise looked up at each request, so that mocks installed later work. */
  readonly fetch?: typeof fetch;
}

/** Loaded at the first request: ky, and the `Request` it looks at when loaded, cost more than all of the client. */
const loadKy = lateModule(() => import('ky'));

/** The default transport: ky over `fetch`, with ky's own retries, time-outs and status errors switched off. */
export function kyTransport(options: KyTransportOptions = {}): Transport {
  let http: KyInstance | undefined;

  return {
    name: 'ky',
    async send({ method, url, headers, body, signal }: TransportRequest): Promise<TransportResponse> {
      // Outside of the exchange, to which all that fails is the network's fault.
      http ??= (await loadKy()).default.create({ retry: 0, timeout: false, throwHttpErrors: false });
      const request = http;
      return exchange(signal, async (stop) => {
        const response = await request(url, {
          // Of all it is given ky makes a `Request`, and fetch another one of that: headers copied five times,
          // the body as a stream, the signal tied to two more. It costs a third of a bare fetch, so fetch gets
          // them from here, and ky nothing but the address.
          fetch: () =>
            (options.fetch ?? globalThis.fetch)(url, {
              method,
              headers,
              signal: stop,
              // A redirect of a POST would be followed as a GET: hand it to the caller as the status it is.
              redirect: 'manual',
              ...(body !== undefined && { body }),
            }),
        });
        return { status: response.status, headers: response.headers, body: await response.text() };
      });
    },
  };
}

/**
 * Runs one exchange so that it ends as the port promises, whatever the HTTP client below does.
 *
 * An abort ends it at once with the signal's reason: undici by itself lets a request wait on that has no
 * connection yet. All else that is thrown becomes a `NetworkError`. No listener stays on the signal: `fetch`
 * by itself leaves one there until the garbage collector comes, and a shop's worker may use one signal for days.
 *
 * @param run Makes the exchange; the signal it gets is its own.
 */
export function exchange<T>(signal: AbortSignal, run: (stop: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = new AbortController();
    const onAbort = (): void => {
      reject(signal.reason);
      stop.abort(signal.reason);
    };
    const letGo = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    run(stop.signal).then(
      (value) => {
        letGo();
        resolve(value);
      },
      (error: unknown) => {
        letGo();
        reject(networkError(error));
      },
    );
  });
}

/**
 * Makes a typed error of what a fetch-like client threw. The original is not kept as the cause:
 * it can hold the request with its access token.
 *
 * A kept connection that the server closed just as the request was written counts as unknown: what the
 * system took may have arrived, and no client learns of it.
 */
export function networkError(error: unknown): NetworkError {
  const failure = failureOf(error);
  if (failure && hasNeverLeft(failure)) {
    return new NetworkError(
      `Nothing was sent (${failure.code}). Check the shop's domain, the network and the request's headers.`,
      { mayHaveExecuted: false },
    );
  }
  return new NetworkError(`The connection failed before a complete response came (${failure?.code ?? 'no code'}).`, {
    mayHaveExecuted: true,
  });
}

/** System calls that come before anything is sent. */
const beforeSending = new Set(['connect', 'getaddrinfo', 'bind']);

/** Codes without a system call that say the request never left, so nothing can have been executed. */
const neverLeft = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  // The server's certificate was refused.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  // The client refused the request, or had been closed by its owner.
  'ERR_INVALID_URL',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_CLOSED',
]);

interface Failure {
  readonly code: string;
  readonly syscall: string | undefined;
}

/** The first system or library code along the chain of causes. */
function failureOf(error: unknown): Failure | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1) {
    // A connection tried over several addresses fails with all their errors together.
    if (current instanceof AggregateError && current.errors.length > 0) return failureOf(current.errors[0]);
    if ('code' in current && typeof current.code === 'string') {
      const syscall = 'syscall' in current && typeof current.syscall === 'string' ? current.syscall : undefined;
      return { code: current.code, syscall };
    }
  }
  return undefined;
}

/** `EHOSTUNREACH` and its like also end a connection that has carried the request; then a read or a write failed. */
function hasNeverLeft({ code, syscall }: Failure): boolean {
  return syscall === undefined ? neverLeft.has(code) : beforeSending.has(syscall);
}
