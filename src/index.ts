export { staticToken } from './auth/static-token.ts';
export type { TokenKey } from './auth/vault.ts';
export {
  createTokenStore,
  type RotatingTokenStore,
  type RotationReport,
  type TokenStoreOptions,
} from './auth/vault.ts';
export { createShopifyApp, createShopifyClient, type ShopifyApp, type ShopifyClient } from './client/client.ts';
export type { CommonOptions, ShopifyAppOptions, ShopifyClientOptions } from './client/options.ts';
export { type ParsedShopDomain, parseShopDomain } from './config/shop-domain.ts';
export * from './errors/errors.ts';
export {
  AccessDeniedError,
  AuthenticationError,
  CircuitOpenError,
  ConfigError,
  type ErrorCode,
  type ErrorContext,
  GraphqlError,
  type GraphqlErrorEntry,
  HttpError,
  InvalidResponseError,
  LockLostError,
  MaxCostError,
  NetworkError,
  OutcomeUnknownError,
  type Problem,
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
export type { GraphqlClient, GraphqlResult, VariablesArgument } from './graphql/graphql.ts';
export type { BigIntString, DateString, DateTime, Decimal, Gid, Money, UrlString } from './graphql/scalars.ts';
export type { CallCost } from './http/call.ts';

export { kyTransport } from './http/ky.ts';
export type { RequestOptions } from './http/request-options.ts';
export { type Clock, systemClock } from './internal/clock.ts';
export type { JsonObject } from './internal/json.ts';

export type { TokenBucketOptions } from './limiter/token-bucket.ts';
export { tokenBucketLimiter } from './limiter/token-bucket.ts';
export type { BreakerState, TelemetryEvent, TelemetryListener } from './ports/events.ts';
export type {
  DeadJob,
  DeadJobOptions,
  EnqueuedJob,
  Job,
  JobContext,
  JobDraft,
  JobHandler,
  JobQueue,
  QueueStats,
} from './ports/job-queue.ts';
export type { KeepOptions, KeyValueStore, Lock, LockOptions, WriteOptions } from './ports/key-value-store.ts';
export type { Logger } from './ports/logger.ts';
export type {
  AcquireRequest,
  BucketScope,
  LimiterStatus,
  Permit,
  PermitAnswer,
  Priority,
  RateLimiter,
  ThrottleStatus,
} from './ports/rate-limiter.ts';
export type { Stores } from './ports/stores.ts';
export type { JournalDraft, JournalEntry, JournalListOptions, SyncJournal } from './ports/sync-journal.ts';
export type {
  AgeCount,
  ErrorPattern,
  ErrorPatternOptions,
  ListOptions,
  SyncCounts,
  SyncRecord,
  SyncRecordStore,
  SyncStatus,
} from './ports/sync-record-store.ts';
export type { TokenSource } from './ports/token-source.ts';
export type { StoredTokens, TokenEntry, TokenOwner, TokenStore } from './ports/token-store.ts';
export type { Transport, TransportRequest, TransportResponse } from './ports/transport.ts';
export type { BreakerPolicy, BreakerStore } from './resilience/breaker.ts';
export type { RetryPolicy, Safety } from './resilience/retry.ts';
export type { RestClient, RestOptions, RestResult } from './rest/rest.ts';
export { checkedPage as checkedRecordPage, checkedPatternLimit } from './storage/adapter-kit.ts';
export {
  checkedDraft as checkedJournalDraft,
  checkedJournalPage,
  checkedMoment as checkedPruneMoment,
  type JournalPage,
  journalId,
  journalPageOf,
  type NumberedDraft as NumberedJournalDraft,
  readEntry as readJournalEntry,
  type StoredDraft as StoredJournalDraft,
} from './storage/journal-kit.ts';
export { type MemoryStoresOptions, memoryStores } from './storage/memory.ts';
export {
  checkedRecord as checkedSyncRecord,
  createPatternTally,
  errorPattern,
  type FailedRecord,
  type PatternTally,
  readRecord as readSyncRecord,
  type StoredRecord as StoredSyncRecord,
} from './storage/record-kit.ts';
