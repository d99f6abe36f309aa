import { GraphQLError } from 'graphql';
import type { DeferredEntity, DeferredOutcome, DeferredRequest } from '../../store/deferred-entities.ts';
import type { ResolverContext } from '../context.ts';
import { deferredWork } from './deferred/work.ts';

/** Kinds of what runs in the background. */
export type DeferredKind = 'ProductSetOperation' | 'ProductDeleteOperation' | 'Job';

/** Milliseconds of the fake's clock until work begins, and until it is done. */
const activeAfterMs = 100;

const completeAfterMs = 500;

/** Puts work off until the mutation has been answered. The clock of the fake moves it: CREATED, ACTIVE, COMPLETE. */
export function defer(context: ResolverContext, kind: DeferredKind, request: DeferredRequest): DeferredEntity {
  const { store, shop, clock } = context;
  const deferred: DeferredEntity = {
    id: store.nextId(kind),
    status: 'CREATED',
    request,
    dueAt: clock.now() + completeAfterMs,
    productId: null,
    deletedProductId: null,
    userErrors: [],
  };
  store.put(shop, kind, deferred);
  context.later(activeAfterMs, (later) => activate(kind, deferred.id, later));
  context.later(completeAfterMs, (later) => complete(kind, deferred.id, later));
  return deferred;
}

/** What was put off. Work whose time went by while the fake was down is done now, and seen the next time. */
export function findDeferred(context: ResolverContext, kind: DeferredKind, id: string): DeferredEntity | undefined {
  const deferred = find(context, kind, id);
  if (deferred && deferred.status !== 'COMPLETE' && deferred.dueAt < context.clock.now())
    context.later(0, (later) => complete(kind, id, later));
  return deferred;
}

const find = ({ store, shop }: ResolverContext, kind: DeferredKind, id: string): DeferredEntity | undefined =>
  store.get(shop, kind, id) as DeferredEntity | undefined;

function activate(kind: DeferredKind, id: string, context: ResolverContext): void {
  const deferred = find(context, kind, id);
  // Gone after a restore of the state.
  if (deferred?.status === 'CREATED') context.store.put(context.shop, kind, { ...deferred, status: 'ACTIVE' });
}

function complete(kind: DeferredKind, id: string, context: ResolverContext): void {
  const deferred = find(context, kind, id);
  if (!deferred || deferred.status === 'COMPLETE') return;
  const unit = context.begin();
  const outcome = outcomeOf(deferred.request, unit.context);
  if (!outcome.userErrors?.length) unit.commit();
  context.store.put(context.shop, kind, {
    ...deferred,
    ...outcome,
    status: 'COMPLETE',
    request: { type: deferred.request.type },
  });
}

function outcomeOf(request: DeferredRequest, context: ResolverContext): DeferredOutcome {
  try {
    return deferredWork[request.type]?.(request, context) ?? {};
  } catch (error) {
    // What a synchronous call would have answered as an error of the whole field.
    if (error instanceof GraphQLError)
      return { userErrors: [{ code: 'JOB_ERROR', field: null, message: error.message }] };
    throw error;
  }
}
