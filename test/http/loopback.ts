import { onTestFinished } from 'vitest';
import type { TransportRequest } from '../../src/ports/transport.ts';
import { type LoopbackServer, type Respond, startServer } from '../../src/testing/conformance/transport-harness.ts';

/** A server that is closed at the end of the test. */
export async function serve(respond: Respond): Promise<LoopbackServer> {
  const server = await startServer(respond);
  onTestFinished(() => server.close());
  return server;
}

export const requestTo = (server: LoopbackServer, more: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'POST',
  url: `${server.origin}/`,
  headers: {},
  body: '{}',
  signal: new AbortController().signal,
  ...more,
});
