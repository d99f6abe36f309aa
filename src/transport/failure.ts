import { NetworkError } from '../errors/connection.ts';

/** Codes that say by themselves that the connection was never made, so nothing can have been executed. */
const notConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Codes that an open connection can end with as well: they count only where connecting failed. */
const notConnectedIfConnecting = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT']);

interface Failure {
  /** Of the system, or of the client library. */
  readonly code: string;
  readonly connecting: boolean;
}

/** The first failure with a code along the chain of causes. */
function failureOf(error: unknown): Failure | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'string') {
      return { code: current.code, connecting: 'syscall' in current && current.syscall === 'connect' };
    }
    // A connection tried over several addresses fails with all their errors together.
    if (current instanceof AggregateError && current.errors.length > 0) return failureOf(current.errors[0]);
  }
  return undefined;
}

/**
 * Makes a typed error of what a fetch-like client threw. The original is not kept as the cause:
 * it can hold the request with its access token.
 */
export function networkError(error: unknown): NetworkError {
  const { code, connecting } = failureOf(error) ?? { code: 'no code', connecting: false };
  if (notConnected.has(code) || (connecting && notConnectedIfConnecting.has(code))) {
    return new NetworkError(
      `The connection could not be made (${code}). Check the shop's domain and the network.`,
      false,
    );
  }
  return new NetworkError(`The connection failed before a complete answer came (${code}).`, true);
}
