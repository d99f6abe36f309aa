import { isShopwrightError } from '../../errors/errors.ts';
import {
  JobReadDocument,
  type MoveInput,
  ProductImageIdsDocument,
  ProductImagesReorderDocument,
  ProductVariantIdsDocument,
  ProductVariantsReorderDocument,
} from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import { sleep } from '../../internal/abort.ts';
import { chunksOf } from '../../internal/chunks.ts';
import type { Clock } from '../../internal/clock.ts';
import { type CallOptions, callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';

/**
 * Fields of a product's facts that contain an order, as JSON text: the keys of a list, or options with their values.
 */
export const orderFields = { imageOrder: 'images', variantOrder: 'variants', optionOrder: 'options' } as const;

/** A field with an order. */
export type OrderField = keyof typeof orderFields;

/** Whether a field of a product contains an order. */
export const isOrderField = (field: string): field is OrderField => Object.hasOwn(orderFields, field);

/** The keys of an order; empty if the field is missing. */
export const keysInOrder = (text: unknown): readonly string[] =>
  typeof text === 'string' ? (JSON.parse(text) as string[]) : [];

/** The result of comparing orders. */
export type OrderOutcome = 'same' | 'ours' | 'drift' | 'conflict';

/**
 * Compares three orders by the entries that all three contain. Entries that others added are ignored.
 *
 * @param after The shop's order after entries were added and removed; `undefined` if it cannot be predicted.
 */
export function compareOrder(
  ours: readonly string[],
  base: readonly string[],
  theirs: readonly string[],
  after: readonly string[] | undefined,
): OrderOutcome {
  if (after && isSameOrder(ours, after)) return 'same';
  const common = only(only(ours, base), theirs);
  const [baseNow, theirsNow] = [only(base, common), only(theirs, common)];
  const oursMoved = !isSameList(common, baseNow);
  const theirsMoved = !isSameList(theirsNow, baseNow);
  // If the shop's order is unchanged, or both sides made the same moves, a new entry still needs its place between the
  // others.
  if (!theirsMoved || isSameList(common, theirsNow)) return 'ours';
  return oursMoved ? 'conflict' : 'drift';
}

function only(keys: readonly string[], of: readonly string[]): readonly string[] {
  const known = new Set(of);
  return keys.filter((key) => known.has(key));
}

/** Whether two orders agree on the entries that both contain. */
export function isSameOrder(a: readonly string[], b: readonly string[]): boolean {
  return isSameList(only(a, b), only(b, a));
}

/** Whether two lists have the same entries in the same order. */
export const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, index) => key === b[index]);

/** A move to a position (0-based), counted after the earlier moves. */
interface PlaceMove {
  readonly id: string;
  readonly at: number;
}

/**
 * The shortest sequence of moves that brings a list into an order. Entries that the order does not contain stay behind
 * their predecessor.
 */
function movesInto(current: readonly string[], order: readonly string[]): readonly PlaceMove[] {
  const there = new Set(current);
  const wanted = order.filter((id) => there.has(id));
  const rank = new Map(wanted.map((id, index) => [id, index]));
  const staying = new Set(
    longestRising(
      current.filter((id) => rank.has(id)),
      (id) => rank.get(id) ?? 0,
    ),
  );
  const list = [...current];
  const moves: PlaceMove[] = [];
  for (const [index, id] of wanted.entries()) {
    if (staying.has(id)) continue;
    list.splice(list.indexOf(id), 1);
    const before = wanted[index - 1];
    const first = list.findIndex((other) => rank.has(other));
    const at = before === undefined ? Math.max(0, first) : list.indexOf(before) + 1;
    list.splice(at, 0, id);
    moves.push({ id, at });
  }
  return moves;
}

/** A list in the given order: entries that the order does not contain stay behind their predecessor. */
export function placed<Id extends string>(current: readonly Id[], order: readonly Id[]): readonly Id[] {
  const list = [...current];
  for (const { id, at } of movesInto(current, order)) {
    list.splice(list.indexOf(id as Id), 1);
    list.splice(at, 0, id as Id);
  }
  return list;
}

/** The longest subsequence with ascending ranks: these entries need not be moved. */
function longestRising(list: readonly string[], rankOf: (id: string) => number): readonly string[] {
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, id] of list.entries()) {
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (rankOf(list[ends[middle] ?? 0] ?? '') < rankOf(id)) low = middle + 1;
      else high = middle;
    }
    before[index] = ends[low - 1];
    ends[low] = index;
  }
  const rising: string[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) rising.unshift(list[at] ?? '');
  return rising;
}

/** The product whose lists are sorted. */
export interface OrderPlace {
  readonly client: SyncClient;
  readonly clock: Clock;
  readonly productId: string;
}

/** The longest list that an input may contain. */
export const maxList = 250;

/** Milliseconds between attempts while Shopify processes images: the first wait, and the longest. */
const firstWaitMs = 500;

const longestWaitMs = 16_000;

/**
 * Sorts a product's images, and waits for Shopify's job to finish: until then, reads return the old order. Returns
 * Shopify's time of the change, if there was one.
 */
export async function orderImages(
  { client, clock, productId }: OrderPlace,
  ids: readonly string[],
  options: CallOptions,
): Promise<string | undefined> {
  const read = async () =>
    (await client.graphql(ProductImageIdsDocument, { id: productId }, callOptions(options))).data.product;
  const now = (await read())?.media.nodes.map(({ id }) => id as string) ?? [];
  const moves = movesInto(now, ids).map(({ id, at }): MoveInput => ({ id, newPosition: String(at) }));
  for (const chunk of chunksOf(moves, maxList)) {
    const variables = { id: productId, moves: chunk };
    let job: { readonly id: string; readonly done: boolean } | null | undefined;
    for (let waitMs = firstWaitMs; job === undefined; waitMs *= 2) {
      try {
        const moved = await client.graphql(ProductImagesReorderDocument, variables, callOptions(options));
        job = moved.data.productReorderMedia?.job ?? null;
      } catch (error) {
        // Shopify is still processing an upload.
        const isBusy =
          isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'NON_READY_MEDIA');
        if (!isBusy || waitMs > longestWaitMs) throw error;
        await sleep(clock, waitMs, options.signal);
      }
    }
    for (let waitMs = firstWaitMs; job && !job.done && waitMs <= longestWaitMs; waitMs *= 2) {
      await sleep(clock, waitMs, options.signal);
      job = (await client.graphql(JobReadDocument, { id: job.id }, callOptions(options))).data.job;
    }
  }
  // Unlike other mutations, this one does not return the product.
  return moves.length > 0 ? (await read())?.updatedAt : undefined;
}

/** Sorts a product's variants. Returns Shopify's time of the change, if there was one. */
export async function orderVariants(
  { client, productId }: OrderPlace,
  ids: readonly string[],
  options: CallOptions,
): Promise<string | undefined> {
  const now = await allPages('product.variants', async (after) => {
    const page = await client.graphql(ProductVariantIdsDocument, { id: productId, after }, callOptions(options));
    return page.data.product?.variants ?? { nodes: [], pageInfo: { hasNextPage: false } };
  });
  const moves = movesInto(
    now.map(({ id }) => id),
    ids,
  ).map(({ id, at }) => ({ id, position: at + 1 }));
  let updatedAt: string | undefined;
  for (const positions of chunksOf(moves, maxList)) {
    const variables = { productId, positions };
    const { data } = await client.graphql(ProductVariantsReorderDocument, variables, callOptions(options));
    updatedAt = data.productVariantsBulkReorder?.product?.updatedAt ?? updatedAt;
  }
  return updatedAt;
}
