import type { KyInstance } from 'ky';
import ky from 'ky';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import { exchange } from './failure.ts';

interface KyTransportOptions {
  /** Replaces the global `fetch`, which is otherwise looked up at each request, so that mocks installed later work. */
  readonly fetch?: typeof fetch;
}

/** The default transport: ky over `fetch`, with ky's own retries, time-outs and status errors switched off. */
export function kyTransport(options: KyTransportOptions = {}): Transport {
  const http: KyInstance = ky.create({ retry: 0, timeout: false, throwHttpErrors: false });

  return {
    name: 'ky',
    send: ({ method, url, headers, body, signal }: TransportRequest): Promise<TransportResponse> =>
      exchange(signal, async (stop) => {
        const response = await http(url, {
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
      }),
  };
}
