// @ts-nocheck
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GraphqlErrorEntry } from '../../errors/errors.ts';
import type { FaultKind } from './faults/faults.ts';

/** Plans set a bucket: points it holds and points that come back per second. */
export type FakePlan = 'standard' | 'advanced' | 'plus';

/** One shop of a fake Shopify. */
export interface FakeShopOptions {
  /** Domain. Default `demo.myshopify.com`. */
  readonly domain?: string;
  readonly name?: string;
  /** Default `standard`: 2,000 points, 100 a second. */
  readonly plan?: FakePlan;
  /** Bucket numbers that win over the plan's. */
  readonly bucket?: {
    readonly maximumAvailable?: number;
    readonly restoreRate?: number;
    readonly currentlyAvailable?: number;
  };
  /** Numbers of the REST bucket that win over the plan's: requests it holds, and that leak out per second. */
  readonly restBucket?: { readonly size?: number; readonly leakRate?: number };
  /** Accepted tokens and the app each belongs to. Default `{ shpat_fake: 'default' }`. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Granted scopes. Default all. */
  readonly scopes?: readonly string[];
  /** Names of the publications (sales channels). Default `['Online Store', 'Point of Sale']`. */
  readonly publications?: readonly string[];
  /** Names of the locations that stock inventory; the first is the primary one. Default `['Shop location']`. */
  readonly locations?: readonly string[];
  /** Customers that the shop has from the beginning. Default none. */
  readonly customers?: readonly FakeCustomer[];
  /** Orders that the shop has from the beginning, oldest first. Default none. */
  readonly orders?: readonly FakeOrder[];
  /** `uninstalled` answers 401, `frozen` 402, `locked` 423. Default `active`. */
  readonly state?: 'active' | 'uninstalled' | 'frozen' | 'locked';
}

/** A customer that a shop has from the beginning. Give an email address, a phone number or a name. */
export interface FakeCustomer {
  readonly email?: string;
  /** As E.164 has it, such as `+15551234567`. */
  readonly phone?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly note?: string;
  readonly tags?: readonly string[];
  /** ISO 8601. Default: the time of the fake's clock. */
  readonly createdAt?: string;
}

/** An order that a shop has from the beginning. It is not fulfilled: `fulfillmentCreate` does that. */
export interface FakeOrder {
  readonly lineItems: readonly FakeLineItem[];
  /** Email address of one of the shop's `customers`. */
  readonly customer?: string;
  /** Default: that of the customer. */
  readonly email?: string;
  readonly note?: string;
  readonly tags?: readonly string[];
  /** Default `PAID`. */
  readonly financialStatus?: 'AUTHORIZED' | 'PAID' | 'PENDING' | 'REFUNDED' | 'VOIDED';
  /** ISO 8601. Default: the time of the fake's clock. */
  readonly createdAt?: string;
  /** ISO 8601. Default: `createdAt`. */
  readonly updatedAt?: string;
}

/** One line of a `FakeOrder`. */
export interface FakeLineItem {
  readonly title: string;
  /** Default 1. */
  readonly quantity?: number;
  /** Of one unit, as decimal text. Default `0.00`. */
  readonly price?: string;
  readonly sku?: string;
}

/** The body of one GraphQL request. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  /** The version whose schema answers. Default: the newest that the package carries. */
  readonly apiVersion?: string;
}

/** An operation that the real schema accepts, with its variables coerced. */
export interface PreparedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Operation name, or the first root field's name. */
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly rootFields: readonly string[];
  /** Coerced values, defaults included. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Prepared =
  | { readonly ok: true; readonly operation: PreparedOperation }
  | { readonly ok: false; readonly errors: readonly GraphqlErrorEntry[] };

export interface Executed {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphqlErrorEntry[];
  /** Its root fields, in the order in which they were executed. */
  readonly fields?: readonly ExecutedField[];
  /** Keys that its mutations carried, if any. */
  readonly idempotencyKeys?: readonly string[];
  /** What `extensions.search` tells: searches that Shopify warns of. */
  readonly searches?: readonly object[];
  /** `false` where every mutation was refused before it ran, or answered from an earlier run with its key. */
  readonly executed?: boolean;
}

/** Who sends an operation, and through which door. */
export interface Caller {
  /** Shop domain. */
  readonly shop: string;
  readonly app: string;
  /** Scopes that its token has. Default: those of the shop. */
  readonly scopes?: readonly string[];
  /** Scheme and host the request came to, such as `http://127.0.0.1:4010`: where links of the fake must lead. */
  readonly origin: string;
  /** API version that was asked for. Default: the one of the schema. */
  readonly version?: string;
  /** Connections answer with all they have, whatever page is asked for: as bulk queries do. Default `false`. */
  readonly wholeLists?: boolean;
}

/** Parses, validates and executes against the real schema and the store. */
export interface GraphqlEngine {
  /** Parses and validates; executes nothing. */
  prepare(request: GraphqlRequest): Prepared;
  /** Executes against the state of the caller's shop. */
  execute(operation: PreparedOperation, caller: Caller): Promise<Executed>;
}

/** One request that a fake got. */
export interface FakeCall {
  /** Wall time of its arrival, in milliseconds since the epoch. */
  readonly at: number;
  /** Domain; empty where the request named no shop of the fake. */
  readonly shop: string;
  /** The app whose token it carried. */
  readonly app?: string;
  /**
   * Operation name, or its first root field's; of REST the method and the kind of path, such as
   * `PUT products/{id}.json`. Empty where no valid operation came.
   */
  readonly operation: string;
  readonly rootFields: readonly string[];
  readonly kind?: 'query' | 'mutation';
  /** Empty too where the fake does not record them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** HTTP status; 0 where the caller got no response. */
  readonly status: number;
  /** Points; 0 where it did not come so far. */
  readonly requestedCost: number;
  /** Points charged in the end. */
  readonly actualCost: number;
  /**
   * `fault` wins over the outcome it hides; `refused` is any answer that executed nothing for the caller's own fault;
   * `killed` got no response, since its client was stopped by `hooks.killAt`.
   */
  readonly outcome: 'ok' | 'throttled' | 'fault' | 'refused' | 'killed';
  readonly fault?: FaultKind;
  /** Keys of `@idempotent` that its mutations carried, if any. */
  readonly idempotencyKeys?: readonly string[];
  /**
   * Whether the operation was executed, also where the caller cannot know it. A mutation that was answered from an
   * earlier run with its idempotency key was not.
   */
  readonly executed: boolean;
}

/** One root field of an operation, as it was executed. */
export interface ExecutedField {
  /** Such as `productSet`. */
  readonly name: string;
  /** Its arguments with variables and defaults put in; empty where the fake does not record variables. */
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * `user-errors`: its payload reports some, so that nothing or only a part was changed. `error`: it threw, as for
   * `NOT_SIMULATED`. `not-run`: it was refused for its idempotency key, or answered from an earlier run with it.
   */
  readonly result: 'ok' | 'user-errors' | 'error' | 'not-run';
}

/**
 * One thing that a fake executed: an operation, a REST call, an upload, a download, a call of OAuth, or inside of a
 * bulk operation its query or one row of its mutation.
 */
export interface FakeExecution {
  /** Wall time at which it was done, in milliseconds since the epoch. */
  readonly at: number;
  /** Domain. */
  readonly shop: string;
  /** The app whose token it carried. */
  readonly app?: string;
  /** As in `FakeCall`: an operation's name, `PUT products/{id}.json`, `staged upload`, `bulk download`. */
  readonly operation: string;
  readonly kind?: 'query' | 'mutation';
  /** Root fields of GraphQL, in order; a field that stands there twice is there twice. Empty for others. */
  readonly fields: readonly ExecutedField[];
  /** Points charged; 0 for what costs none, such as all that a bulk operation does. */
  readonly points: number;
  /** Bytes of the body that was sent: of an upload about the size of the file. 0 inside of a bulk operation. */
  readonly bytes: number;
  /** Gid of the bulk operation that did it. */
  readonly bulkOperation?: string;
}

/** What happened so far. Points are those of Shopify's cost rule. */
export interface FakeStats {
  readonly calls: number;
  /** THROTTLED answers because the bucket was short. */
  readonly throttled: number;
  /** THROTTLED answers that were injected as a fault. */
  readonly throttledInjected: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly pointsUsed: number;
  /** Points that could have been used until now: those there at the first call, and what came back since. */
  readonly pointsPossible: number;
  /** Points that did not come back since the first call, because the bucket was full. */
  readonly pointsLost: number;
  /** Used points as a share of the possible ones, from 0 to 1. */
  readonly utilisation: number;
}
