// @ts-nocheck
export type { JobQueueAbilities, JobQueueSubject, JobQueueTerms } from '../testing/conformance/job-queue/harness.ts';
export { describeJobQueue } from '../testing/conformance/job-queue.ts';
export type {
  KeyValueAbilities,
  KeyValueSubject,
  OpenedKeyValueStore,
} from '../testing/conformance/key-value-store/harness.ts';
export { describeKeyValueStore } from '../testing/conformance/key-value-store.ts';
export { describeRateLimiter } from '../testing/conformance/rate-limiter.ts';
export type { RateLimiterSubject } from '../testing/conformance/rate-limiter-harness.ts';
export type { ConformanceRunner } from '../testing/conformance/runner.ts';
export { describeSyncJournal, type SyncJournalSubject } from '../testing/conformance/sync-journal.ts';
export { describeSyncRecordStore, type SyncRecordSubject } from '../testing/conformance/sync-record-store.ts';
export { describeTokenStore, type TokenStoreSubject } from '../testing/conformance/token-store.ts';
export { describeTransport } from '../testing/conformance/transport.ts';
export type { BulkFailure, BulkOptions, BulkScript } from '../testing/fake/bulk/operation.ts';
export type { CallFilter } from '../testing/fake/call-log.ts';
export { createFakeShopify } from '../testing/fake/fake-shopify.ts';
export type {
  FakeShopify,
  FakeShopifyOptions,
  FakeSnapshot,
  FakeWebhook,
} from '../testing/fake/fake-shopify-options.ts';
export {
  defaultFaultKinds,
  type FaultKind,
  type FaultOptions,
  type FaultScript,
  faultKinds,
  type NextFault,
} from '../testing/fake/faults/faults.ts';
export type { FieldResolver, ResolverContext, ResolverMap } from '../testing/fake/graphql/context.ts';
export type {
  BetweenOptions,
  Hook,
  HookedCall,
  HookFilter,
  HookOptions,
  HookScript,
  KillPoint,
} from '../testing/fake/hooks/hooks.ts';
export type { FakeServer, ListenOptions } from '../testing/fake/http/listen.ts';
export { fakeCertificate } from '../testing/fake/http/listen.ts';
export type {
  ExecutedField,
  FakeCall,
  FakeCustomer,
  FakeExecution,
  FakeLineItem,
  FakeOrder,
  FakePlan,
  FakeShopOptions,
  FakeStats,
} from '../testing/fake/model.ts';
export type { FakeAppOptions } from '../testing/fake/oauth/session-token.ts';
export type { SessionTokenOptions, ShopControls } from '../testing/fake/oauth/shop-controls.ts';
export type { DeliveryAttempt, FakeDelivery } from '../testing/fake/store/entities.ts';
export type { Entity, FakeStore } from '../testing/fake/store/entity-store.ts';
export type {
  AppWebhookSubscription,
  EventSubscription,
  FakeWebhookOptions,
} from '../testing/fake/webhooks/options.ts';
export type {
  DeliveryHandler,
  EmitOptions,
  FakeEvent,
  FakeWebhooks,
  RotationOptions,
} from '../testing/fake/webhooks/send.ts';
export { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
export { type MatcherResult, type ShopwrightMatchers, shopwrightMatchers } from '../testing/matchers.ts';
export {
  bulkOperationFinishPayload,
  collectionPayload,
  customerDataRequestPayload,
  customerPayload,
  customerRedactPayload,
  inventoryItemPayload,
  inventoryLevelPayload,
  orderPayload,
  type PayloadOverrides,
  productPayload,
  scopesUpdatePayload,
  shopPayload,
  shopRedactPayload,
  variantPayload,
} from '../testing/webhooks/payloads.ts';
export {
  deliverWebhook,
  type EventContent,
  type EventToSign,
  type SignedWebhook,
  signEvent,
  signWebhook,
  type WebhookDelivery,
  type WebhookReceipt,
  type WebhookToSign,
} from '../testing/webhooks/sign-webhook.ts';
