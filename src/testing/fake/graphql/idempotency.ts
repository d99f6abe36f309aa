import { createHash } from 'node:crypto';
import {
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getDirectiveValues,
  getNamedType,
  isEnumType,
  isObjectType,
} from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { keyRule } from '../schema.ts';
import type { IdempotencyRecordEntity } from '../store/entities.ts';
import type { OperationContext, OperationRun } from './context.ts';
import { badRequest } from './errors.ts';
import { parseGid } from './gid.ts';
import { reportsErrors } from './mutation.ts';
import { loadNode } from './resolvers/nodes.ts';

/** Answers one mutation field, by running it or from an earlier run with its key. */
export type IdempotencyGuard = (
  args: unknown,
  context: OperationContext,
  info: GraphQLResolveInfo,
  run: () => unknown,
) => unknown;

/** The idempotency of one engine. */
interface Idempotency {
  readonly guard: IdempotencyGuard;
  /** Ends what an operation holds, when it was committed or given up. */
  release(run: OperationRun): void;
}

/** A key that is in use by an operation. */
interface Claim {
  readonly holder: OperationRun;
  readonly fingerprint: string;
}

/**
 * Makes the guard around all mutations that demand `@idempotent(key:)`, also around resolvers that a user adds for
 * them. Records stand in the store, by shop, app and key, for 24 hours of the fake's clock; what runs at this moment
 * is known to the engine only.
 * https://shopify.dev/docs/api/usage/implementing-idempotency
 */
export function createIdempotency(): Idempotency {
  const claims = new Map<string, Claim>();

  const guard: IdempotencyGuard = (args, context, info, run) => {
    const key = keyOf(info);
    const rule = keyRule(info.schema, info.fieldName);
    if (key === undefined && rule !== 'required') return run();
    // Not known of Shopify; but to ignore it would promise a safety that is not there.
    if (rule === 'none') throw badRequest(`The @idempotent directive is not supported for ${info.fieldName}.`);
    if (key === undefined)
      throw badRequest('The @idempotent directive is required for this mutation but was not provided.');
    if (key.trim() === '') throw badRequest("The key of the @idempotent directive can't be blank.");
    context.run.keys.add(key);

    const id = recordId(context.app, key);
    const fingerprint = fingerprintOf(info.fieldName, args);
    const claimed = `${context.shop} ${id}`;
    const claim = claims.get(claimed);
    if (claim && claim.holder !== context.run) {
      return refusedPayload(
        info,
        claim.fingerprint === fingerprint ? 'IDEMPOTENCY_CONCURRENT_REQUEST' : 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
      );
    }

    const record = findRecord(context, id);
    if (record && record.fingerprint !== fingerprint) return refusedPayload(info, 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH');
    if (record?.state === 'done') return rebuiltPayload(record.payload, context);
    if (record && canSay(info, 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'))
      return refusedPayload(info, 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED');

    claims.set(claimed, { holder: context.run, fingerprint });
    const succeeded = (payload: unknown): unknown => {
      if (reportsErrors(payload)) putRecord(context, { id, fingerprint, state: 'failed' });
      else putRecord(context, { id, fingerprint, state: 'done', payload: recordedPayload(payload, context) });
      return payload;
    };
    const failed = (error: unknown): never => {
      // An error in GraphQL's own shape refuses the request before it is executed: the key is as good as new.
      if (error instanceof GraphQLError) claims.delete(claimed);
      else putRecord(context, { id, fingerprint, state: 'failed' });
      throw error;
    };
    try {
      const payload = run();
      return payload instanceof Promise ? payload.then(succeeded, failed) : succeeded(payload);
    } catch (error) {
      return failed(error);
    }
  };

  return {
    guard,
    release(run) {
      for (const [claimed, { holder }] of claims) if (holder === run) claims.delete(claimed);
    },
  };
}

/** The key that a field carries. */
function keyOf({ schema, fieldNodes, variableValues }: GraphQLResolveInfo): string | undefined {
  const directive = schema.getDirective('idempotent');
  if (!directive) return undefined;
  for (const node of fieldNodes) {
    const key = getDirectiveValues(directive, node, variableValues)?.key;
    if (typeof key === 'string') return key;
  }
  return undefined;
}

const kind = 'IdempotencyRecord';

/** How long a key is kept, from its first request on. https://shopify.dev/docs/api/usage/implementing-idempotency */
const keptMs = 24 * 3_600_000;

const digest = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Id of the record of an app's key in its shop. */
const recordId = (app: string, key: string): string => digest(app, key);

/** What tells requests with the same key apart: the mutation and its arguments. */
const fingerprintOf = (mutation: string, args: unknown): string => digest(mutation, args);

/** The record of a key, if it is not too old. */
function findRecord({ store, shop, clock }: OperationContext, id: string): IdempotencyRecordEntity | undefined {
  const record = store.get(shop, kind, id) as IdempotencyRecordEntity | undefined;
  return record && record.expiresAt > clock.now() ? record : undefined;
}

/** A record without the end of its time. */
type NewRecord = Pick<IdempotencyRecordEntity, 'id' | 'fingerprint' | 'state' | 'payload'>;

/** Keeps a record, and drops those that are too old. */
function putRecord(context: OperationContext, record: NewRecord): void {
  const { store, shop, clock } = context;
  // Oldest first, so that the first one that is young enough ends it.
  for (const old of store.all(shop, kind) as readonly IdempotencyRecordEntity[]) {
    if (old.expiresAt > clock.now()) break;
    store.delete(shop, kind, old.id);
  }
  const expiresAt = findRecord(context, record.id)?.expiresAt ?? clock.now() + keptMs;
  store.put(shop, kind, { ...record, expiresAt });
}

/** Stands in a record for something of the store. */
const referenceField = '$node';

/**
 * A payload as it is kept: a reference to whatever the store holds, a copy of the rest as JSON. What leads back to
 * itself is left out there.
 */
function recordedPayload(payload: unknown, context: OperationContext): unknown {
  const record = (value: unknown, around: readonly unknown[]): unknown => {
    if (around.includes(value)) return undefined;
    const within = [...around, value];
    if (Array.isArray(value)) return value.map((part) => record(part, within));
    if (!isRecord(value)) return value;
    if (typeof value.id === 'string' && nodeOf(value.id, context)) return { [referenceField]: value.id };
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, record(part, within)]));
  };
  return record(payload, []);
}

/** The payload again, from the state of now: what was changed since is changed, what was deleted since is `null`. */
function rebuiltPayload(recorded: unknown, context: OperationContext): unknown {
  const rebuild = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rebuild);
    if (!isRecord(value)) return value;
    if (typeof value[referenceField] === 'string') return nodeOf(value[referenceField], context);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rebuild(part)]));
  };
  return rebuild(recorded);
}

const nodeOf = (id: string, context: OperationContext): unknown => (parseGid(id) ? loadNode(id, context) : null);

/** What Shopify says about a key that it does not take. In the words of the schema. */
const messages = {
  IDEMPOTENCY_CONCURRENT_REQUEST: 'This request is currently in progress, please try again.',
  IDEMPOTENCY_KEY_PARAMETER_MISMATCH: 'The same idempotency key cannot be used with different operation parameters.',
  IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED:
    'A previous request with this idempotency key failed. Retry with a new idempotency key.',
} as const;

/** A code by which Shopify refuses a key. */
type IdempotencyCode = keyof typeof messages;

/** The payload of a mutation that was not executed: nothing but the error, in the shape of its own type. */
function refusedPayload(info: GraphQLResolveInfo, code: IdempotencyCode): Readonly<Record<string, unknown>> {
  const payload = payloadType(info);
  const errors = errorsField(payload);
  const error = { ...(codesOf(info) && { code }), field: null, message: messages[code] };
  return Object.fromEntries(Object.keys(payload.getFields()).map((name) => [name, name === errors ? [error] : null]));
}

/** Whether a mutation's errors have that code; those without any codes say it by the message. */
function canSay(info: GraphQLResolveInfo, code: IdempotencyCode): boolean {
  return codesOf(info)?.includes(code) ?? true;
}

function codesOf(info: GraphQLResolveInfo): readonly string[] | undefined {
  const payload = payloadType(info);
  const error = getNamedType(payload.getFields()[errorsField(payload)]?.type);
  const code = isObjectType(error) ? getNamedType(error.getFields()['code']?.type) : undefined;
  return isEnumType(code) ? code.getValues().map(({ name }) => name) : undefined;
}

function payloadType({ returnType, fieldName }: GraphQLResolveInfo): GraphQLObjectType {
  const type = getNamedType(returnType);
  if (!isObjectType(type)) throw new TypeError(`${fieldName} gives no object.`);
  return type;
}

function errorsField(payload: GraphQLObjectType): string {
  return Object.keys(payload.getFields()).find((name) => /userErrors$/i.test(name)) ?? 'userErrors';
}
