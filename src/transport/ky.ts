import ky, { type KyInstance } from 'ky';
import { networkError } from './failure.ts';
import type { Transport, TransportRequest, TransportResponse } from './types.ts';

export interface KyTransportOptions {
  /** Replaces the global `fetch`, which is otherwise looked up at each request, so that mocks installed later work. */
  readonly fetch?: typeof fetch;
}

/** The default transport: ky over `fetch`, with ky's own retries, time-outs and status errors switched off. */
export function kyTransport(options: KyTransportOptions = {}): Transport {
  const http: KyInstance = ky.create({
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // A redirect of a POST would be followed as a GET: hand it to the caller as the status it is.
    redirect: 'manual',
    fetch: (input, init) => (options.fetch ?? globalThis.fetch)(input, init),
  });

  return {
    name: 'ky',
    async send(request: TransportRequest): Promise<TransportResponse> {
      try {
        const response = await http(request.url, {
          method: request.method,
          headers: request.headers,
          signal: request.signal,
          ...(request.body !== undefined && { body: request.body }),
        });
        return { status: response.status, headers: response.headers, body: await response.text() };
      } catch (error) {
        throw request.signal.aborted ? request.signal.reason : networkError(error);
      }
    },
  };
}
