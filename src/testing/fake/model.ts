import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GraphqlErrorEntry } from '../../errors/errors.ts';
import type { FaultKind } from './faults/faults.ts';

/** A plan sets the bucket: the points it holds and the points restored per second. */
export type FakePlan = 'standard' | 'advanced' | 'plus';

/** A shop of a fake Shopify. */
export interface FakeShopOptions {
  /** Domain. Default `demo.myshopify.com`. */
  readonly domain?: string;
  readonly name?: string;
  /** Default `standard`: 2,000 points, 100 restored per second. */
  readonly plan?: FakePlan;
  /** Bucket values that override the plan's. */
  readonly bucket?: {
    readonly maximumAvailable?: number;
    readonly restoreRate?: number;
    readonly currentlyAvailable?: number;
  };
  /** REST bucket values that override the plan's: requests it holds, and requests that leak out per second. */
  readonly restBucket?: { readonly size?: number; readonly leakRate?: number };
  /** Accepted tokens, each with the app it belongs to. Default `{ shpat_fake: 'default' }`. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Granted scopes. Default: all. */
  readonly scopes?: readonly string[];
  /** Names of the publications (sales channels). Default `['Online Store', 'Point of Sale']`. */
  readonly publications?: readonly string[];
  /** Names of the locations that stock inventory. The first is the primary location. Default `['Shop location']`. */
  readonly locations?: readonly string[];
  /** Customers that the shop starts with. Default: none. */
  readonly customers?: readonly FakeCustomer[];
  /** Orders that the shop starts with, oldest first. Default: none. */
  readonly orders?: readonly FakeOrder[];
  /** `uninstalled` answers 401, `frozen` 402, `locked` 423. Default `active`. */
  readonly state?: 'active' | 'uninstalled' | 'frozen' | 'locked';
}

/** A customer that a shop starts with. Give an email address, a phone number or a name. */
export interface FakeCustomer {
  readonly email?: string;
  /** In E.164 format, such as `+15551234567`. */
  readonly phone?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly note?: string;
  readonly tags?: readonly string[];
  /** ISO 8601. Default: the time of the fake's clock. */
  readonly createdAt?: string;
}

/** An order that a shop starts with. It is unfulfilled; fulfill it with `fulfillmentCreate`. */
export interface FakeOrder {
  readonly lineItems: readonly FakeLineItem[];
  /** Email address of one of the shop's `customers`. */
  readonly customer?: string;
  /** Default: the customer's. */
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
  /** Price of one unit, as a decimal string. Default `0.00`. */
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
  | {
      readonly ok: false;
      readonly errors: readonly GraphqlErrorEntry[];
      /** Set if only the size of the input was refused: the response then contains the cost. */
      readonly operation?: PreparedOperation;
    };

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

/** One request that a fake received. */
export interface FakeCall {
  /** Wall time of its arrival, in milliseconds since the epoch. */
  readonly at: number;
  /** Domain; empty if the request named no shop of the fake. */
  readonly shop: string;
  /** The app whose token it carried. */
  readonly app?: string;
  /**
   * Operation name, or the name of its first root field; for REST, the method and path pattern, such as
   * `PUT products/{id}.json`. Empty if the request had no valid operation.
   */
  readonly operation: string;
  readonly rootFields: readonly string[];
  readonly kind?: 'query' | 'mutation';
  /** Empty if there were none, or if the fake does not record them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** HTTP status; 0 if the caller got no response. */
  readonly status: number;
  /** Points; 0 if it was not processed that far. */
  readonly requestedCost: number;
  /** Points charged in the end. */
  readonly actualCost: number;
  /**
   * `fault` takes precedence over the outcome it hides. `refused`: nothing was executed because of a mistake of the
   * caller. `killed`: there was no response, because `hooks.killAt` stopped the client.
   */
  readonly outcome: 'ok' | 'throttled' | 'fault' | 'refused' | 'killed';
  readonly fault?: FaultKind;
  /** Keys of `@idempotent` that its mutations carried, if any. */
  readonly idempotencyKeys?: readonly string[];
  /**
   * Whether the operation was executed, even if the caller cannot know. It is `false` for a mutation that was answered
   * from an earlier run with its idempotency key.
   */
  readonly executed: boolean;
}

/** One root field of an operation, as it was executed. */
export interface ExecutedField {
  /** Such as `productSet`. */
  readonly name: string;
  /** Its arguments, with variables and defaults filled in; empty if the fake does not record variables. */
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * `user-errors`: its payload reports some, so nothing or only a part was changed. `error`: it threw, for example
   * `NOT_SIMULATED`. `not-run`: it was refused because of its idempotency key, or answered from an earlier run with
   * that key.
   */
  readonly result: 'ok' | 'user-errors' | 'error' | 'not-run';
}

/**
 * One thing that a fake executed: an operation, a REST call, an upload, a download, an OAuth call, or, inside a bulk
 * operation, its query or one row of its mutation.
 */
export interface FakeExecution {
  /** Wall time at which it was executed, in milliseconds since the epoch. */
  readonly at: number;
  /** Domain. */
  readonly shop: string;
  /** The app whose token it carried. */
  readonly app?: string;
  /** As in `FakeCall`: an operation's name, `PUT products/{id}.json`, `staged upload`, `bulk download`. */
  readonly operation: string;
  readonly kind?: 'query' | 'mutation';
  /** GraphQL root fields, in order; a field selected twice is listed twice. Empty for anything else. */
  readonly fields: readonly ExecutedField[];
  /** Points charged; 0 for what costs none, such as everything a bulk operation does. */
  readonly points: number;
  /** Bytes of the request body; for an upload, about the size of the file. 0 inside a bulk operation. */
  readonly bytes: number;
  /** Gid of the bulk operation that executed it. */
  readonly bulkOperation?: string;
}

/** What has happened so far. Points follow Shopify's cost rule. */
export interface FakeStats {
  readonly calls: number;
  /** THROTTLED answers because the bucket had too few points. */
  readonly throttled: number;
  /** THROTTLED answers that were injected as a fault. */
  readonly throttledInjected: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly pointsUsed: number;
  /** Points that could have been used so far: those available at the first call, plus those restored since. */
  readonly pointsPossible: number;
  /** Points not restored since the first call because the bucket was full. */
  readonly pointsLost: number;
  /** Used points as a share of the possible ones, from 0 to 1. */
  readonly utilisation: number;
}
