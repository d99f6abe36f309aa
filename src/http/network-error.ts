import { ConfigError, NetworkError } from '../errors/errors.ts';

/**
 * Creates a typed error from what a fetch-like client threw. The original is not kept as the cause: it can contain the
 * request with its access token.
 *
 * If the server closed a kept connection just as the request was written, the outcome counts as unknown: the request
 * may have arrived, and no client can find out.
 */
export function networkError(error: unknown): NetworkError | ConfigError {
  // Next refuses `no-store` on such a page, and its cache would answer mutations without sending them.
  if (error instanceof Error && error.message.includes("fetchCache = 'only-cache'")) {
    const message = "is 'only-cache' for this page or layout, which prevents calls to Shopify. Remove it there.";
    return new ConfigError('Nothing was sent', { issues: [{ field: 'fetchCache', message }] });
  }
  const failure = failureOf(error);
  if (failure?.isUnsent) {
    return new NetworkError(
      `Nothing was sent (${failure.name}). Check the shop's domain, the network and the request's headers.`,
      { mayHaveExecuted: false },
    );
  }
  return new NetworkError(`The connection failed before a complete response arrived (${failure?.name ?? 'no code'}).`, {
    mayHaveExecuted: true,
  });
}

/** System calls made before anything is sent. */
const beforeSending = new Set(['connect', 'getaddrinfo', 'bind']);

/** Codes without a system call that mean that the request was not sent, so nothing can have been executed. */
const neverLeft = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  // Older versions of Bun.
  'ConnectionRefused',
  'FailedToOpenSocket',
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
  // The connection to a proxy failed.
  'UND_ERR_PRX_TLS',
  // A mock agent (undici, nock) without a response for the request, and not allowed to use the network.
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
  'ERR_NOCK_NO_MATCH',
]);

/**
 * Messages of runtimes and clients whose errors have no code, and what they mean. workerd has none: it reports "Network
 * connection lost." both for a refused connection and for one that broke after the request was sent.
 */
const wordsOfUnsent: readonly (readonly [words: RegExp, name: string])[] = [
  // Deno, of refused connections, unknown hosts and certificates.
  [/client error \(Connect\)/, 'no connection'],
  [/^connect(\(\))?:? ?Connection refused/i, 'no connection'],
  // Ports that `fetch` blocks, on Node and on Deno: https://fetch.spec.whatwg.org/#port-blocking
  [/^bad port$|Requests to port \d+ are blocked/, 'blocked port'],
  [/^unknown scheme$|^Url scheme .* not supported$|^Invalid URL|^Fetch API cannot load/, 'invalid address'],
  [/^Proxy response \(\d+\) !== 200/, 'refused by the proxy'],
];

interface Failure {
  /** A code, or the meaning of the message. */
  readonly name: string;
  readonly isUnsent: boolean;
}

/**
 * Returns the first known failure in a chain of causes.
 *
 * @returns `undefined` if none of them is known.
 */
export function failureOf(error: unknown): Failure | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1) {
    // A connection tried over several addresses fails with all their errors together.
    if (current instanceof AggregateError && current.errors.length > 0) return failureOf(current.errors[0]);
    const { message } = current;
    const said = wordsOfUnsent.find(([words]) => words.test(message));
    if (said) return { name: said[1], isUnsent: true };
    if ('code' in current && typeof current.code === 'string') {
      const syscall = 'syscall' in current && typeof current.syscall === 'string' ? current.syscall : undefined;
      return { name: current.code, isUnsent: hasNeverLeft(current.code, syscall) };
    }
  }
  return undefined;
}

/**
 * `EHOSTUNREACH` and similar codes also end a connection that has carried the request; then a read or a write failed.
 */
function hasNeverLeft(code: string, syscall: string | undefined): boolean {
  return syscall === undefined ? neverLeft.has(code) : beforeSending.has(syscall);
}

/** Codes of connections that were lost during the exchange. */
const lost = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/**
 * Messages of runtimes for a failed connection, if only the message is left: `@shopify/admin-api-client` adds its name
 * in front and drops the rest.
 */
const wordsOfLost =
  /^(?:\w+ (?:API )?Client: )?(?:Attempted maximum number of \d+ network retries\. Last message - )?(?:E[A-Z]+: )?(?:fetch failed|failed to fetch|terminated|network error|load failed|network connection lost|error sending request|error reading a body|unable to connect|the socket connection was closed)/i;

/** Names of errors without a code: ky's, and that of `@shopify/shopify-api`. */
const namesOfLost = new Set(['NetworkError', 'HttpRequestError']);

/** Whether a client's error means that the network failed. */
export function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const failure = failureOf(error);
  if (failure) return failure.isUnsent || lost.has(failure.name);
  return namesOfLost.has(error.name) || namesOfLost.has(error.constructor.name) || wordsOfLost.test(error.message);
}
