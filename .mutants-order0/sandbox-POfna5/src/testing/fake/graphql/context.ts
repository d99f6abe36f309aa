// @ts-nocheck
import type { GraphQLResolveInfo } from 'graphql';
import type { Clock } from '../../../internal/clock.ts';
import type { Background } from '../background.ts';
import type { ExecutedField, FakePlan } from '../model.ts';
import type { EntityStore } from '../store/entity-store.ts';

/** What the engine says about a shop that its store does not hold. */
export interface ShopInfo {
  readonly name: string;
  readonly plan: FakePlan;
  /** Default `USD`. */
  readonly currencyCode?: string;
  /** Handles of the granted access scopes. */
  readonly scopes: readonly string[];
}

/**
 * What a resolver is given.
 *
 * @experimental More may come, and what the store holds may change, with any version.
 */
export interface ResolverContext {
  /** The state to read, and inside a mutation to change: changes stand only if it reports no `userErrors`. */
  readonly store: EntityStore;
  /** Shop domain. */
  readonly shop: string;
  readonly app: string;
  /** Scheme and host the request came to: where links of the fake must lead. */
  readonly origin: string;
  /** API version that was asked for, such as `2026-10`; `undefined` for the one of the schema. */
  readonly version?: string | undefined;
  readonly info: ShopInfo;
  readonly clock: Clock;
  /**
   * Tells of an event, such as `products/update`, when the operation has been committed. What is undone was never
   * told of. The payload is made only if somebody listens.
   */
  announce(topic: string, payload: () => object): void;
  /** Does work after `delayMs` of the clock from the commit on, as a unit of its own. */
  later(delayMs: number, work: (context: ResolverContext) => void): void;
}

/** What the fake's own resolvers are given besides. */
export interface OperationContext extends ResolverContext {
  later(delayMs: number, work: (context: OperationContext) => void): void;
  /** Work for later, and webhooks that are due. */
  readonly background: Background;
  /** Begins a unit over this one, whose changes and events stand only if it is committed. */
  begin(): UnitOfWork;
  /** What is noted about the operation. */
  readonly run: OperationRun;
  /** Root fields of queries that are simulated; not there for REST, where no query can be given. */
  readonly queryRoots?: ReadonlySet<string>;
}

/**
 * Resolves one field. Arguments are as the schema says, defaults included. May return a promise.
 *
 * @experimental See `ResolverContext`.
 */
export type FieldResolver = (
  source: unknown,
  args: unknown,
  context: ResolverContext,
  info: GraphQLResolveInfo,
) => unknown;

/** A time as Shopify writes it, in whole seconds. */
export const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** The time of the fake's clock, such as for `updatedAt`. */
export const isoNow = (clock: Clock): string => isoTime(clock.now());

/**
 * Resolvers by type name and field.
 *
 * @experimental See `ResolverContext`.
 */
export type ResolverMap = Readonly<Record<string, Readonly<Record<string, FieldResolver>>>>;

/** Gives a resolver its types. They hold because the schema's checks ran before, and each source comes from the parent's resolver. */
export function resolver<Source, Args = unknown>(
  resolve: (source: Source, args: Args, context: OperationContext, info: GraphQLResolveInfo) => unknown,
): FieldResolver {
  return (source, args, context, info) => resolve(source as Source, args as Args, context as OperationContext, info);
}

/** What is noted about one operation while it is executed. */
export interface OperationRun {
  /** Idempotency keys that its mutations carry. */
  readonly keys: Set<string>;
  /** Mutation fields that were executed, and not answered from an earlier time. */
  executed: number;
  /** Its root fields, in the order in which they were executed. */
  readonly fields: ExecutedField[];
  /** What `extensions.search` tells of searches. */
  readonly searches: object[];
}

/** Makes the notes of an operation that begins. */
export function createRun(): OperationRun {
  return { keys: new Set(), executed: 0, fields: [], searches: [] };
}

/** Changes, events and work for later that stand together, or not at all. */
export interface UnitOfWork {
  readonly context: OperationContext;
  /** Hands all of it on to what the unit lies over. */
  commit(): void;
}
