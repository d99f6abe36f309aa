// One file: the rollback of one product, which reads its journal, restores the shop, and writes the record.
import { isShopwrightError, type ShopwrightError, ValidationError } from '../../errors/errors.ts';
import {
  ProductByIdentifierDocument,
  ProductOptionUpdateDocument,
  ProductUnpublishDocument,
} from '../../graphql/operations/generated/graphql.ts';
import type { Clock } from '../../internal/clock.ts';
import { forEachConcurrent } from '../../internal/concurrency.ts';
import { isRecord, type JsonObject } from '../../internal/json.ts';
import type { JournalEntry, JournalListOptions, SyncJournal } from '../../ports/sync-journal.ts';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import { identifierOf } from '../identity.ts';
import type { ProductChange } from '../plan/change.ts';
import { draftOf } from '../plan/draft-of-facts.ts';
import {
  compareOptionOrder,
  isParked,
  orderOptions,
  type ProductLayout,
  parking,
  saidOptionOrder,
} from '../plan/option-order.ts';
import {
  compareOrder,
  isOrderField,
  isSameOrder,
  keysInOrder,
  orderFields,
  orderImages,
  orderVariants,
} from '../plan/order.ts';
import { nameOf } from '../plan/plan.ts';
import {
  type FactList,
  type Facts,
  type FactValue,
  imageKey,
  type Matches,
  matchFacts,
  type OptionPairs,
  type ProductFacts,
  type PushBase,
  pairsOf,
  type RemoteProduct,
  readBase,
  remoteFacts,
  writeBase,
} from '../plan/product-facts.ts';
import { isSameValue } from '../plan/same-value.ts';
import { isHalfway } from '../plan/sending.ts';
import { applyChanges } from '../push/apply.ts';
import { barcodeFacts, saysBarcodes } from '../push/barcodes.ts';
import { archivedPart, emptyRecord, journalFormat, type PushResult, triesPart, withoutPart } from '../push/push.ts';
import { deleteProduct } from '../push/remove.ts';
import { type CallOptions, callOptions, readRemote, scopeOf } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import { withLarge, withoutLarge } from './large-values.ts';

/**
 * What to undo: a whole run, or the last push of one product. Interrupted and failed pushes count as tries of the push
 * that completes them: all tries are undone together, back to the state before the first.
 *
 * @example
 * await sync.rollback({ runId: summary.runId });
 */
export type RollbackTarget =
  | { readonly runId: string; readonly localId?: never }
  | { readonly localId: string; readonly runId?: never };

/** Options of `rollback`. */
export interface RollbackOptions {
  /** Changes nothing, and returns what a rollback would do. Default `false`. */
  readonly dryRun?: boolean;
  /**
   * Stops the rollback between two products. Products undone by then stay so, and another call undoes the rest.
   * Default: none.
   */
  readonly signal?: AbortSignal;
  /** What to do with a product that the run created. Default `delete`. */
  readonly created?: 'delete' | 'archive';
  /** Called after each product. An error ends the rollback. */
  readonly onProgress?: (result: RollbackResult) => unknown;
}

/** The result for one product. */
export interface RollbackResult {
  readonly localId: string;
  readonly gid: string | null;
  /**
   * `restored`: it is as before. `partly`: restored, except for the values in `others`, which others changed since.
   * `removed`: the run had created it. `recreated`: it had been deleted, and was created again with new ids.
   * `unchanged`: there was nothing left to undo. `gone`: it is not in the shop any more. `failed`: try again.
   */
  readonly outcome: 'restored' | 'partly' | 'removed' | 'recreated' | 'unchanged' | 'gone' | 'failed';
  /** What was restored. */
  readonly changes: readonly ProductChange[];
  /** Values that others have changed since, and that were left alone: the pushed value and the current one. */
  readonly others: readonly {
    readonly list: FactList;
    readonly name: string;
    readonly field: string | null;
    readonly pushed: FactValue | undefined;
    readonly theirs: FactValue | undefined;
  }[];
  /** Variants that had been deleted and were created again: they have new ids, and no stock. */
  readonly remade: readonly string[];
  /** What a product that was created again has lost, besides its ids and sales: one phrase per loss. */
  readonly lost: readonly string[];
  /** Why it failed. */
  readonly error?: ShopwrightError;
}

/** The result of a rollback. */
export interface RollbackReport {
  /** Products by outcome. */
  readonly counts: Readonly<Record<RollbackResult['outcome'], number>>;
  /** The first 1,000 results that are not simply restored, removed or unchanged. */
  readonly notable: readonly RollbackResult[];
}

/** What a rollback needs. */
export interface RollbackContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  /** How many products are restored at the same time. */
  readonly concurrency: number;
  /** Runs the work when no push of the product is in progress in this process. */
  readonly inTurn: <T>(localId: string, work: () => Promise<T>) => Promise<T>;
  /** Creates a deleted product again, and publishes it in the given publications. */
  readonly recreate: (draft: ProductDraft, publications: readonly string[]) => Promise<PushResult>;
}

const mostListed = 1_000;

const pageSize = 200;

/**
 * Undoes pushes from the journal, newest first, value by value, and only values that the shop still has as pushed.
 * After an interruption, call it again: it skips what was already undone.
 *
 * @throws ValidationError if the journal has no such run or product. StorageError. The signal's reason.
 */
export async function rollback(
  target: RollbackTarget,
  context: RollbackContext,
  options: RollbackOptions,
): Promise<RollbackReport> {
  const counts: Record<RollbackResult['outcome'], number> = {
    restored: 0,
    partly: 0,
    removed: 0,
    recreated: 0,
    unchanged: 0,
    gone: 0,
    failed: 0,
  };
  const notable: RollbackResult[] = [];
  let found = false;
  const { concurrency } = context;
  await forEachConcurrent(productsOf(target, context), { concurrency, signal: options.signal }, async (localId) => {
    found = true;
    const result = await context.inTurn(localId, () => undoProduct(localId, target.runId, context, options));
    counts[result.outcome] += 1;
    const isNotable = !['restored', 'removed', 'unchanged'].includes(result.outcome) || result.remade.length > 0;
    if (isNotable && notable.length < mostListed) notable.push(result);
    await options.onProgress?.(result);
  });
  if (found) return { counts, notable };
  const [field, id] = target.runId === undefined ? ['localId', target.localId] : ['runId', target.runId];
  const message = `"${id}" is not in the journal of ${context.client.shop}. A run's id is the \`runId\` of its summary. Entries older than the journal's retention are deleted.`;
  throw new ValidationError('Nothing can be rolled back', { issues: [{ field, message }], shop: context.client.shop });
}

/** The local ids of a run, each once, in the order in which they were pushed. */
async function* productsOf(target: RollbackTarget, context: RollbackContext): AsyncGenerator<string> {
  const seen = new Set<string>();
  const filter = target.runId === undefined ? { localId: target.localId } : { runId: target.runId };
  for await (const { localId } of pushesOf(context, filter)) {
    if (seen.has(localId)) continue;
    seen.add(localId);
    yield localId;
  }
}

/** The pushes in the journal. */
async function* pushesOf(
  context: RollbackContext,
  filter: Pick<JournalListOptions, 'runId' | 'localId' | 'order'>,
): AsyncGenerator<JournalEntry> {
  for await (const entry of journalOf(context, filter)) if (pushActions.has(entry.action)) yield entry;
}

/** The journal, page by page. */
async function* journalOf(
  { client, journal }: RollbackContext,
  filter: Pick<JournalListOptions, 'runId' | 'localId' | 'order'>,
): AsyncGenerator<JournalEntry> {
  for (let after: string | undefined, isLast = false; !isLast; ) {
    const page = await journal.list(client.shop, { ...filter, limit: pageSize, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.id;
    isLast = page.length < pageSize;
  }
}

/** The entries of a product down to the oldest of the given ones, newest first. */
async function* laterEntries(
  localId: string,
  entries: readonly JournalEntry[],
  { client, journal }: RollbackContext,
): AsyncGenerator<JournalEntry> {
  const oldest = entries.at(-1)?.id ?? '';
  for (let after: string | undefined, isLast = false; !isLast; ) {
    const options = { localId, order: 'newest', limit: pageSize, ...(after !== undefined && { after }) } as const;
    const page = await journal.list(client.shop, options);
    const wanted = page.filter(({ id }) => id >= oldest);
    yield* wanted;
    after = page.at(-1)?.id;
    isLast = wanted.length < pageSize;
  }
}

const pushActions: ReadonlySet<string> = new Set(['create', 'update', 'archive', 'delete']);

/** The part of a record with the id of the entry that was undone last. */
const undone = 'undone';

async function undoProduct(
  localId: string,
  runId: string | undefined,
  context: RollbackContext,
  options: RollbackOptions,
): Promise<RollbackResult> {
  const { client, records } = context;
  const nothing = { localId, changes: [], others: [], remade: [], lost: [] };
  const { entries, isBegun } = await entriesOf(localId, runId, context);
  const record = await records.get(client.shop, localId);
  const [newest] = entries;
  const oldest = entries.at(-1);
  const isCreated = oldest?.action === 'create';
  if (newest?.action === 'delete' && !isCreated) return undelete(newest, entries, record, context, options);
  const known = record?.gid ?? null;
  const unchanged: RollbackResult = { ...nothing, gid: known, outcome: 'unchanged' };
  if (!newest || !oldest || !record || record.parts?.[undone] === newest.id) return unchanged;
  let gid = known;
  try {
    // A push that was killed before it got a response may still have created the product.
    if (gid === null && isCreated) gid = await findCreated(localId, client, options.signal);
    if (gid === null) return unchanged;
    if (isCreated) return await removeCreated(record, gid, entries, context, options);
    return await restore(record, gid, { entries, isBegun }, context, options);
  } catch (error) {
    if (options.signal?.aborted || !isShopwrightError(error)) throw error;
    return { ...nothing, gid, outcome: 'failed', error };
  }
}

async function findCreated(
  localId: string,
  client: SyncClient,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const identifier = identifierOf(localId);
  const { data } = await client.graphql(ProductByIdentifierDocument, { identifier }, callOptions({ signal }));
  return data.productByIdentifier?.id ?? null;
}

/**
 * The pushes of a product to undo, newest first: those of the run, or the last one. `isBegun`: a rollback of them was
 * started, and may be incomplete.
 */
async function entriesOf(
  localId: string,
  runId: string | undefined,
  context: RollbackContext,
): Promise<{ readonly entries: readonly JournalEntry[]; readonly isBegun: boolean }> {
  const entries: JournalEntry[] = [];
  const undone = new Set<unknown>();
  const filter = { localId, order: 'newest', ...(runId !== undefined && { runId }) } as const;
  for await (const entry of journalOf(context, filter)) {
    const of = entry.action === 'rollback' ? entry.sent?.['of'] : undefined;
    if (Array.isArray(of)) for (const id of of) undone.add(id);
    if (runId === undefined && entries[0] && !isSamePush(entries[0], entry)) break;
    if (!pushActions.has(entry.action)) continue;
    entries.push(entry);
  }
  return { entries, isBegun: entries[0] !== undefined && undone.has(entries[0].id) };
}

/** Whether two entries are tries of one push. */
const isSamePush = (newer: JournalEntry, older: JournalEntry): boolean =>
  newer.sent?.['push'] !== undefined && newer.sent['push'] === older.sent?.['push'];

async function removeCreated(
  record: SyncRecord,
  gid: string,
  entries: readonly JournalEntry[],
  context: RollbackContext,
  { dryRun, created = 'delete', signal }: RollbackOptions,
): Promise<RollbackResult> {
  const { client, records } = context;
  const { localId } = record;
  const result = { localId, gid, changes: [], others: [], remade: [], lost: [] };
  if (dryRun) return { ...result, outcome: 'removed' };
  await note(record, entries, [], context);
  if (created === 'archive') {
    const remote = await readRemote(client, gid, scopeOf({}, undefined, false), { signal });
    if (!remote) return { ...result, outcome: 'gone' };
    const change: ProductChange = {
      ...{ kind: 'update', list: 'product', key: '', name: '' },
      fields: { status: { from: remote.status, to: 'ARCHIVED' } },
    };
    await applyChanges(application(client, context.clock, remote, [change], {}, new Map(), new Map()), { signal });
    await finish(record, entries, undefined, context);
    return { ...result, changes: [change], outcome: 'removed' };
  }
  await deleteProduct(gid, client, signal);
  await records.delete(client.shop, localId);
  return { ...result, outcome: 'removed' };
}

async function restore(
  record: SyncRecord,
  gid: string,
  { entries, isBegun }: { readonly entries: readonly JournalEntry[]; readonly isBegun: boolean },
  context: RollbackContext,
  { dryRun, signal }: RollbackOptions,
): Promise<RollbackResult> {
  const { client, clock } = context;
  const { localId } = record;
  const nothing = { localId, gid, changes: [], others: [], remade: [], lost: [] };
  const net = netChanges(entries);
  const now = readBase(record.lastSyncData);
  const base = await withLarge(readBase(entries.at(-1)?.before), now, () => laterEntries(localId, entries, context));
  const touched = factsOf(net);
  const remote = await readRemote(client, gid, scopeOf({ ...now?.facts, ...touched }, now, false), { signal });
  if (!remote) return { ...nothing, outcome: 'gone' };

  const matches = matchFacts(touched, now, remote);
  const theirs = await withTheirBarcodes(remoteFacts(remote, matches), net, { client, remote, matches, signal });
  const variantIds = new Map([...matches.variants].map(([key, { id }]) => [key, id as string]));
  for (const [id, key] of matches.baseKeys) if (!variantIds.has(key)) variantIds.set(key, id);
  const imageIds = new Map([...matches.images].map(([key, { id }]) => [key, id as string]));
  const { changes: undoing, others } = inverse(net, theirs, isBegun, (list, key) =>
    list === 'variants' ? variantIds.get(key) : list === 'images' ? imageIds.get(key) : undefined,
  );
  const laterKeys = keysSince(net, { base, now }, variantIds);
  const places = withPlaces(undoing, { base, now, theirs }, laterKeys, isBegun);
  const layout = layoutIn(entries.at(-1));
  const order = formerOptionOrder(net, { base, now, theirs, layout }, { remote, changes: undoing }, isBegun);
  if (order?.outcome === 'conflict') {
    const { pushed, theirs: there } = order;
    others.push({ list: 'product', name: '', field: 'optionOrder', pushed, theirs: there });
  }
  const changes = order?.outcome === 'ours' ? withOrder(places, { optionOrder: order.change }) : places;
  const unpublished = publishedBy(entries, base);
  const outcome = others.length > 0 ? 'partly' : changes.length + unpublished.length > 0 ? 'restored' : 'unchanged';
  const remade = changes.filter(({ kind, list }) => kind === 'add' && list === 'variants').map(({ name }) => name);
  const result: RollbackResult = { ...nothing, changes, others, remade, outcome };
  if (dryRun) return result;

  await note(record, entries, changes, context);
  const desired = patched(theirs, changes);
  const sent = layout ? changes.flatMap(withoutOrders) : changes;
  const overtaken =
    sent.length > 0
      ? (await applyChanges(application(client, clock, remote, sent, desired, imageIds, variantIds), { signal }))
          .overtaken
      : {};
  await settleValues(net, layout, remote, client, signal);
  if (layout) {
    const moved = new Set(others.map(({ field }) => field));
    const place = { client, clock, productId: gid };
    const idOf = remadeIds(net, variantIds);
    if (!moved.has('optionOrder')) await orderOptions(place, JSON.stringify(layout.options), { signal });
    if (!moved.has('variantOrder')) await orderVariants(place, layout.variants.map(idOf), { signal });
    if (!moved.has('imageOrder')) await orderImages(place, layout.images, { signal });
  }
  if (unpublished.length > 0) {
    const publications = unpublished.map((publicationId) => ({ publicationId }));
    await client.graphql(ProductUnpublishDocument, { id: gid, publications }, callOptions({ signal }));
  }
  const stoodIn = new Set(laterKeys.values());
  const restored = base && {
    ...base,
    ids: {
      variants: keptIds(base.facts.variants, {
        ...base.ids.variants,
        ...Object.fromEntries([...variantIds].filter(([key]) => !stoodIn.has(key))),
        ...Object.fromEntries([...laterKeys].flatMap(([key, later]) => [[key, variantIds.get(later) ?? '']])),
      }),
      images: keptIds(base.facts.images, { ...base.ids.images, ...Object.fromEntries(imageIds) }),
    },
  };
  await finish(record, entries, restored, context);
  return withOvertaken(result, overtaken);
}

/** Adds the shop's barcodes of variants whose barcodes were pushed, because other reads do not include them. */
async function withTheirBarcodes(
  theirs: ProductFacts,
  net: readonly Net[],
  { client, remote, matches, signal }: { client: SyncClient; remote: RemoteProduct; matches: Matches } & CallOptions,
): Promise<ProductFacts> {
  const gids = new Map(
    net.flatMap(({ list, key, before, after }) => {
      const gid = list === 'variants' && saysBarcodes({ ...before, ...after }) && matches.variants.get(key)?.id;
      return gid ? [[gid as string, key] as const] : [];
    }),
  );
  const found = await barcodeFacts(client, remote, [...gids.keys()], { signal });
  const variants: Record<string, Facts> = { ...theirs.variants };
  for (const [gid, facts] of found) {
    const key = gids.get(gid) ?? '';
    variants[key] = { ...variants[key], ...facts };
  }
  return { ...theirs, variants };
}

/** The result, with values that somebody wrote during the rollback and that were left alone. */
function withOvertaken(result: RollbackResult, overtaken: Facts): RollbackResult {
  const fields = result.changes.find(({ list }) => list === 'product')?.fields ?? {};
  const others = Object.entries(overtaken).map(([field, theirs]) => ({
    ...{ list: 'product' as const, name: '', field, pushed: fields[field]?.from, theirs },
  }));
  if (others.length === 0) return result;
  return { ...result, outcome: 'partly', others: [...result.others, ...others] };
}

/** The layout that a product had before a push, if the push changed it. */
const layoutIn = (entry: JournalEntry | undefined): ProductLayout | undefined => {
  const layout = entry?.sent?.['layout'];
  return isRecord(layout) ? (layout as unknown as ProductLayout) : undefined;
};

/** A change without its orders, which are restored last, once all of their entries exist. */
function withoutOrders(change: ProductChange): readonly ProductChange[] {
  const fields = Object.fromEntries(Object.entries(change.fields).filter(([field]) => !isOrderField(field)));
  return change.list !== 'product' ? [change] : Object.keys(fields).length > 0 ? [{ ...change, fields }] : [];
}

/** Maps the former id of a variant to its current one. */
function remadeIds(net: readonly Net[], variantIds: ReadonlyMap<string, string>): (id: string) => string {
  const remade = new Map(
    net.flatMap(({ list, key, gid, before, after }) =>
      list === 'variants' && before && !after && gid !== undefined ? [[gid, variantIds.get(key) ?? gid] as const] : [],
    ),
  );
  return (id) => remade.get(id) ?? id;
}

/**
 * Restores option values, including those that no variant uses. Deletes unused values that the run added or that were
 * temporary.
 */
async function settleValues(
  net: readonly Net[],
  layout: ProductLayout | undefined,
  remote: RemoteProduct,
  client: SyncClient,
  signal: AbortSignal | undefined,
): Promise<void> {
  const came = new Map(remote.options.map(({ id, name }) => [id as string, { name, values: new Set<string>() }]));
  for (const { list, after } of net) {
    if (list !== 'variants') continue;
    for (const [name, value] of (after?.['options'] ?? []) as OptionPairs)
      for (const option of came.values()) if (option.name === name) option.values.add(value);
  }
  if (!layout && !isParked(remote) && [...came.values()].every(({ values }) => values.size === 0)) return;
  // Read again, because options, values and variants may have changed. An option keeps its id.
  const scope = { ...scopeOf({}, undefined, false), linkedOptions: Object.keys(remote.links ?? {}) };
  const restored = await readRemote(client, remote.id, scope, { signal });
  for (const { id, name, optionValues } of restored?.options ?? []) {
    const used = new Set(
      restored?.variants.flatMap((variant) => pairsOf(variant).flatMap((pair) => (pair[0] === name ? [pair[1]] : []))),
    );
    const former = new Set(layout?.options.find(([option]) => option === name)?.[1]);
    const gone = optionValues.filter(
      (value) =>
        (value.name.startsWith(parking) || came.get(id)?.values.has(value.name)) &&
        !used.has(value.name) &&
        !former.has(value.name),
    );
    const there = new Set(optionValues.map((value) => value.name));
    // The values of a linked option are metaobjects, which a push does not change.
    const missing = restored?.links?.[name] ? [] : [...former].filter((value) => !there.has(value));
    if (gone.length + missing.length === 0 || gone.length === optionValues.length + missing.length) continue;
    const variables = {
      ...{ productId: remote.id, option: { id } },
      ...(missing.length > 0 && { add: missing.map((value) => ({ name: value })) }),
      ...(gone.length > 0 && { delete: gone.map((value) => value.id) }),
    };
    await client.graphql(ProductOptionUpdateDocument, variables, callOptions({ signal }));
  }
}

/** Creates a deleted product again, from the journal. */
async function undelete(
  entry: JournalEntry,
  entries: readonly JournalEntry[],
  record: SyncRecord | undefined,
  context: RollbackContext,
  options: RollbackOptions,
): Promise<RollbackResult> {
  const { client, records, clock } = context;
  const { dryRun, signal } = options;
  const { localId } = entry;
  const nothing = { localId, gid: record?.gid ?? null, changes: [], others: [], remade: [], lost: [] };
  const mark = `begun ${entry.id}`;
  const isBegun = record?.parts?.[undone] === mark;
  // Already undone, or pushed again since.
  if (record && !isBegun && record.gid !== entry.gid) return { ...nothing, outcome: 'unchanged' };
  try {
    // The deletion may not have been sent.
    const isThere =
      record &&
      !isBegun &&
      entry.gid !== null &&
      (await readRemote(client, entry.gid, scopeOf({}, undefined, false), { signal }));
    if (isThere) return { ...nothing, outcome: 'unchanged' };

    const facts = factsBefore(netChanges(entries));
    const base = await withLarge(readBase(entries.at(-1)?.before), readBase(entry.before), () =>
      laterEntries(localId, entries, context),
    );
    const draft = draftOf(localId, facts);
    const remade = Object.entries(facts.variants ?? {}).map(([key, variant]) => nameOf('variants', key, variant));
    const result: RollbackResult = { ...nothing, outcome: 'recreated', remade, lost: lostWith(changesOf(entry), base) };
    if (dryRun) return result;

    const begun: SyncRecord = {
      ...emptyRecord(client.shop, localId),
      version: (record?.version ?? 0) + 1,
      lastAttemptAt: clock.now(),
      parts: { [undone]: mark },
    };
    if (!isBegun && !(await records.putIf(begun, record?.version)))
      return await undelete(entry, entries, await records.get(client.shop, localId), context, options);
    const pushed = await context.recreate(draft, base?.publications ?? []);
    if (pushed.outcome === 'failed') return { ...nothing, outcome: 'failed', error: pushed.error };
    const made = await records.get(client.shop, localId);
    const ids = readBase(made?.lastSyncData)?.ids;
    const imageKeys = Object.entries(facts.images ?? {}).map(([key, { url }]) => [key, imageKey(String(url))] as const);
    const images = Object.fromEntries(
      imageKeys.flatMap(([key, newKey]) => (ids?.images[newKey] ? [[key, ids.images[newKey]]] : [])),
    );
    const restored = base && {
      ...base,
      ids: { variants: keptIds(base.facts.variants, ids?.variants ?? {}), images: keptIds(base.facts.images, images) },
    };
    await finish(made ?? begun, entries, restored, context);
    return { ...result, gid: made?.gid ?? null };
  } catch (error) {
    if (signal?.aborted || !isShopwrightError(error)) throw error;
    return { ...nothing, outcome: 'failed', error };
  }
}

/** The facts before the pushes. */
function factsBefore(net: readonly Net[]): ProductFacts {
  const facts: { [List in FactList]?: Record<string, Facts> } = {};
  for (const { list, key, before } of net) if (before) facts[list] = { ...facts[list], [key]: before };
  return facts;
}

/** What cannot be restored of a product that was deleted. */
function lostWith(changes: readonly ProductChange[], base: PushBase | undefined): readonly string[] {
  return changes.flatMap(({ list, key, name, stock }) => {
    if (list === 'variants' && stock) return [`stock of ${name}: ${stock}`];
    const isOthers = list === 'images' && base?.facts.images?.[key] === undefined;
    return isOthers ? [`image ${name}, unless the shop still has its file at this address`] : [];
  });
}

const keptIds = (entries: object | undefined, ids: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(ids).filter(([key]) => entries !== undefined && key in entries));

function application(
  client: SyncClient,
  clock: Clock,
  remote: RemoteProduct,
  changes: readonly ProductChange[],
  desired: ProductFacts,
  imageIds: Map<string, string>,
  variantIds: Map<string, string>,
) {
  return { client, clock, remote, changes, desired, sources: new Map<string, string>(), imageIds, variantIds };
}

/** The combined effect of several pushes on one entry. `null`: it did not exist. */
interface Net {
  readonly list: FactList;
  readonly key: string;
  readonly name: string;
  readonly gid: string | undefined;
  before: Record<string, FactValue> | null;
  after: Record<string, FactValue> | null;
}

function netChanges(entries: readonly JournalEntry[]): readonly Net[] {
  const net = new Map<string, Net>();
  for (const entry of [...entries].reverse()) {
    for (const { kind, list, key, name, gid, fields } of changesOf(entry)) {
      const id = `${list} ${key}`;
      const from = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value.from]));
      const to = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value.to]));
      const known = net.get(id) ?? {
        ...{ list, key, name, gid },
        before: kind === 'add' ? null : {},
        after: kind === 'add' ? null : {},
      };
      if (kind === 'remove') {
        known.before = known.before && { ...from, ...known.before };
        known.after = null;
      } else {
        known.before = known.before && { ...from, ...known.before };
        known.after = { ...known.after, ...to };
      }
      net.set(id, known);
    }
  }
  return [...net.values()];
}

/** The changes in a journal entry. @throws ValidationError for an entry in the format of another release. */
function changesOf({ sent, id }: JournalEntry): readonly ProductChange[] {
  if (!isRecord(sent) || sent['format'] !== journalFormat || !Array.isArray(sent['changes'])) {
    const message = `${id} was written by another release of shopwright. Use that release for the rollback.`;
    throw new ValidationError('The journal entry cannot be undone', { issues: [{ field: 'journal', message }] });
  }
  return sent['changes'] as unknown as readonly ProductChange[];
}

/** The facts of the changed entries, to match them with the shop. */
function factsOf(net: readonly Net[]): ProductFacts {
  const facts: { [List in FactList]?: Record<string, Facts> } = {};
  for (const { list, key, before, after } of net) facts[list] = { ...facts[list], [key]: { ...before, ...after } };
  return facts;
}

/** Whether the shop has a value of a field. Orders are compared by their common entries. */
const isSameFact = (list: FactList, field: string, a: FactValue, there: Facts): boolean =>
  list === 'product' && isOrderField(field)
    ? isSameOrder(keysInOrder(a), keysInOrder(there[field] ?? null))
    : isSameValue(field, a, there[field] ?? null, there['type']);

/**
 * The changes that restore the shop, and the values that are left alone because somebody else has changed them.
 *
 * @param isBegun Whether an earlier rollback may be incomplete. Values that it may have written then count as ours.
 */
function inverse(
  net: readonly Net[],
  theirs: ProductFacts,
  isBegun: boolean,
  gidOf: (list: FactList, key: string) => string | undefined,
): { readonly changes: readonly ProductChange[]; readonly others: RollbackResult['others'][number][] } {
  const changes: ProductChange[] = [];
  const others: RollbackResult['others'][number][] = [];
  const optionsOf = (values: Net['before']): OptionPairs => (values?.['options'] ?? []) as OptionPairs;
  const all = net.flatMap(({ before, after }) => [...optionsOf(before), ...optionsOf(after)]);
  for (const { list, key, name, gid: known, before, after } of net) {
    const own = [...optionsOf(before), ...optionsOf(after)];
    const isHalf = (field: string): boolean =>
      isBegun &&
      (list === 'product'
        ? isOrderField(field)
        : field === 'options' && isHalfway(theirs[list]?.[key]?.['options'], own, all));
    const there = theirs[list]?.[key];
    const gid = gidOf(list, key) ?? (list === 'images' ? known : undefined);
    const shared = { list, key, name, ...(gid !== undefined && { gid }) };
    const differs = (values: Record<string, FactValue>): readonly string[] =>
      Object.keys(values).filter(
        (field) =>
          field !== 'url' &&
          field !== 'optionOrder' &&
          there !== undefined &&
          !isSameFact(list, field, values[field] ?? null, there),
      );
    if (before === null && after !== null) {
      if (!there) continue;
      const edited = differs(after).filter((field) => field in there && !isHalf(field));
      if (edited.length > 0 && list !== 'tags')
        for (const field of edited) others.push({ list, name, field, pushed: after[field], theirs: there[field] });
      else {
        const fields = Object.entries(there).map(([field, from]) => [field, { from, to: null }]);
        changes.push({ ...shared, kind: 'remove', fields: Object.fromEntries(fields) });
      }
    } else if (before !== null && after === null) {
      if (there) continue;
      const fields = Object.entries(before).map(([field, to]) => [field, { from: null, to }]);
      changes.push({ ...shared, kind: 'add', fields: Object.fromEntries(fields) });
    } else if (before !== null && after !== null) {
      if (!there) {
        others.push({ list, name, field: null, pushed: null, theirs: undefined });
        continue;
      }
      const fields: Record<string, { from: FactValue; to: FactValue }> = {};
      for (const field of differs(before)) {
        const value = there[field] ?? null;
        if (isHalf(field) || isSameFact(list, field, after[field] ?? null, there))
          fields[field] = { from: value, to: before[field] ?? null };
        else others.push({ list, name: name || nameOf(list, key, there), field, pushed: after[field], theirs: value });
      }
      if (Object.keys(fields).length > 0) changes.push({ ...shared, kind: 'update', fields });
    }
  }
  return { changes, others };
}

/**
 * Current keys of variants by their keys before the pushes, if they differ: because a SKU was corrected, because option
 * values or their order changed (without a SKU), or because a variant replaced one that somebody had deleted.
 */
function keysSince(
  net: readonly Net[],
  { base, now }: { readonly base: PushBase | undefined; readonly now: PushBase | undefined },
  variantIds: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const former = new Map(Object.entries(base?.facts.variants ?? {}).filter(([key]) => !variantIds.has(key)));
  const later = new Map<string, Facts | null>();
  for (const [key, { options }] of Object.entries(now?.facts.variants ?? {}))
    later.set(key, options ? { options } : {});
  for (const { list, key, before, after } of net)
    if (list === 'variants') later.set(key, before && after && { ...later.get(key), ...before });
  const keys = new Map<string, string>();
  for (const [key, before] of later) {
    if (!before || !base) continue;
    const id = variantIds.get(key);
    if (base.facts.variants?.[key] && !isStandIn(key, before, id, base)) continue;
    const found = [...former].find(([known, facts]) =>
      base.ids.variants[known] === undefined
        ? Object.entries(before).every(([field, value]) => isSameValue(field, facts[field] ?? null, value))
        : base.ids.variants[known] === id,
    )?.[0];
    if (found === undefined) continue;
    former.delete(found);
    keys.set(found, key);
  }
  return keys;
}

/** Whether a variant took over the key of another variant, which had another id or SKU. */
function isStandIn(key: string, before: Facts, id: string | undefined, base: PushBase): boolean {
  const known = base.ids.variants[key];
  if (known !== undefined) return id !== undefined && known !== id;
  const sku = before['sku'];
  return sku !== undefined && !isSameValue('sku', sku, base.facts.variants?.[key]?.['sku'] ?? null);
}

/**
 * Adds the former order of each list in which entries are restored, unless somebody has moved its current entries.
 */
function withPlaces(
  changes: readonly ProductChange[],
  sides: { readonly base: PushBase | undefined; readonly now: PushBase | undefined; readonly theirs: ProductFacts },
  laterKeys: ReadonlyMap<string, string>,
  isBegun: boolean,
): readonly ProductChange[] {
  const fields: Record<string, { readonly from: FactValue; readonly to: FactValue }> = {};
  for (const [field, ofList] of Object.entries(orderFields)) {
    const added = changes.flatMap(({ list, kind, key }) => (list === ofList && kind === 'add' ? [key] : []));
    const [former, pushed, from] = [sides.base?.facts, sides.now?.facts, sides.theirs].map(
      (facts) => facts?.product?.['']?.[field],
    );
    if ((added.length === 0 && !isBegun) || former === undefined || from === undefined) continue;
    const there = keysInOrder(from);
    const stoodIn = new Set(laterKeys.values());
    const to = keysInOrder(former).flatMap((key) => laterKeys.get(key) ?? (stoodIn.has(key) ? [] : [key]));
    // An incomplete rollback may have sorted the variants by their options, and not restored their own order yet.
    const known = isBegun && field === 'variantOrder' ? there : keysInOrder(pushed);
    const outcome = compareOrder(to, known, there, [...there, ...added]);
    if (outcome === 'ours') fields[field] = { from, to: JSON.stringify(to) };
  }
  return withOrder(changes, fields);
}

/** The changes, with the given order fields added to those of the product. */
function withOrder(changes: readonly ProductChange[], fields: ProductChange['fields']): readonly ProductChange[] {
  if (Object.keys(fields).length === 0) return changes;
  const known = changes.find(({ list }) => list === 'product');
  const shared = known ?? { kind: 'update', list: 'product', key: '', name: '', fields: {} };
  return [...changes.filter((change) => change !== known), { ...shared, fields: { ...fields, ...shared.fields } }];
}

/**
 * How to restore the former order of options and their values, after the variants are changed. `conflict` if both the
 * pushes and, later, somebody else sorted them; `undefined` if there is nothing to do.
 */
function formerOptionOrder(
  net: readonly Net[],
  sides: {
    readonly base: PushBase | undefined;
    readonly now: PushBase | undefined;
    readonly theirs: ProductFacts;
    readonly layout: ProductLayout | undefined;
  },
  { remote, changes }: { readonly remote: RemoteProduct; readonly changes: readonly ProductChange[] },
  isBegun: boolean,
) {
  const sent = net.find(({ list, after }) => list === 'product' && after?.['optionOrder'] !== undefined);
  const former = sent ? sent.before?.['optionOrder'] : saidOptionOrder(sides.base?.facts);
  const to = sides.layout ? JSON.stringify(sides.layout.options) : former;
  const pushed = sent ? sent.after?.['optionOrder'] : saidOptionOrder(sides.now?.facts);
  const theirs = sides.theirs.product?.['']?.['optionOrder'];
  const isTouched =
    isBegun || sent !== undefined || changes.some(({ list, fields }) => list === 'variants' && fields['options']);
  if (!isTouched || to === undefined || theirs === undefined) return undefined;
  const desired = patched(sides.theirs, changes);
  const { outcome } = compareOptionOrder(
    { ours: to, base: isBegun ? theirs : (pushed ?? theirs), theirs },
    { remote, changes, desired },
  );
  if (outcome === 'same') return undefined;
  if (outcome === 'ours') return { outcome, change: { from: theirs, to } } as const;
  return sent && ({ outcome: 'conflict', pushed, theirs } as const);
}

/** The shop's facts after the changes. */
function patched(theirs: ProductFacts, changes: readonly ProductChange[]): ProductFacts {
  const next: { [List in FactList]?: Record<string, Facts> } = { ...theirs };
  for (const { kind, list, key, fields } of changes) {
    const entries = { ...next[list] };
    if (kind === 'remove') delete entries[key];
    else
      entries[key] = { ...entries[key], ...Object.fromEntries(Object.entries(fields).map(([f, { to }]) => [f, to])) };
    next[list] = entries;
  }
  return next;
}

/** Publications that these pushes requested first. */
function publishedBy(entries: readonly JournalEntry[], base: PushBase | undefined): readonly string[] {
  const before = new Set(base?.publications);
  const asked = entries.flatMap(({ sent }) =>
    Array.isArray(sent?.['publications']) ? (sent['publications'] as string[]) : [],
  );
  return [...new Set(asked)].filter((gid) => !before.has(gid));
}

/** Stores the changes of a rollback in the journal before they are sent. */
async function note(
  { localId, gid, lastSyncData }: SyncRecord,
  entries: readonly JournalEntry[],
  changes: readonly ProductChange[],
  { client, journal, clock }: RollbackContext,
): Promise<void> {
  const base = readBase(lastSyncData);
  const before = base ? writeBase(withoutLarge(base, changes)) : lastSyncData;
  await journal.append([
    {
      ...{ shop: client.shop, localId, gid, action: 'rollback', at: clock.now(), before },
      runId: entries[0]?.runId ?? null,
      sent: { format: journalFormat, changes, of: entries.map(({ id }) => id) } as unknown as JsonObject,
    },
  ]);
}

/** Marks the pushes as undone in the record. The next push compares with the state before them. */
async function finish(
  { localId }: SyncRecord,
  entries: readonly JournalEntry[],
  base: PushBase | undefined,
  { client, records }: RollbackContext,
): Promise<void> {
  for (;;) {
    const record = await records.get(client.shop, localId);
    if (!record) return;
    const changed: SyncRecord = {
      ...record,
      hash: null,
      parts: { ...withoutPart(withoutPart(record.parts, archivedPart), triesPart), [undone]: entries[0]?.id ?? '' },
      lastSyncData: base ? writeBase(base) : null,
      version: record.version + 1,
    };
    if (await records.putIf(changed, record.version)) return;
  }
}
