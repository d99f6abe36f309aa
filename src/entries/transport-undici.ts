export { undiciTransport } from '../http/undici.ts';
export type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';

export type { UndiciAgentSettings, UndiciTransportOptions } from '../transport/undici-options.ts';
