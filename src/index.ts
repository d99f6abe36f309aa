export type { RestClient, RestOptions, RestResult } from './admin/rest/types.ts';
export type { GraphqlClient, GraphqlResult, RequestOptions, TypedDocument, VariablesArgument } from './admin/types.ts';
export { staticToken } from './auth/static-token.ts';
export {
  createTokenStore,
  type RotatingTokenStore,
  type RotationReport,
  type TokenStoreOptions,
} from './auth/vault.ts';
export { createShopifyApp, createShopifyClient, type ShopifyApp, type ShopifyClient } from './client/client.ts';
export type { CommonOptions, ShopifyAppOptions, ShopifyClientOptions } from './client/options.ts';
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
  ConfigError,
  LockLostError,
  type Problem,
  QueueError,
  StorageError,
  ValidationError,
} from './errors/errors.ts';

export {
  GraphqlError,
  type GraphqlErrorEntry,
  MaxCostError,
  ShopifyUserError,
  type UserErrorEntry,
} from './errors/graphql.ts';

export * from './errors/guards.ts';
export type { BigIntString, DateString, DateTime, Decimal, Gid, Money, UrlString } from './graphql/scalars.ts';
export { kyTransport } from './http/ky.ts';
export { type Clock, systemClock } from './internal/clock.ts';
export type { JsonObject } from './internal/json.ts';
export { tokenBucketLimiter } from './limiter/token-bucket.ts';
export type { TokenBucketOptions } from './limiter/token-bucket-options.ts';
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
export type { Logger, TelemetryEvent, TelemetryListener } from './ports/logger.ts';
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
export type { CallCost } from './request/types.ts';
export type { BreakerPolicy, BreakerState, BreakerStore, RetryPolicy, Safety } from './resilience/types.ts';
export { errorPattern } from './storage/error-pattern.ts';
export {
  checkedDraft as checkedJournalDraft,
  checkedMoment as checkedPruneMoment,
  journalId,
  readEntry as readJournalEntry,
  type StoredDraft as StoredJournalDraft,
} from './storage/journal-kit.ts';
export {
  checkedJournalPage,
  type JournalPage,
  journalPageOf,
  type NumberedDraft as NumberedJournalDraft,
} from './storage/journal-page.ts';
export { type MemoryStoresOptions, memoryStores } from './storage/memory/stores.ts';
export { checkedPage as checkedRecordPage, checkedPatternLimit } from './storage/page-rules.ts';
export { createPatternTally, type FailedRecord, type PatternTally } from './storage/pattern-tally.ts';
export {
  checkedRecord as checkedSyncRecord,
  readRecord as readSyncRecord,
  type StoredRecord as StoredSyncRecord,
} from './storage/record-kit.ts';
export type { TokenKey } from './storage/tokens/secrets.ts';
