// One file: applying the changes of one product, part by part, in the only order that Shopify accepts.
import { InvalidResponseError, isShopwrightError } from '../../errors/errors.ts';
import type { TypedDocument } from '../../graphql/document.ts';
import {
  type FileUpdateInput,
  MetafieldsRemoveDocument,
  MetafieldsWriteDocument,
  type OptionValueUpdateInput,
  ProductFieldsUpdateDocument,
  ProductImagesAddDocument,
  ProductOptionsCreateDocument,
  ProductOptionsDeleteDocument,
  ProductOptionUpdateDocument,
  ProductTagsAddDocument,
  ProductTagsRemoveDocument,
  type ProductUpdateInput,
  type ProductVariantsBulkInput,
  ProductVariantsCreateDocument,
  ProductVariantsDeleteDocument,
  ProductVariantsUpdateDocument,
  type VariantOptionValueInput,
} from '../../graphql/operations/generated/graphql.ts';
import { chunksOf } from '../../internal/chunks.ts';
import type { Clock } from '../../internal/clock.ts';
import type { DraftQuantity } from '../../validation/product-draft.ts';
import { changeFiles } from '../files/files.ts';
import type { ImageClaim, SharedImages } from '../files/shared-images.ts';
import type { ProductChange } from '../plan/change.ts';
import {
  firstValue,
  isParked,
  isStandalone,
  linksAfter,
  type OptionsTarget,
  orderOptions,
  pairOptions,
  parking,
  renamedValues,
  targetOptions,
} from '../plan/option-order.ts';
import { isOrderField, keysInOrder, maxList, orderImages, orderVariants, placed } from '../plan/order.ts';
import {
  type Facts,
  type FactValue,
  itemFields,
  metafieldName,
  metafieldPrefix,
  noOption,
  type OptionPairs,
  optionsKey,
  type ProductFacts,
  pairsOf,
  type RemoteProduct,
  type RemoteVariant,
} from '../plan/product-facts.ts';
import { isSameValue } from '../plan/same-value.ts';
import { type CallOptions, callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import { barcodesInput } from './product-input.ts';

/** The changes to apply, and what is needed for it. */
export interface Application {
  readonly client: SyncClient;
  readonly clock: Clock;
  /** The product as it was read for the plan. */
  readonly remote: RemoteProduct;
  readonly changes: readonly ProductChange[];
  /** The complete facts of the draft: a variant that is created needs all of its values. */
  readonly desired: ProductFacts;
  /** Stock of new variants, by variant key. */
  readonly quantities?: ReadonlyMap<string, readonly DraftQuantity[]>;
  /** Whether the old URL redirects to the new one when the handle changes. */
  readonly redirectsHandle?: boolean | undefined;
  /** Whether to keep our value if it overwrote a newer one of somebody else. Default `false`: theirs is restored. */
  readonly overwrites?: boolean | undefined;
  /** URLs of images by key, from which Shopify can download them. */
  readonly sources: ReadonlyMap<string, string>;
  /** Finds images that other products have uploaded. Without it, each new image is uploaded. */
  readonly shared?: Pick<SharedImages, 'claim'>;
  /** Gids of the product's images by key. Uploaded ones are added. */
  readonly imageIds: Map<string, string>;
  /** Gids of the product's variants by key. New ones are added, deleted ones are removed. */
  readonly variantIds: Map<string, string>;
}

/** The result of applying changes. */
export interface Applied {
  /** Shopify's time of the last change that returned one (ISO 8601). */
  readonly updatedAt: string;
  /** Values of `product` as Shopify stores them, if a call has returned them. */
  readonly stored: Facts;
  /** Values of `product` that somebody wrote between our read and our change, by field. */
  readonly overtaken: Facts;
}

/** Metafields of one call: https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet */
const maxMetafields = 25;

/** Images in one call. At 1.9 points each, this stays well below the maximum cost of a call. */
const maxUploads = 100;

/**
 * Makes the changes of a plan. Each part has its own mutation, so that unchanged parts are not sent: values, tags,
 * metafields, images, then options and variants by their ids.
 *
 * @throws What a call throws. Earlier calls stay in effect; a new plan of the product contains the rest.
 */
export async function applyChanges(application: Application, options: CallOptions): Promise<Applied> {
  const run = new Run(application, options);
  await run.fields();
  await run.tags();
  await run.metafields();
  await run.uploads();
  await run.options();
  await run.variants();
  await run.imageDetails();
  await run.orders();
  return { updatedAt: run.updatedAt, stored: run.stored, overtaken: run.overtaken };
}

class Run {
  updatedAt: string;
  stored: Facts = {};
  overtaken: Facts = {};
  readonly #a: Application;
  readonly #options: CallOptions;

  constructor(application: Application, options: CallOptions) {
    this.#a = application;
    this.#options = options;
    this.updatedAt = application.remote.updatedAt;
    this.#linkedTo = linksAfter(application.desired, application.remote);
    this.#links = new Map(Object.entries(this.#linkedTo).map(([option, name]) => [option, metafieldName(name)]));
  }

  /** Values of the product itself, and its collections. */
  async fields(): Promise<void> {
    const [change] = this.#of('product', 'update');
    const [joined, left] = (['add', 'remove'] as const).map((kind) =>
      this.#of('collections', kind).map(({ key }) => key),
    );
    const values = Object.entries(change?.fields ?? {}).filter(
      ([field]) => !isOrderField(field) && field !== 'linkedOptions',
    );
    if (values.length === 0 && !joined?.length && !left?.length) return;
    const collections = {
      ...(joined?.length && { collectionsToJoin: joined }),
      ...(left?.length && { collectionsToLeave: left }),
    };
    const sent = Object.fromEntries(values.map(([field, { to }]) => [field, to]));
    const theirs = await this.#write(Object.fromEntries(values), collections);
    this.overtaken = theirs;
    // Restoring a value may in turn overwrite a newer one.
    for (let last = sent, rest = theirs; !this.#a.overwrites && Object.keys(rest).length > 0; ) {
      const back = Object.fromEntries(
        Object.entries(rest).map(([field, to]) => [field, { from: last[field] ?? null, to }] as const),
      );
      last = rest;
      rest = await this.#write(back, {});
      this.overtaken = { ...this.overtaken, ...rest };
    }
    const gone = this.#a.overwrites ? {} : this.overtaken;
    this.stored = Object.fromEntries(
      Object.entries(this.stored).filter(([field]) => field in sent && !(field in gone)),
    );
  }

  /**
   * Writes values of the product. The same call reads them first, because Shopify has no compare-and-set for them.
   *
   * @returns Overwritten values of others: those that are neither the expected nor the sent ones.
   */
  async #write(values: ProductChange['fields'], collections: ProductUpdateInput): Promise<Facts> {
    const sent = Object.entries(values);
    const { seoTitle, seoDescription, ...fields }: Record<string, FactValue> = Object.fromEntries(
      sent.map(([field, { to }]) => [field, to]),
    );
    const seo = {
      ...(seoTitle !== undefined && { title: textOrNull(seoTitle) }),
      ...(seoDescription !== undefined && { description: textOrNull(seoDescription) }),
    };
    const product = {
      id: this.#gid,
      ...fields,
      ...(Object.keys(seo).length > 0 && { seo }),
      ...collections,
      ...(fields['handle'] !== undefined && this.#a.redirectsHandle && { redirectNewHandle: true }),
    } as ProductUpdateInput;
    const { seen, productUpdate } = await this.#call(ProductFieldsUpdateDocument, {
      product,
      look: { id: this.#gid },
      withLook: sent.length > 0,
      withDescription: 'descriptionHtml' in values,
    });
    const told = productUpdate?.product;
    if (told) {
      const { updatedAt, title, descriptionHtml, vendor, productType, handle } = told;
      this.updatedAt = updatedAt;
      this.stored = { title, descriptionHtml, vendor, productType, handle };
    }
    if (!seen?.product) return {};
    const { seo: seenSeo, category, ...plain } = seen.product;
    const now: Facts = {
      ...plain,
      category: category?.id ?? null,
      seoTitle: seenSeo.title,
      seoDescription: seenSeo.description,
    };
    return Object.fromEntries(
      sent.flatMap(([field, { from, to }]) => {
        const there = now[field];
        const isExpected = there === undefined || isSameValue(field, there, from) || isSameValue(field, there, to);
        return isExpected ? [] : [[field, there] as const];
      }),
    );
  }

  async tags(): Promise<void> {
    const [added, removed] = (['add', 'remove'] as const).map((kind) => this.#of('tags', kind).map(({ name }) => name));
    for (const tags of chunksOf(added ?? [], maxList))
      await this.#call(ProductTagsAddDocument, { id: this.#gid, tags });
    for (const tags of chunksOf(removed ?? [], maxList))
      await this.#call(ProductTagsRemoveDocument, { id: this.#gid, tags });
  }

  async metafields(): Promise<void> {
    const idOf = (key: string) => ({ ownerId: this.#gid, ...metafieldName(key) });
    const written = [...this.#of('metafields', 'add'), ...this.#of('metafields', 'update')].map(({ key }) => {
      const { type, value } = this.#a.desired.metafields?.[key] ?? {};
      return { ...idOf(key), ...(typeof type === 'string' && { type }), value: String(value) };
    });
    for (const metafields of chunksOf(written, maxMetafields))
      await this.#call(MetafieldsWriteDocument, { metafields });
    const removed = this.#of('metafields', 'remove').map(({ key }) => idOf(key));
    for (const metafields of chunksOf(removed, maxList)) await this.#call(MetafieldsRemoveDocument, { metafields });
  }

  /** Adds new images: by reference if Shopify already has the file, otherwise from their URLs. */
  async uploads(): Promise<void> {
    const added = this.#of('images', 'add');
    const known = added.flatMap(({ key, gid }) => (gid === undefined ? [] : [[key, gid] as const]));
    await this.#refer(new Map(known));
    const fresh = added.filter(({ gid }) => gid === undefined);
    if (fresh.length === 0) return;
    const wanted = fresh.map(({ key, fields }) => ({ key, alt: fields['alt'] && textOrNull(fields['alt'].to) }));
    const claim = await this.#a.shared?.claim(wanted, this.#options);
    try {
      const isShared = claim !== undefined && (await this.#referShared(claim));
      const rest = fresh.filter(({ key }) => !(isShared && claim.ids.has(key)));
      for (const chunk of chunksOf(rest, maxUploads)) await this.#upload(chunk);
      await claim?.uploaded(this.#a.imageIds);
    } finally {
      await claim?.release();
    }
  }

  /** Adds files that the shop already has to the product, by key. */
  async #refer(ids: ReadonlyMap<string, string>): Promise<void> {
    await this.#changeFiles([...ids.values()].map((id) => ({ id, referencesToAdd: [this.#gid] })));
    for (const [key, id] of ids) this.#a.imageIds.set(key, id);
  }

  /** Adds files that other products have uploaded; `false` if somebody has deleted one of them. */
  async #referShared(claim: ImageClaim): Promise<boolean> {
    try {
      await this.#refer(claim.ids);
      return true;
    } catch (error) {
      const isGone =
        isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'FILE_DOES_NOT_EXIST');
      if (!isGone) throw error;
      claim.forget();
      return false;
    }
  }

  async #upload(changes: readonly ProductChange[]): Promise<void> {
    const media = changes.map(({ key, name, fields }) => ({
      originalSource: this.#a.sources.get(key) ?? name,
      alt: textOrNull(fields['alt']?.to),
      mediaContentType: 'IMAGE' as const,
    }));
    const { productUpdate } = await this.#call(ProductImagesAddDocument, {
      id: this.#gid,
      media,
      last: media.length,
    });
    const product = this.#need(productUpdate?.product);
    this.updatedAt = product.updatedAt;
    for (const [index, { key }] of changes.entries()) {
      const id = product.media.nodes[index]?.id;
      if (id !== undefined) this.#a.imageIds.set(key, id);
    }
  }

  /** Renames options and their values, so that variants keep their ids when a name is corrected. */
  async options(): Promise<void> {
    const target = this.#targetOptions();
    if (!target) return;
    const { remote } = this.#a;
    if (isStandalone(remote)) {
      if (target.names.length === 1 && target.names[0] === noOption[0] && target.isDefault) return;
      await this.#createOptions(target.names, remote.variants);
      return;
    }
    if (target.isDefault) return;
    const pairs = pairOptions(
      remote.options.map(({ name }) => name),
      target.names,
    );
    for (const [index, option] of remote.options.entries()) {
      const name = pairs[index];
      if (name === undefined) continue;
      const rename = this.#renamedValues(index, name);
      const isLinked = remote.links?.[option.name] === this.#linkedTo[name];
      const linkedMetafield = isLinked ? undefined : this.#links.get(name);
      if (name === option.name && rename.length === 0 && !linkedMetafield) continue;
      await this.#call(ProductOptionUpdateDocument, {
        productId: this.#gid,
        option: { id: option.id, ...(name !== option.name && { name }), ...(linkedMetafield && { linkedMetafield }) },
        ...(rename.length > 0 && { rename }),
      });
    }
    const added = target.names.filter((name) => !pairs.includes(name));
    if (added.length > 0) await this.#createOptions(added, remote.variants);
    this.#pairs = pairs;
  }

  /** Names of the options after `options()`, by the option's former position in the shop. */
  #pairs: readonly (string | undefined)[] | undefined;

  /** Option values by their ids, with their current names. */
  readonly #renamed = new Map<string, string>();

  /** Deletes, changes and creates variants. */
  async variants(): Promise<void> {
    const removed = this.#of('variants', 'remove');
    const added = this.#of('variants', 'add');
    const remaining = this.#a.remote.variants.length - removed.length;
    // A product must always have a variant.
    if (remaining > 0) await this.#removeVariants(removed);
    const going = this.#goingOptions();
    // If variants would become identical without these options, they get other values first.
    const isLate = this.#mergesWithout(going);
    if (!isLate) await this.#deleteOptions(going);
    await this.#updateVariants(isLate ? going : []);
    if (isLate) await this.#deleteOptions(going);
    for (const chunk of chunksOf(added, maxList)) await this.#createVariants(chunk);
    if (remaining <= 0) await this.#removeVariants(removed);
  }

  /** Changes alt texts, and removes images from the product. Their files stay, so that a rollback can reuse them. */
  async imageDetails(): Promise<void> {
    const changed = this.#of('images', 'update').flatMap(({ gid, fields }) =>
      gid === undefined || !fields['alt'] ? [] : [{ id: gid, alt: textOrNull(fields['alt'].to) ?? '' }],
    );
    const removed = this.#of('images', 'remove').flatMap(({ gid }) =>
      gid === undefined ? [] : [{ id: gid, referencesToRemove: [this.#gid] }],
    );
    await this.#changeFiles([...changed, ...removed]);
    for (const { key } of this.#of('images', 'remove')) this.#a.imageIds.delete(key);
  }

  /** Sorts images, options and variants, once all of them exist. */
  async orders(): Promise<void> {
    const { client, clock, remote, imageIds, variantIds } = this.#a;
    const { imageOrder, optionOrder, variantOrder } = this.#of('product', 'update')[0]?.fields ?? {};
    const idsIn = (text: FactValue, ids: ReadonlyMap<string, string>): readonly string[] =>
      keysInOrder(text).flatMap((key) => ids.get(key) ?? []);
    const place = { client, clock, productId: this.#gid };
    // The product gets images that the shop already has before those that are uploaded.
    const added = this.#of('images', 'add').map(({ key }) => key);
    const attached = [...imageIds.keys()].filter((key) => added.includes(key));
    const isMixed = attached.some((key, index) => key !== added[index]);
    const images = imageOrder?.to ?? (isMixed ? JSON.stringify(added) : null);
    const movedAt = images === null ? undefined : await orderImages(place, idsIn(images, imageIds), this.#options);
    const reorderedAt = optionOrder && (await orderOptions(place, optionOrder.to, this.#options));
    this.updatedAt = reorderedAt ?? movedAt ?? this.updatedAt;
    if (reorderedAt === undefined && !variantOrder) return;
    const wanted = variantOrder ? idsIn(variantOrder.to, variantIds) : [];
    // Sorting options also sorts all variants, including those of others.
    const before = [...new Set([...remote.variants.map(({ id }) => id as string), ...variantIds.values()])];
    const order = reorderedAt === undefined ? wanted : placed(before, wanted);
    const updatedAt = await orderVariants(place, order, this.#options);
    this.updatedAt = updatedAt ?? this.updatedAt;
  }

  get #gid(): string {
    return this.#a.remote.id;
  }

  #of(list: ProductChange['list'], kind: ProductChange['kind']): readonly ProductChange[] {
    return this.#a.changes.filter((change) => change.list === list && change.kind === kind);
  }

  async #call<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const { client } = this.#a;
    const { data } = await client.graphql<Data, object>(
      document as TypedDocument<Data, object>,
      variables,
      callOptions(this.#options),
    );
    return data;
  }

  #need<T>(value: T | null | undefined): T {
    if (value) return value;
    const { shop } = this.#a.client;
    throw new InvalidResponseError(`${shop} returned neither a product nor user errors.`, { shop });
  }

  #changeFiles(files: readonly FileUpdateInput[]): Promise<void> {
    return changeFiles(this.#a.client, this.#a.clock, files, this.#options);
  }

  /** The options that variants should have; `undefined` if no variant is changed or added. */
  #targetOptions(): OptionsTarget | undefined {
    return targetOptions(this.#a.changes);
  }

  /** Adds new options: each existing variant gets the first value, which `#updateVariants` corrects. */
  async #createOptions(names: readonly string[], variants: readonly RemoteVariant[]): Promise<void> {
    const options = names.map((name) => {
      const value = firstValue(name, this.#a.changes, this.#a);
      for (const { id } of variants) this.#given.set(`${id} ${name}`, value);
      const link = this.#links.get(name);
      return link ? { name, linkedMetafield: { ...link, values: [value] } } : { name, values: [{ name: value }] };
    });
    await this.#call(ProductOptionsCreateDocument, { productId: this.#gid, options });
  }

  /** The value of a new option that each variant got, by the variant's gid and the option's name. */
  readonly #given = new Map<string, string>();

  /** Values of an option that are renamed. */
  #renamedValues(index: number, name: string): OptionValueUpdateInput[] {
    return [...renamedValues(this.#a, { index, name })].map(([id, target]) => {
      this.#renamed.set(id, target);
      return this.#links.has(name) ? { id, linkedMetafieldValue: target } : { id, name: target };
    });
  }

  /** Metafields (`namespace.key`) of linked options, by option name. */
  readonly #linkedTo: Readonly<Record<string, string>>;

  /** The same metafields as namespace and key. */
  readonly #links: ReadonlyMap<string, { readonly namespace: string; readonly key: string }>;

  /** Option values as input: values of a linked option are sent as metaobject gids, never as text. */
  #named(pairs: OptionPairs): VariantOptionValueInput[] {
    return pairs.map(([optionName, value]) =>
      this.#links.has(optionName) ? { optionName, linkedMetafieldValue: value } : { optionName, name: value },
    );
  }

  async #removeVariants(removed: readonly ProductChange[]): Promise<void> {
    const ids = removed.flatMap(({ gid }) => (gid === undefined ? [] : [gid]));
    for (const chunk of chunksOf(ids, maxList))
      await this.#call(ProductVariantsDeleteDocument, { productId: this.#gid, ids: chunk });
    for (const { key } of removed) this.#a.variantIds.delete(key);
  }

  /** Options that the changes remove. */
  #goingOptions(): RemoteProduct['options'] {
    const target = this.#targetOptions();
    const { options } = this.#a.remote;
    if (!target || isStandalone(this.#a.remote) || (!target.isDefault && !this.#pairs)) return [];
    return options.filter((_, index) => target.isDefault || this.#pairs?.[index] === undefined);
  }

  /** Whether the remaining variants would have identical current values without these options. */
  #mergesWithout(going: RemoteProduct['options']): boolean {
    const target = this.#targetOptions();
    if (!target || target.isDefault || going.length === 0) return false;
    const removed = new Set(this.#of('variants', 'remove').map(({ gid }) => gid));
    const staying = this.#a.remote.variants.filter(({ id }) => !removed.has(id));
    return new Set(staying.map((one) => optionsKey(this.#currentOptions(one, target.names)))).size < staying.length;
  }

  async #deleteOptions(going: RemoteProduct['options']): Promise<void> {
    if (going.length === 0) return;
    await this.#call(ProductOptionsDeleteDocument, { productId: this.#gid, options: going.map(({ id }) => id) });
  }

  /** The current option values of a variant, with the changes of options made so far. */
  #currentOptions(variant: RemoteVariant, names: readonly string[]): OptionPairs {
    const { options } = this.#a.remote;
    return names.map((name) => {
      const given = this.#given.get(`${variant.id} ${name}`);
      if (given !== undefined) return [name, given];
      const paired = this.#pairs?.indexOf(name) ?? -1;
      const index = paired < 0 ? options.findIndex((option) => option.name === name) : paired;
      const value = variant.selectedOptions[index]?.value ?? noOption[1];
      const id = options[index]?.optionValues.find((known) => known.name === value)?.id ?? '';
      return [name, this.#renamed.get(id) ?? value];
    });
  }

  /** @param going Options that are removed afterwards. Until then, variants keep their values of them. */
  async #updateVariants(going: RemoteProduct['options']): Promise<void> {
    const target = this.#targetOptions();
    const kept = going.map(({ name }) => name);
    const names = target && !target.isDefault ? [...target.names, ...kept] : [];
    const updates = this.#of('variants', 'update').flatMap((change) =>
      change.gid === undefined ? [] : [{ change, gid: change.gid, input: this.#variantInput(change) }],
    );
    const byId = new Map<string, RemoteVariant>(this.#a.remote.variants.map((variant) => [variant.id, variant]));
    const moves = updates.flatMap(({ change, gid }) => {
      const variant = byId.get(gid);
      const wanted = change.fields['options']?.to as OptionPairs | undefined;
      if (!variant || !wanted || names.length === 0) return [];
      const to = [...wanted, ...this.#currentOptions(variant, kept)];
      const from = this.#currentOptions(variant, names);
      return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ gid, from, to }];
    });
    const elsewhere = new Set([...moves, ...this.#of('variants', 'remove')].map(({ gid }) => gid));
    const still = this.#a.remote.variants
      .filter(({ id }) => !elsewhere.has(id))
      .map((variant) => optionsKey(names.length > 0 ? this.#currentOptions(variant, names) : pairsOf(variant)));
    const { first, order } = orderMoves(moves, new Set(still));
    const isParking = first.length > 0 || isParked(this.#a.remote);
    await this.#sendUpdates(
      first.map(({ gid, to }) => ({ id: gid, optionValues: this.#named(to) })),
      isParking,
    );

    const moved = new Map(order.map(({ gid, to }) => [gid, to]));
    const rank = new Map(order.map(({ gid }, index) => [gid, index]));
    const inputs = updates
      .map(({ gid, input }) => {
        const to = moved.get(gid);
        return { ...input, ...(to && { optionValues: this.#named(to) }) };
      })
      .filter((input) => Object.keys(input).length > 1)
      .toSorted((a, b) => (rank.get(a.id ?? '') ?? -1) - (rank.get(b.id ?? '') ?? -1));
    await this.#sendUpdates(inputs, isParking);
    if (isParking) await this.#deleteParked();
    const gone = updates.flatMap(({ change, gid }) =>
      Object.entries(toValues(change)).flatMap(([field, value]) =>
        field.startsWith(metafieldPrefix) && value === null
          ? [{ ownerId: gid, ...metafieldName(field.slice(metafieldPrefix.length)) }]
          : [],
      ),
    );
    for (const metafields of chunksOf(gone, maxList)) await this.#call(MetafieldsRemoveDocument, { metafields });
  }

  /** @param withOptions Whether to return the options too, which costs points. */
  async #sendUpdates(inputs: readonly ProductVariantsBulkInput[], withOptions: boolean): Promise<void> {
    for (const variants of chunksOf(inputs, maxList)) {
      const data = await this.#call(ProductVariantsUpdateDocument, { productId: this.#gid, variants, withOptions });
      const product = this.#need(data.productVariantsBulkUpdate?.product);
      this.updatedAt = product.updatedAt;
      this.#latestOptions = product.options ?? [];
    }
  }

  #latestOptions: RemoteProduct['options'] | undefined;

  /** Deletes the temporary option values of variants that changed places, also those that a killed push has left. */
  async #deleteParked(): Promise<void> {
    const going = this.#goingOptions();
    for (const option of this.#latestOptions ?? this.#a.remote.options) {
      const ids = option.optionValues.filter(({ name }) => name.startsWith(parking)).map(({ id }) => id);
      if (ids.length === 0 || going.some(({ id }) => id === option.id)) continue;
      try {
        await this.#call(ProductOptionUpdateDocument, {
          productId: this.#gid,
          option: { id: option.id },
          delete: ids,
        });
      } catch (error) {
        // Shopify may have deleted it already.
        const isGone =
          isShopwrightError(error, 'USER_ERROR') &&
          error.userErrors.every(({ code }) => code === 'OPTION_VALUE_DOES_NOT_EXIST');
        if (!isGone) throw error;
      }
    }
  }

  /** The input of `productVariantsBulkUpdate` for one variant, without its option values. */
  #variantInput(change: ProductChange): ProductVariantsBulkInput {
    return { id: change.gid ?? null, ...this.#variantValues(toValues(change), change) };
  }

  #variantValues(values: Readonly<Record<string, FactValue>>, change?: ProductChange): ProductVariantsBulkInput {
    const { sku, image, options: _options, unitPrice, weight, barcodes, ...rest } = values;
    const mediaId = typeof image === 'string' ? (this.#a.imageIds.get(image) ?? image) : undefined;
    const entries = Object.entries(rest);
    const plain = entries.filter(([field]) => !itemFields.has(field) && !field.startsWith(metafieldPrefix));
    const item = {
      ...(sku !== undefined && { sku: textOrNull(sku) }),
      ...Object.fromEntries(entries.filter(([field]) => itemFields.has(field))),
      ...(typeof weight === 'string' && { measurement: { weight: weightOf(weight) } }),
    };
    const metafields = entries
      .filter(([field, text]) => field.startsWith(metafieldPrefix) && text !== null)
      .map(([field, text]) => variantMetafield(field, String(text)));
    return {
      ...Object.fromEntries(plain),
      ...(barcodes !== undefined && barcodesInput(listOf(barcodes), listOf(change?.fields['barcodes']?.from))),
      ...(Object.keys(item).length > 0 && { inventoryItem: item }),
      ...(unitPrice !== undefined && {
        unitPriceMeasurement: typeof unitPrice === 'string' ? JSON.parse(unitPrice) : null,
      }),
      ...(metafields.length > 0 && { metafields }),
      ...(mediaId?.startsWith('gid:') && { mediaId }),
    } as ProductVariantsBulkInput;
  }

  async #createVariants(added: readonly ProductChange[]): Promise<void> {
    const variants = added.map(({ key, fields }) => {
      const values = this.#a.desired.variants?.[key] ?? {};
      const options = fields['options']?.to as OptionPairs | undefined;
      const quantities = this.#a.quantities?.get(key);
      return {
        ...this.#variantValues(values),
        ...(options && { optionValues: this.#named(options) }),
        ...(quantities && {
          inventoryQuantities: quantities.map(({ locationId, available }) => ({
            ...{ locationId, availableQuantity: available },
          })),
        }),
      };
    });
    const { productVariantsBulkCreate: created } = await this.#call(ProductVariantsCreateDocument, {
      productId: this.#gid,
      variants,
      strategy: 'PRESERVE_STANDALONE_VARIANT',
    });
    const made = this.#need(created?.productVariants);
    if (created?.product) this.updatedAt = created.product.updatedAt;
    for (const [index, { key }] of added.entries()) {
      const id = made[index]?.id;
      if (id !== undefined) this.#a.variantIds.set(key, id);
    }
  }
}

const listOf = (value: FactValue | undefined): readonly string[] =>
  typeof value === 'string' ? (JSON.parse(value) as string[]) : [];

function weightOf(text: string): { readonly value: number; readonly unit: string } {
  const [value = '0', unit = 'GRAMS'] = text.split(' ');
  return { value: Number(value), unit };
}

function variantMetafield(field: string, text: string) {
  const { type, value } = JSON.parse(text) as { readonly type?: string; readonly value: string };
  return { ...metafieldName(field.slice(metafieldPrefix.length)), ...(type !== undefined && { type }), value };
}

/** The new values of a change. */
const toValues = ({ fields }: ProductChange): Record<string, FactValue> =>
  Object.fromEntries(Object.entries(fields).map(([field, { to }]) => [field, to]));

const textOrNull = (value: FactValue | undefined): string | null => (typeof value === 'string' ? value : null);

/** A change of a variant's option values. */
interface Move {
  readonly gid: string;
  readonly from: OptionPairs;
  readonly to: OptionPairs;
}

/**
 * Sorts moves so that each target combination is free when its turn comes, because Shopify checks them in sequence. If
 * variants swap combinations in a cycle, one variant of each cycle gets a temporary value first.
 */
function orderMoves(
  moves: readonly Move[],
  still: ReadonlySet<string>,
): { readonly first: readonly Pick<Move, 'gid' | 'to'>[]; readonly order: readonly Move[] } {
  const taken = new Map(moves.map((move) => [optionsKey(move.from), move]));
  const waiting = new Set(moves);
  const order: Move[] = [];
  const first: Pick<Move, 'gid' | 'to'>[] = [];
  const parked = new Set<Move>();
  const settle = (move: Move): void => {
    waiting.delete(move);
    taken.delete(optionsKey(move.from));
    order.push(move);
  };
  while (waiting.size > 0) {
    const isFree = ({ to }: Move): boolean => !still.has(optionsKey(to)) && !taken.has(optionsKey(to));
    const ready = [...waiting].filter(isFree);
    for (const move of ready) if (isFree(move)) settle(move);
    if (ready.length > 0) continue;
    // A linked option keeps its value, because there is no temporary metaobject.
    const place = (move: Move): number => move.from.findIndex(([, value]) => !value.startsWith('gid://'));
    const stuck = [...waiting].find((move) => !parked.has(move) && !still.has(optionsKey(move.to)) && place(move) >= 0);
    // Somebody else's variant has that combination, or all options are linked: send it, and let Shopify return the
    // error.
    if (!stuck) for (const move of waiting) settle(move);
    else {
      parked.add(stuck);
      const parkedValue = `${parking}${first.length + 1} ${stuck.from[place(stuck)]?.[1]}`.slice(0, 255);
      const to = stuck.from.map(
        ([name, value], index) => [name, index === place(stuck) ? parkedValue : value] as const,
      );
      first.push({ gid: stuck.gid, to });
      taken.delete(optionsKey(stuck.from));
    }
  }
  return { first, order };
}
