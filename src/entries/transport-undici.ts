export type { Transport, TransportRequest, TransportResponse } from '../transport/types.ts';
export { undiciTransport } from '../transport/undici.ts';
export type { UndiciAgentSettings, UndiciTransportOptions } from '../transport/undici-options.ts';
