/** One HTTP request, ready to send. */
// @ts-nocheck

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute address. */
  readonly url: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request at once, body included: the caller's abort or the time limit of the attempt. */
  readonly signal: AbortSignal;
  /** Most bytes of a response's body, decompressed. Default: no limit. */
  readonly maxResponseBytes?: number;
}

/** One HTTP answer, whatever its status, with its body read to the end. */
export interface TransportResponse {
  readonly status: number;
  /** Looks a header up, case-insensitively. `null` where it is missing. */
  readonly headers: { get(name: string): string | null };
  readonly body: string;
}

/**
 * Sends one request, once. A transport never retries, never follows a redirect
 * into a second send of a body, and never throws for a status.
 *
 * @throws NetworkError when no complete answer came; `mayHaveExecuted` is
 * `false` only where nothing can have reached the server (refused connection,
 * unknown host).
 * @throws InvalidResponseError, with `isRetryable: false`, for a body beyond `maxResponseBytes`, once that is known.
 * @throws The signal's reason when the signal ended the request.
 */
export interface Transport {
  readonly name: string;
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Closes kept connections. */
  close?(): Promise<void>;
}
