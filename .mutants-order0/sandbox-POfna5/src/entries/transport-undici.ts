// @ts-nocheck
export type { UndiciAgentSettings, UndiciTransportOptions } from '../http/undici.ts';
export { undiciTransport } from '../http/undici.ts';
export type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
