import type { Entity } from './entity-store.ts';

/** A value of an option. */
export interface StoredOptionValue {
  readonly id: string;
  readonly name: string;
  /** Gid of the metaobject that the value of a linked option is. */
  readonly linkedMetafieldValue?: string;
}

/** The metafield that an option is linked to. */
export interface StoredLink {
  /** Resolved: `app--1001`, never `$app`. */
  readonly namespace: string;
  readonly key: string;
}

/** An option of a product, such as "Size". */
export interface StoredOption {
  readonly id: string;
  readonly name: string;
  /** From 1. */
  readonly position: number;
  readonly optionValues: readonly StoredOptionValue[];
  readonly linkedMetafield?: StoredLink;
}

/** A metaobject, such as a colour that options are linked to. */
export interface MetaobjectEntity extends Entity {
  readonly type: string;
  readonly handle: string;
  readonly fields: readonly { readonly key: string; readonly value: string; readonly type: string }[];
  /** What it is called where its definition names no field for that. Absent: its handle as a title. */
  readonly title?: string;
  /** Of one whose definition lets it be published. Absent: a draft. */
  readonly status?: string;
  readonly templateSuffix?: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What metaobjects of a type have. */
export interface MetaobjectDefinitionEntity extends Entity {
  readonly type: string;
  readonly name: string;
  readonly description: string | null;
  readonly displayNameKey: string | null;
  readonly fieldDefinitions: readonly {
    readonly key: string;
    readonly name: string;
    readonly description?: string | null;
    readonly type: string;
    readonly required: boolean;
    readonly validations?: readonly StoredValidation[];
    /** Whether staff can filter by it. */
    readonly isFilterable?: boolean;
  }[];
  readonly access?: Readonly<Record<string, string>>;
  /** Those that are switched on, with their data. */
  readonly capabilities?: Readonly<
    Partial<Record<'onlineStore' | 'publishable' | 'renderable' | 'translatable', Readonly<Record<string, unknown>>>>
  >;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

/** A metafield of a product or variant. */
export interface StoredMetafield {
  readonly id: string;
  /** Resolved: `app--1001`, never `$app`. */
  readonly namespace: string;
  readonly key: string;
  readonly type: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An image of a product. */
export interface StoredMedia {
  readonly id: string;
  readonly alt: string | null;
  readonly mediaContentType: 'IMAGE';
  /** Milliseconds since the epoch, from which on it is worked on; one without is ready. */
  readonly uploadedAtMs?: number;
  /** Its last update from another address. */
  readonly renewal?: {
    /** Milliseconds since the epoch, from which on it is worked on. */
    readonly atMs: number;
    /** What is to be seen until that is done. */
    readonly earlier: StoredMedia['image'];
    /** Whether no download finds the address: then the image stays what it was. */
    readonly hasFailed: boolean;
  };
  /** Where it was uploaded from. */
  readonly originalSource: { readonly url: string };
  readonly image: { readonly id: string; readonly url: string; readonly altText: string | null };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A variant, with the stock-keeping side of it. */
export interface StoredVariant {
  readonly id: string;
  readonly productId: string;
  readonly title: string;
  /** From 1. */
  readonly position: number;
  readonly sku: string | null;
  readonly price: string;
  readonly compareAtPrice: string | null;
  readonly barcode: string | null;
  /** All of them, `barcode` first; where left out, `barcode` is the only one. */
  readonly barcodes?: readonly string[];
  readonly inventoryPolicy: string;
  readonly inventoryItem: Readonly<Record<string, unknown>> & { readonly id: string; readonly tracked: boolean };
  readonly taxable: boolean;
  readonly taxCode: string | null;
  readonly showUnitPrice: boolean;
  readonly selectedOptions: readonly {
    readonly name: string;
    readonly value: string;
    readonly optionValue: StoredOptionValue;
  }[];
  /** Gids of images of the product. */
  readonly mediaIds: readonly string[];
  readonly metafields: readonly StoredMetafield[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A product with all that belongs to it. */
export interface ProductEntity extends Entity {
  readonly title: string;
  readonly handle: string;
  readonly descriptionHtml: string;
  readonly vendor: string;
  readonly productType: string;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly status: string;
  readonly templateSuffix: string | null;
  readonly requiresSellingPlan: boolean;
  /** Not there in what was stored before products could be gift cards. */
  readonly isGiftCard?: boolean;
  readonly giftCardTemplateSuffix?: string | null;
  readonly seo: { readonly title: string | null; readonly description: string | null };
  readonly category: { readonly id: string } | null;
  readonly collectionIds: readonly string[];
  readonly options: readonly StoredOption[];
  readonly variants: readonly StoredVariant[];
  readonly media: readonly StoredMedia[];
  readonly metafields: readonly StoredMetafield[];
  /** Where it is published, and from when (ISO 8601). */
  readonly published: readonly { readonly publicationId: string; readonly publishDate: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A definition of a metafield. */
export interface MetafieldDefinitionEntity extends Entity {
  readonly ownerType: string;
  /** Resolved: `app--1001`, never `$app`. */
  readonly namespace: string;
  readonly key: string;
  readonly name: string;
  readonly type: { readonly name: string };
  /** No two things of the owner type may have the same value. */
  readonly uniqueValues: boolean;
  /** From 1 on, by type of owner; `null` for what is not pinned. */
  readonly pinnedPosition: number | null;
  /** Not there in what was stored before definitions had any. */
  readonly validations?: readonly StoredValidation[];
  /** Other abilities that were asked for, by name. They have no effect in the fake. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly access?: Readonly<Record<string, string>>;
}

/** What a definition demands of values. */
export interface StoredValidation {
  readonly name: string;
  readonly value: string;
}

/** One rule of a smart collection, in the words of `CollectionRule`. */
export interface StoredRule {
  readonly column: string;
  readonly relation: string;
  readonly condition: string;
}

/** What decides which products are in a smart collection. */
export interface StoredRuleSet {
  /** Whether one rule that fits is enough. */
  readonly appliedDisjunctively: boolean;
  readonly rules: readonly StoredRule[];
}

/**
 * A collection of products that are added by hand, or by its rules. The products record which were added by hand.
 */
export interface CollectionEntity extends Entity {
  readonly title: string;
  readonly handle: string;
  readonly descriptionHtml: string;
  readonly sortOrder: string;
  readonly templateSuffix: string | null;
  readonly seo: { readonly title: string | null; readonly description: string | null };
  readonly image: null;
  /** Where it is published, and from when (ISO 8601). */
  readonly published?: ProductEntity['published'];
  /** Only of a smart collection. */
  readonly ruleSet?: StoredRuleSet;
  readonly metafields: readonly StoredMetafield[];
  readonly updatedAt: string;
  /** Milliseconds since the epoch, until which the products that it was made with are not counted. */
  readonly countedAtMs?: number;
}

/** The address of a location, as far as it was given. */
export interface StoredAddress {
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly provinceCode: string | null;
  readonly zip: string | null;
  readonly phone: string | null;
}

/** A place where inventory is stocked. */
export interface LocationEntity extends Entity {
  readonly name: string;
  readonly isActive: boolean;
  /** New variants are stocked there. */
  readonly isPrimary: boolean;
  readonly fulfillsOnlineOrders: boolean;
  readonly address: StoredAddress;
  /** Not there in what was stored before locations had any. */
  readonly metafields?: readonly StoredMetafield[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deactivatedAt: string | null;
}

/** An active location as it is when it is new. */
export function newLocation(
  id: string,
  now: string,
  given: Pick<LocationEntity, 'name'> & Partial<LocationEntity>,
): LocationEntity {
  const nowhere = { address1: null, address2: null, city: null, provinceCode: null, zip: null, phone: null };
  return {
    isActive: true,
    isPrimary: false,
    fulfillsOnlineOrders: true,
    address: { ...nowhere, countryCode: 'US' },
    createdAt: now,
    updatedAt: now,
    deactivatedAt: null,
    ...given,
    id,
  };
}

/**
 * States a unit of stock can be in. All but `incoming` are on hand.
 * https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states
 */
export const quantityStates = [
  'available',
  'committed',
  'damaged',
  'incoming',
  'quality_control',
  'reserved',
  'safety_stock',
] as const;

/** A state that is counted by itself. */
export type QuantityState = (typeof quantityStates)[number];

/** A name by which a quantity is read; `on_hand` is a sum. */
export type QuantityName = QuantityState | 'on_hand';

/** The stock of one inventory item at one location. */
export interface InventoryLevelEntity extends Entity {
  readonly itemId: string;
  readonly locationId: string;
  readonly isActive: boolean;
  readonly quantities: Readonly<Record<QuantityState, number>>;
  /** When each state was last changed by itself. */
  readonly changedAt?: Readonly<Partial<Record<QuantityState, string>>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** One line of an adjustment group. */
export interface StoredInventoryChange {
  readonly itemId: string;
  readonly locationId: string;
  readonly name: QuantityName;
  readonly delta: number;
  readonly ledgerDocumentUri: string | null;
}

/** What one inventory mutation changed. */
export interface InventoryAdjustmentGroupEntity extends Entity {
  readonly reason: string;
  readonly referenceDocumentUri: string | null;
  readonly entries: readonly StoredInventoryChange[];
  readonly createdAt: string;
}

/** An image that was uploaded by itself, and may belong to products too. */
export interface FileEntity extends Entity, StoredMedia {
  readonly id: string;
}

/** What is to be done in the background, as plain JSON. */
export interface DeferredRequest {
  /** Which kind of work it is. */
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An operation or job that runs on the fake's clock. */
export interface DeferredEntity extends Entity {
  readonly status: 'CREATED' | 'ACTIVE' | 'COMPLETE';
  readonly request: DeferredRequest;
  /** When it is done, in milliseconds since the epoch. */
  readonly dueAt: number;
  readonly productId: string | null;
  readonly deletedProductId: string | null;
  readonly userErrors: readonly unknown[];
}

/** Whatever of a deferred entity its work fills in. */
export type DeferredOutcome = Partial<Pick<DeferredEntity, 'productId' | 'deletedProductId' | 'userErrors'>>;

/** What came of a mutation with an idempotency key. */
export interface IdempotencyRecordEntity extends Entity {
  /** Digest of app and key. */
  readonly id: string;
  /** Digest of the mutation and its arguments. */
  readonly fingerprint: string;
  readonly state: 'done' | 'failed';
  /** With references in place of stored entities; see `recordedPayload`. */
  readonly payload?: unknown;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What a bulk operation is, in the words of the schema. */
export type BulkType = 'QUERY' | 'MUTATION';

/** How far a bulk operation has come. That its file has expired is not stored: the clock tells it. */
export type StoredBulkStatus = 'CREATED' | 'RUNNING' | 'CANCELING' | 'CANCELED' | 'COMPLETED' | 'FAILED';

/** Why a bulk operation failed, in the words of the schema. */
export type BulkErrorCode = 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT';

/** A bulk operation; kind `BulkOperation`. */
export interface BulkOperationEntity extends Entity {
  /** The app that started it: no other sees it. */
  readonly app: string;
  /** Scheme and host by which it was started. */
  readonly origin: string;
  readonly type: BulkType;
  readonly status: StoredBulkStatus;
  /** Whether the token that started it misses a scope for it: then it fails when it begins to run. */
  readonly denied: boolean;
  /** The query, or the mutation. */
  readonly query: string;
  /** The API version by which it was started, and runs. */
  readonly apiVersion: string;
  /** Whether nested lines follow their parents at once. */
  readonly groupObjects: boolean;
  /** The file with the variables; `null` for a query. */
  readonly upload: { readonly key: string; readonly revision: number } | null;
  readonly errorCode: BulkErrorCode | null;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; only where it was completed. */
  readonly completedAt: string | null;
  /** ISO 8601; from here on its file counts its seven days. */
  readonly endedAt: string | null;
  /** Lines so far. */
  readonly objectCount: number;
  /** Lines so far that hang on no other. */
  readonly rootObjectCount: number;
  /** Bytes of the lines so far. */
  readonly bytes: number;
}

/**
 * Some lines of a result, each with its line break; kind `BulkResultPart`. One part is written at a time, so that a
 * stop loses at most one.
 */
export interface BulkResultPartEntity extends Entity {
  readonly operationId: string;
  readonly text: string;
}

/** A place that a file can be uploaded to; kind `StagedUpload`. */
export interface StagedUploadEntity extends Entity {
  /** Path of the file, such as `tmp/1/bulk/…/rows.jsonl`. */
  readonly key: string;
  readonly resource: string;
  readonly httpMethod: 'POST' | 'PUT';
  readonly mimeType: string;
  /** What a form must hold besides the file, or what the headers of a `PUT` must say. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** How often a file was uploaded: 0 for not yet. */
  readonly revision: number;
  /** The file, where it holds variables of a bulk mutation. Other files are taken and forgotten. */
  readonly content: string | null;
}

/** An access token that the token endpoint gave. */
export interface AccessTokenEntity extends Entity {
  /** Id of the app in this fake. */
  readonly app: string;
  readonly mode: 'offline' | 'online';
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch; `null` for never. */
  readonly expiresAt: number | null;
}

/** A refresh token. */
export interface RefreshTokenEntity extends Entity {
  readonly app: string;
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** What it was exchanged for; `null` for one that is unused. */
  readonly replacement: StoredPair | null;
}

/** An access token and a refresh token that were given together. */
export interface StoredPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the pair was given: wall time in milliseconds since the epoch. */
  readonly at: number;
  /** When the refresh token ends. */
  readonly refreshExpiresAt: number;
}

/** A code that waits to be exchanged. */
export interface AuthorizationCodeEntity extends Entity {
  readonly app: string;
  readonly mode: 'offline' | 'online';
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A token that is not taken any more, though the options of the fake may still name it. */
export interface RetiredTokenEntity extends Entity {
  /** What it was migrated to; `null` for one that was revoked. */
  readonly migration: StoredPair | null;
}

/** Kinds under which the store keeps what OAuth gave. */
export const oauthKinds = {
  access: 'AccessToken',
  refresh: 'RefreshToken',
  code: 'AuthorizationCode',
  retired: 'RetiredToken',
} as const;

/** The gid of a token or code: it is found by itself. */
export const tokenGid = (kind: string, token: string): string => `gid://shopify/${kind}/${token}`;

/** The token or code in a gid. */
export const tokenOf = ({ id }: Entity): string => id.slice(id.lastIndexOf('/') + 1);

/** What can be changed of a subscription. */
export interface WebhookSubscriptionContent {
  readonly uri: string;
  readonly format: 'JSON';
  readonly filter: string | null;
  /** Empty for all fields. */
  readonly includeFields: readonly string[];
  /** Resolved: `app--1001`, never `$app`. */
  readonly metafieldNamespaces: readonly string[];
  readonly metafields: readonly MetafieldName[];
  readonly name: string | null;
}

/** A subscription that an app made through the API, for one shop. */
export interface WebhookSubscriptionEntity extends Entity, WebhookSubscriptionContent {
  /** The app that made it, and the only one that sees it. */
  readonly app: string;
  /** As the enum has it, such as `PRODUCTS_UPDATE`. */
  readonly topic: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A metafield that a payload is to have, with the resolved namespace. */
export interface MetafieldName {
  readonly namespace: string;
  readonly key: string;
}

/** One delivery attempt. */
export interface DeliveryAttempt {
  /** Wall time at which it began, in milliseconds since the epoch. */
  readonly at: number;
  /** HTTP status of the response; 0 if there was none. */
  readonly status: number;
  /** Why there was no response: `timeout`, or the error's message. */
  readonly error?: string;
}

/** A webhook that a fake sends or has sent. */
export interface FakeDelivery {
  /** Unique to this delivery, while copies share a `webhookId`. */
  readonly id: string;
  /** Shop domain. */
  readonly shop: string;
  /** Wire name, or the resource of a next-generation event. */
  readonly topic: string;
  readonly generation: 'classic' | 'next';
  /** What happened to the resource, for next-generation events; otherwise `null`. */
  readonly action: string | null;
  /** Where it goes, even if the subscription's address has changed since. */
  readonly uri: string;
  /** The app that subscribed, whose secret signs; `null` for the first app. */
  readonly app: string | null;
  /** Gid of a subscription created through the API; `null` for one from the app's configuration. */
  readonly subscriptionId: string | null;
  /** Name of the subscription, or its handle for next-generation events. */
  readonly name: string | null;
  /** The same in all attempts and copies. */
  readonly webhookId: string;
  /** The same in all deliveries caused by one action. */
  readonly eventId: string;
  /** ISO 8601. */
  readonly triggeredAt: string;
  /** The same in all attempts and copies; emptied once the delivery has ended if `recordVariables` is `false`. */
  readonly body: string;
  /** Whether it is a copy that Shopify sends by mistake. It is sent once and never retried. */
  readonly isCopy: boolean;
  readonly attempts: readonly DeliveryAttempt[];
  /**
   * `waiting`: for its first or next attempt. `delivered`: answered with 2xx. `failed`: given up. `recorded`: the
   * address is not served (Pub/Sub, EventBridge).
   */
  readonly state: 'waiting' | 'delivered' | 'failed' | 'recorded';
  /** Wall time of the next attempt, in milliseconds since the epoch; `null` if there is none. */
  readonly nextAttemptAt: number | null;
}

/** A delivery that waits, as the store keeps it. */
export interface WebhookDeliveryEntity extends Entity, FakeDelivery {
  readonly id: string;
}

/** Kinds under which the store keeps them. */
export const webhookKinds = { subscription: 'WebhookSubscription', delivery: 'WebhookDelivery' } as const;
