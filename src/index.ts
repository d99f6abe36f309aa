export type { RestClient, RestOptions, RestResult } from './admin/rest/types.ts';
export type { BigIntString, DateString, DateTime, Decimal, Gid, Money, UrlString } from './admin/scalars.ts';
export type { GraphqlClient, GraphqlResult, RequestOptions, TypedDocument, VariablesArgument } from './admin/types.ts';
export { staticToken } from './auth/static-token.ts';
export type { TokenSource } from './auth/types.ts';
export { createShopifyApp, createShopifyClient, type ShopifyApp, type ShopifyClient } from './client.ts';
export type { CommonOptions, ShopifyAppOptions, ShopifyClientOptions } from './client-options.ts';
export { type ParsedShopDomain, parseShopDomain } from './config/shop-domain.ts';
export {
  AccessDeniedError,
  AuthenticationError,
  HttpError,
  InvalidResponseError,
  ShopUnavailableError,
  ThrottledError,
} from './errors/answer.ts';
export { type ErrorCode, type ErrorContext, ShopwrightError } from './errors/base.ts';
export { CircuitOpenError, NetworkError, OutcomeUnknownError, TimeoutError } from './errors/connection.ts';
export {
  GraphqlError,
  type GraphqlErrorEntry,
  MaxCostError,
  ShopifyUserError,
  type UserErrorEntry,
} from './errors/graphql.ts';
export * from './errors/guards.ts';
export { ConfigError, LockLostError, type Problem, QueueError, StorageError, ValidationError } from './errors/local.ts';
export { type Clock, systemClock } from './internal/clock.ts';
export { tokenBucketLimiter } from './limiter/token-bucket.ts';
export type { TokenBucketOptions } from './limiter/token-bucket-options.ts';
export type {
  AcquireRequest,
  BucketScope,
  LimiterStatus,
  Permit,
  PermitAnswer,
  Priority,
  RateLimiter,
  ThrottleStatus,
} from './limiter/types.ts';
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
} from './queue/types.ts';
export type { CallCost } from './request/types.ts';
export type { BreakerPolicy, BreakerState, BreakerStore, RetryPolicy, Safety } from './resilience/types.ts';
export { errorPattern } from './storage/error-pattern.ts';
export {
  checkedJournalPage,
  type JournalPage,
  journalPageOf,
  type NumberedDraft as NumberedJournalDraft,
} from './storage/journal-page.ts';
export {
  checkedDraft as checkedJournalDraft,
  checkedMoment as checkedPruneMoment,
  journalId,
  readEntry as readJournalEntry,
  type StoredDraft as StoredJournalDraft,
} from './storage/journal-rules.ts';
export { type MemoryStoresOptions, memoryStores } from './storage/memory/stores.ts';
export { checkedPage as checkedRecordPage, checkedPatternLimit } from './storage/page-rules.ts';
export { createPatternTally, type FailedRecord, type PatternTally } from './storage/pattern-tally.ts';
export type { KeepOptions, KeyValueStore, Lock, LockOptions, WriteOptions } from './storage/ports/key-value-store.ts';
export type {
  JournalDraft,
  JournalEntry,
  JournalListOptions,
  JsonObject,
  SyncJournal,
} from './storage/ports/sync-journal.ts';
export type { StoredTokens, TokenEntry, TokenOwner, TokenStore } from './storage/ports/token-store.ts';
export {
  checkedRecord as checkedSyncRecord,
  readRecord as readSyncRecord,
  type StoredRecord as StoredSyncRecord,
} from './storage/record-rules.ts';
export type { TokenKey } from './storage/tokens/secrets.ts';
export {
  createTokenStore,
  type RotatingTokenStore,
  type RotationReport,
  type TokenStoreOptions,
} from './storage/tokens/token-store.ts';
export type {
  AgeCount,
  ErrorPattern,
  ErrorPatternOptions,
  ListOptions,
  Stores,
  SyncCounts,
  SyncRecord,
  SyncRecordStore,
  SyncStatus,
} from './storage/types.ts';
export type { Logger, TelemetryEvent, TelemetryListener } from './telemetry/types.ts';
export { kyTransport } from './transport/ky.ts';
export type { Transport, TransportRequest, TransportResponse } from './transport/types.ts';
