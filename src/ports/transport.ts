/** One HTTP request, ready to send. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute URL. */
  readonly url: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request at once, including reading the body: the caller's abort or the attempt's timeout. */
  readonly signal: AbortSignal;
  /** Maximum size of a response body in bytes, after decompression. Default: no limit. */
  readonly maxResponseBytes?: number;
}

/** One HTTP response, whatever its status, with its body read to the end. */
export interface TransportResponse {
  readonly status: number;
  /** Looks up a header by its case-insensitive name. Returns `null` if it is missing. */
  readonly headers: { get(name: string): string | null };
  readonly body: string;
}

/**
 * Sends one request, once. A transport never retries, never sends the body again to follow a redirect, and never throws
 * because of a status.
 *
 * @throws NetworkError if no complete response arrived; `mayHaveExecuted` is `false` only if nothing can have reached
 * the server (connection refused, unknown host).
 * @throws InvalidResponseError, with `isRetryable: false`, as soon as a body is known to exceed `maxResponseBytes`.
 * @throws The signal's reason if the signal ended the request.
 */
export interface Transport {
  readonly name: string;
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Closes pooled connections. */
  close?(): Promise<void>;
}
