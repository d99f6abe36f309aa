import { setImmediate as nextTurn } from 'node:timers/promises';
import { BulkNotEnabledError } from '../../errors/bulk-errors.ts';
import { isShopwrightError, ShopifyUserError } from '../../errors/errors.ts';
import { BulkRunMutationDocument, ProductPushDocument } from '../../graphql/operations/generated/graphql.ts';
import { userErrorText } from '../../graphql/response.ts';
import { forEachConcurrent } from '../../internal/concurrency.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import type { SyncClient } from '../product-input.ts';
import { type BulkCreation, bulkCreation, type PushContext } from './push.ts';

/**
 * Options of `createInBulk`.
 *
 * @example
 * await sync.createInBulk(products, { runId: 'autumn' });
 */
export interface CreateInBulkOptions {
  /** Name of the run in the journal, by which `rollback` finds it. Default: none. */
  readonly runId?: string;
  /**
   * Ends the wait for the bulk operation, which goes on in Shopify: a later push finds what it has created. Default: none.
   */
  readonly signal?: AbortSignal;
}

/** What `createInBulk` did. */
export interface BulkCreateSummary {
  /** Products that were created, published and recorded. */
  readonly created: number;
  /** Products that Shopify refused. Their records say why. */
  readonly refused: number;
  /** Products that are left to `push` and `pushMany`: known or invalid ones, and those whose outcome Shopify does not tell. */
  readonly left: number;
  /** Gids of the bulk operations. */
  readonly operations: readonly string[];
}

/** Shopify's code where a product of that local id is there already. */
const takenCode = 'CAPABILITY_VIOLATION';

/**
 * Creates the products that the shop does not have by one bulk operation. Its rows only ever create: a product that has come
 * into the shop meanwhile is refused by its local id, which is unique there, and left to its push.
 *
 * @throws BulkNotEnabledError where the app may run none. StorageError, and the signal's reason.
 */
export async function createInBulk(
  drafts: AsyncIterable<ProductDraft | undefined>,
  contextOf: (draft: ProductDraft) => Promise<PushContext | undefined>,
  { client, concurrency }: Pick<PushContext, 'client'> & { readonly concurrency: number },
  options: CreateInBulkOptions,
): Promise<BulkCreateSummary> {
  const { bulk, shop } = client;
  const { signal } = options;
  if (!bulk || !(await mayRun(client, signal)))
    throw new BulkNotEnabledError(`Bulk mutations are not enabled for this app on ${shop}.`, {
      shop,
      kind: 'mutations',
    });
  const begun: BulkCreation[] = [];
  const images = new Set<string>();
  let left = 0;
  await forEachConcurrent(drafts, { concurrency, signal }, async (draft) => {
    const context = draft && (await contextOf(draft));
    // The first product with an image brings it, the others take it from there.
    const urls = draft?.images?.map(({ url }) => url) ?? [];
    const isFirst = urls.every((url) => !images.has(url));
    for (const url of urls) images.add(url);
    const creation = draft && context && isFirst ? await bulkCreation(draft, context, options) : undefined;
    if (creation) begun.push(creation);
    else left += 1;
    // A store in a file responds within the same turn of the event loop, and locks are renewed by timers.
    await nextTurn();
  });
  if (begun.length === 0) return { created: 0, refused: 0, left, operations: [] };

  let [created, refused] = [0, 0];
  const run = await bulk.mutate(
    ProductPushDocument,
    begun.map(({ row }) => row),
    { rerun: 0, ...(signal && { signal }) },
  );
  await forEachConcurrent(run, { concurrency, signal }, async ({ index, status, data, userErrors }) => {
    const creation = begun[index];
    const product = data?.productSet?.product;
    if (creation && status === 'done' && product) {
      await creation.created(product);
      created += 1;
    } else if (creation && data && status === 'refused' && !userErrors.some(({ code }) => code === takenCode)) {
      const message = `ProductPush was refused: ${userErrors.map(userErrorText).join('; ')}`;
      await creation.refused(new ShopifyUserError(message, { shop, operation: 'ProductPush', userErrors }));
      refused += 1;
    } else left += 1;
    await nextTurn();
  });
  return { created, refused, left, operations: run.summary().operations };
}

const probe = 'mutation Probe($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }';

/** Whether the app may run bulk mutations: asked with a file that does not exist, before anything is noted of any product. */
async function mayRun(client: SyncClient, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const variables = { mutation: probe, stagedUploadPath: 'none' };
    await client.graphql(BulkRunMutationDocument, variables, {
      ...{ userErrors: 'return', priority: 'background', retry: { idempotency: 'idempotent' } },
      ...(signal && { signal }),
    });
    return true;
  } catch (error) {
    if (isShopwrightError(error, 'ACCESS_DENIED')) return false;
    throw error;
  }
}
