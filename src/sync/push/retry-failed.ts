import { ValidationError } from '../../errors/errors.ts';
import type { SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ProductDraftInput } from '../../validation/product-draft.ts';
import { type FailedProduct, failedProduct } from '../health.ts';
import { recordPages } from '../record-pages.ts';
import { localIdOf } from './push.ts';
import type { PushManyOptions } from './push-many.ts';

/**
 * Options of `retryFailed`.
 *
 * @example
 * await sync.retryFailed(draftOf, { filter: ({ code, attempts }) => code === 'USER_ERROR' && attempts < 5 });
 */
export interface RetryFailedOptions extends Omit<PushManyOptions, 'missing' | 'rollout' | 'unreadable'> {
  /** Which of the failed products to push. Default: all. */
  readonly filter?: (product: FailedProduct) => boolean;
}

/**
 * Returns the draft of a product by its local id; `null` or `undefined` if your own data does not have it.
 *
 * @example
 * const draftOf: DraftSource = async (localId) => toDraft(await database.product(localId));
 */
export type DraftSource = (
  localId: string,
) => ProductDraftInput | null | undefined | Promise<ProductDraftInput | null | undefined>;

/** A failed product for which the source has no draft. */
export class WithoutDraft {
  readonly localId: string;

  constructor(localId: string) {
    this.localId = localId;
  }
}

const pageSize = 250;

/**
 * The drafts of the products whose last push failed, ordered by local id.
 *
 * @throws ValidationError if the source returns the draft of another product. What the source and the filter throw.
 */
export async function* failedDrafts(
  { records, shop }: { readonly records: SyncRecordStore; readonly shop: string },
  source: DraftSource,
  { filter = () => true }: Pick<RetryFailedOptions, 'filter'>,
): AsyncGenerator<ProductDraftInput | WithoutDraft> {
  for await (const page of recordPages(records, shop, { status: 'failed', limit: pageSize })) {
    for (const record of page) {
      const { localId } = record;
      if (!filter(failedProduct(record))) continue;
      const draft = await source(localId);
      if (draft && localIdOf(draft) !== localId) {
        const text = `returned a draft with another local id for "${localId}". Return the draft of that product.`;
        throw new ValidationError('Nothing more was pushed', { issues: [{ field: 'source', message: text }], shop });
      }
      yield draft ?? new WithoutDraft(localId);
    }
  }
}
