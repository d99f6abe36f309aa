import { GraphQLError, type GraphQLResolveInfo, getDirectiveValues } from 'graphql';
import { keyedMutations } from '../schema-tables.ts';
import type { ResolverContext } from './context.ts';
import { badRequest } from './errors.ts';
import { rebuiltPayload, recordedPayload } from './idempotency/payload.ts';
import { findRecord, fingerprintOf, putRecord, recordId } from './idempotency/records.ts';
import { canSay, refusedPayload } from './idempotency/refusal.ts';
import { reportsErrors } from './mutation.ts';
import type { OperationRun } from './operation-run.ts';

/** Answers one mutation field, by running it or from an earlier run with its key. */
export type IdempotencyGuard = (
  args: unknown,
  context: ResolverContext,
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
    if (!keyedMutations.has(info.fieldName)) {
      if (key === undefined) return run();
      // Not known of Shopify; but to ignore it would promise a safety that is not there.
      throw badRequest(`The @idempotent directive is not supported for ${info.fieldName}.`);
    }
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
