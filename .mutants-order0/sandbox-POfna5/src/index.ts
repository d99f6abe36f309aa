// @ts-nocheck
export { staticToken } from './auth/static-token.ts';
export { createShopifyApp, createShopifyClient, type ShopifyApp, type ShopifyClient } from './client/client.ts';
export type { ShopifyAppOptions, ShopifyClientOptions } from './client/options.ts';
export { type ParsedShopDomain, parseShopDomain } from './config/shop-domain.ts';
export {
  AccessDeniedError,
  AuthenticationError,
  CircuitOpenError,
  ConfigError,
  type ErrorCode,
  GraphqlError,
  type GraphqlErrorEntry,
  HttpError,
  InvalidResponseError,
  type Issue,
  isShopwrightError,
  LockLostError,
  MaxCostError,
  NetworkError,
  OutcomeUnknownError,
  QueueError,
  ShopifyUserError,
  ShopUnavailableError,
  ShopwrightError,
  StorageError,
  ThrottledError,
  TimeoutError,
  type UserErrorEntry,
  ValidationError,
} from './errors/errors.ts';
export type { TypedDocument } from './graphql/document.ts';
export type { GraphqlClient, GraphqlResult, PartialGraphqlResult } from './graphql/graphql.ts';
export type { Pagination } from './graphql/paginate.ts';
export type { BigIntString, DateString, DateTime, Decimal, Gid, Money, UrlString } from './graphql/scalars.ts';
export type { CallCost } from './http/call.ts';
export type { HostPolicy, HostPolicyContext } from './http/host-policy.ts';
export { kyTransport } from './http/ky.ts';
export type { RequestOptions } from './http/request-options.ts';
export { type Clock, systemClock } from './internal/clock.ts';
export type { BreakerState, TelemetryEvent, TelemetryListener } from './ports/events.ts';
export type { KeyValueStore } from './ports/key-value-store.ts';
export type { Logger } from './ports/logger.ts';
export type { Priority } from './ports/rate-limiter.ts';
export type { Stores } from './ports/stores.ts';
export type { SyncRecord, SyncRecordStore, SyncStatus } from './ports/sync-record-store.ts';
export type { TokenSource } from './ports/token-source.ts';
export type { Transport, TransportRequest, TransportResponse } from './ports/transport.ts';
export type { BreakerPolicy, BreakerStore } from './resilience/breaker.ts';
export type { Idempotency, RetryPolicy } from './resilience/retry.ts';
export type { RestClient, RestOptions, RestResult } from './rest/rest.ts';
export { type MemoryStoresOptions, memoryStores } from './storage/memory.ts';
