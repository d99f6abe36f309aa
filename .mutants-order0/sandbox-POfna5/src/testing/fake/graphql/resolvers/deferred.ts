// @ts-nocheck
import { GraphQLError } from 'graphql';
import type { Clock } from '../../../../internal/clock.ts';
import type { Background } from '../../background.ts';
import type { GraphqlEngine } from '../../model.ts';
import type { DeferredEntity, DeferredOutcome, DeferredRequest } from '../../store/entities.ts';
import type { FakeStore } from '../../store/entity-store.ts';
import { isoNow, type OperationContext, type ResolverMap, resolver } from '../context.ts';
import { requireGid } from '../gid.ts';
import { changeMembers } from './collections/members.ts';
import { productById } from './find-entities.ts';
import { cancelNow } from './orders/cancel-order.ts';
import { type ProductSetArgs, setProduct } from './product-set/build.ts';
import { deleteProduct, saveProduct } from './products/save-product.ts';

const operationKinds: ReadonlySet<string> = new Set<DeferredKind>(['ProductSetOperation', 'ProductDeleteOperation']);

const product = resolver<DeferredEntity>(({ productId }, _args, context) =>
  productId === null ? null : (productById(context, productId) ?? null),
);

/** Resolvers of what runs in the background. */
export const deferredResolvers: ResolverMap = {
  QueryRoot: {
    productOperation: resolver<unknown, { id: string }>((_source, { id }, context) => {
      const { kind } = requireGid(id);
      return operationKinds.has(kind) ? (findDeferred(context, kind as DeferredKind, id) ?? null) : null;
    }),
    job: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Job');
      return findDeferred(context, 'Job', id) ?? null;
    }),
  },
  ProductSetOperation: { product },
  ProductDeleteOperation: { product },
  Job: {
    done: resolver<DeferredEntity>(({ status }) => status === 'COMPLETE'),
    query: resolver<DeferredEntity>(({ status }) => (status === 'COMPLETE' ? {} : null)),
  },
};

/** Kinds of what runs in the background. */
type DeferredKind = 'ProductSetOperation' | 'ProductDeleteOperation' | 'Job';

/** Milliseconds of the fake's clock until work begins, and until it is done. */
const activeAfterMs = 100;

const completeAfterMs = 500;

/** Puts work off until the mutation has been answered. The clock of the fake moves it: CREATED, ACTIVE, COMPLETE. */
export function defer(context: OperationContext, kind: DeferredKind, request: DeferredRequest): DeferredEntity {
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

/** Whether work of a kind on a product has yet to end. */
export function isInWork({ store, shop }: OperationContext, kind: DeferredKind, productId: string): boolean {
  return store.all(shop, kind).some((entity) => {
    const { status, request } = entity as DeferredEntity;
    return status !== 'COMPLETE' && request.productId === productId;
  });
}

/** Deferred work. What became due while the fake was down is done now, and seen the next time. */
function findDeferred(context: OperationContext, kind: DeferredKind, id: string): DeferredEntity | undefined {
  const deferred = find(context, kind, id);
  if (deferred && deferred.status !== 'COMPLETE' && deferred.dueAt < context.clock.now())
    context.later(0, (later) => complete(kind, id, later));
  return deferred;
}

const find = ({ store, shop }: OperationContext, kind: DeferredKind, id: string): DeferredEntity | undefined =>
  store.get(shop, kind, id) as DeferredEntity | undefined;

function activate(kind: DeferredKind, id: string, context: OperationContext): void {
  const deferred = find(context, kind, id);
  // Gone after a restore of the state.
  if (deferred?.status === 'CREATED') context.store.put(context.shop, kind, { ...deferred, status: 'ACTIVE' });
}

function complete(kind: DeferredKind, id: string, context: OperationContext): void {
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

function outcomeOf(request: DeferredRequest, context: OperationContext): DeferredOutcome {
  try {
    return deferredWork[request.type]?.(request, context) ?? {};
  } catch (error) {
    // What a synchronous call would have answered as an error of the whole field.
    if (error instanceof GraphQLError)
      return { userErrors: [{ code: 'JOB_ERROR', field: null, message: error.message }] };
    throw error;
  }
}

type Work = (request: DeferredRequest, context: OperationContext) => DeferredOutcome;

interface MediaOrderRequest extends DeferredRequest {
  readonly moves: readonly { readonly id: string; readonly newPosition: string | number }[];
}

interface MembersRequest extends DeferredRequest {
  readonly collectionId: string;
  readonly join: readonly string[];
  readonly leave: readonly string[];
}

interface CancelRequest extends DeferredRequest {
  readonly orderId: string;
  readonly reason: string;
  readonly refunds: boolean;
}

/** Work that can be deferred, by type. Each request is what the mutation of that type has stored. */
const deferredWork: Readonly<Record<string, Work>> = {
  productSet: (request, context) => {
    const { product, userErrors } = setProduct(request.args as ProductSetArgs, context);
    return { productId: product?.id ?? null, userErrors };
  },
  productDelete: (request, context) => {
    const product = productById(context, String(request.productId));
    if (!product) return { userErrors: [{ field: ['id'], message: 'Product does not exist' }] };
    deleteProduct(context, product);
    return { deletedProductId: product.id };
  },
  // One move after the other, each to a position from 0 on; the others close up.
  mediaOrder: (request, context) => {
    const product = productById(context, String(request.productId));
    if (!product) return {};
    const media = [...product.media];
    for (const { id, newPosition } of (request as MediaOrderRequest).moves) {
      const at = media.findIndex((one) => one.id === id);
      if (at >= 0) media.splice(Number(newPosition), 0, ...media.splice(at, 1));
    }
    saveProduct(context, { ...product, media, updatedAt: isoNow(context.clock) }, product);
    return {};
  },
  orderCancel: (request, context) => {
    cancelNow(request as CancelRequest, context);
    return {};
  },
  collectionMembers: (request, context) => {
    const { collectionId, join, leave } = request as MembersRequest;
    changeMembers(collectionId, { join, leave }, context);
    return {};
  },
};

const poll: Readonly<Record<DeferredKind, string>> = {
  ProductSetOperation: 'query ($id: ID!) { productOperation(id: $id) { status } }',
  ProductDeleteOperation: 'query ($id: ID!) { productOperation(id: $id) { status } }',
  Job: 'query ($id: ID!) { job(id: $id) { done } }',
};

/** Resumes work that was deferred when the fake was stopped, or that came with a snapshot: a query for it wakes it. */
export function resumeDeferred(
  shops: readonly string[],
  fake: {
    readonly engine: GraphqlEngine;
    readonly store: FakeStore;
    readonly clock: Clock;
    readonly background: Background;
  },
): void {
  const { engine, store, clock, background } = fake;
  for (const shop of shops) {
    for (const [kind, query] of Object.entries(poll)) {
      for (const entity of store.all(shop, kind)) {
        const { id, status, dueAt } = entity as DeferredEntity;
        if (status === 'COMPLETE') continue;
        background.later(Math.max(0, dueAt - clock.now()) + 1, async () => {
          const prepared = engine.prepare({ query, variables: { id } });
          if (prepared.ok)
            await engine.execute(prepared.operation, { shop, app: 'default', origin: `https://${shop}` });
        });
      }
    }
  }
}
