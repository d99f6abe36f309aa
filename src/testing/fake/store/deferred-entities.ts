import type { Entity } from './entity-store.ts';

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
