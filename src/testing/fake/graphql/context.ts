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
 * What a resolver receives.
 *
 * @experimental Any version may add to it, or change what the store holds.
 */
export interface ResolverContext {
  /** The state, to read and, inside a mutation, to change. Changes are kept only if it reports no `userErrors`. */
  readonly store: EntityStore;
  /** Shop domain. */
  readonly shop: string;
  readonly app: string;
  /** Scheme and host of the request: where the fake's links must lead. */
  readonly origin: string;
  /** API version of the request, such as `2026-10`; `undefined` for that of the schema. */
  readonly version?: string | undefined;
  readonly info: ShopInfo;
  readonly clock: Clock;
  /**
   * Announces an event, such as `products/update`, once the operation is committed. If it is rolled back, nothing is
   * announced. The payload is built only if there are listeners.
   */
  announce(topic: string, payload: () => object): void;
  /** Does work `delayMs` after the commit, on the fake's clock, in a transaction of its own. */
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
 * Resolves one field. Arguments follow the schema, with defaults filled in. It may return a promise.
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
