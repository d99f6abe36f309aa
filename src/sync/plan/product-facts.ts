// One file: facts, the common form of drafts, records and the shop's products, and the conversions to it.
import { hash } from 'node:crypto';
import type { ProductsReadQuery } from '../../graphql/operations/generated/graphql.ts';
import { isRecord, type JsonObject } from '../../internal/json.ts';
import { redactText } from '../../internal/redact.ts';
import type { DraftMetafield, DraftWeight, ProductDraft, ProductVariantDraft } from '../../validation/product-draft.ts';

/**
 * A product as facts. The draft, the last push and the shop's product have the same form, so that they can be compared
 * value by value. `product` has one entry, whose key is ''.
 */
export type ProductFacts = { readonly [List in FactList]?: FactEntries };

/** The parts of a product. A push does not touch parts that the draft leaves out. */
export type FactList = 'product' | 'tags' | 'metafields' | 'collections' | 'images' | 'variants';

/** The entries of a part by key: a tag in lower case, `namespace.key`, the hash of a URL, a SKU. */
export type FactEntries = Readonly<Record<string, Facts>>;

/** The values of one entry by field. A missing field is unknown, or not part of the draft. */
export type Facts = Readonly<Record<string, FactValue>>;

/** A JSON scalar, or the option values of a variant. */
export type FactValue = string | boolean | number | null | readonly (readonly [name: string, value: string])[];

/** The option values of a variant, in the order of the options. */
export type OptionPairs = readonly (readonly [name: string, value: string])[];

/** The option that Shopify gives to a product without options. */
export const noOption: readonly [name: string, value: string] = ['Title', 'Default Title'];

/** The facts of a draft. Fields that it leaves out are missing; `null` clears. */
export function desiredFacts(draft: ProductDraft): ProductFacts {
  const { product, ...lists } = saidBy(draft);
  const names = namesOfOptions(draft);
  const optionOrder = optionOrderText(byPosition(draft.variants).map(({ options }) => pairsIn(options, names)));
  const facts: { [List in FactList]?: FactEntries } = {
    product: { '': { ...product, ...defined({ optionOrder }) } },
  };
  for (const list of Object.keys(lists) as (keyof typeof lists)[])
    if (lists[list]) facts[list] = Object.fromEntries(lists[list]);
  return facts;
}

/**
 * The order of options and of their values, as they appear in the variants. `undefined` if there is nothing to sort.
 */
export function optionOrderText(variants: readonly OptionPairs[]): string | undefined {
  const order = new Map<string, Set<string>>();
  for (const pairs of variants)
    for (const [option, value] of pairs) order.set(option, (order.get(option) ?? new Set()).add(value));
  const isOrder = order.size > 1 || [...order.values()].some(({ size }) => size > 1);
  return isOrder ? JSON.stringify([...order].map(([option, values]) => [option, [...values]])) : undefined;
}

/**
 * Everything in a draft that a push would send, as one text. Drafts that differ only in the order of unordered lists
 * have the same text. Built from lists instead of objects by key, which would take twice as long.
 */
export function saidText(draft: ProductDraft, publications: readonly string[]): string {
  const { product, ...lists } = saidBy(draft);
  for (const entries of Object.values(lists)) entries?.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([product, lists, publications]);
}

type Entry = [key: string, facts: Facts];

/** The facts of a draft, list by list. */
function saidBy(draft: ProductDraft) {
  const { tags, collections, images: unordered } = draft;
  const images = unordered && byPosition(unordered);
  const metafields = draft.metafields && sentMetafields(draft);
  const names = namesOfOptions(draft);
  const links = linksOf(draft, names);
  const keyed = variantKeys(draft.variants);
  const sorted = keyed.toSorted(([, a], [, b]) => (a.position ?? Number.MAX_VALUE) - (b.position ?? Number.MAX_VALUE));
  return {
    product: defined({
      title: draft.title,
      descriptionHtml: draft.descriptionHtml,
      vendor: draft.vendor,
      productType: draft.productType,
      handle: draft.handle,
      status: draft.status,
      category: draft.category,
      templateSuffix: draft.templateSuffix,
      seoTitle: draft.seo?.title,
      seoDescription: draft.seo?.description,
      linkedOptions: Object.keys(links).length > 0 ? linksText(links) : undefined,
      imageOrder: images && orderText([...new Set(images.map(({ url }) => imageKey(url)))]),
      variantOrder: orderText(sorted.map(([key]) => key)),
    }),
    tags: tags?.map((tag): Entry => [tagKey(tag), { name: tag }]),
    metafields: metafields?.map(
      ({ namespace, key, type, value }): Entry => [`${namespace}.${key}`, { ...defined({ type }), value }],
    ),
    collections: collections?.map((id): Entry => [id, {}]),
    images: images?.map(({ url, alt }): Entry => [imageKey(url), { url: publicAddress(url), ...defined({ alt }) }]),
    variants: keyed.map(([key, variant]): Entry => [key, variantFacts(variant, names)]),
  };
}

/**
 * The variants with their keys: `key`, otherwise the SKU, otherwise the option values. If variants share a key, their
 * option values are appended.
 */
export function variantKeys(
  variants: readonly ProductVariantDraft[],
): readonly (readonly [string, ProductVariantDraft])[] {
  const taken = new Set<string>();
  const shared = new Set<string>();
  const keyed = variants.map((variant): readonly [string, ProductVariantDraft] => {
    const key = variant.key ?? variant.sku ?? valuesKey(variant);
    (taken.has(key) ? shared : taken).add(key);
    return [key, variant];
  });
  if (shared.size === 0) return keyed;
  return keyed.map(([key, variant]) => [shared.has(key) ? `${key} ${valuesKey(variant)}` : key, variant]);
}

const valuesKey = ({ options }: ProductVariantDraft): string => JSON.stringify(Object.values(options));

function variantFacts(variant: ProductVariantDraft, optionNames: readonly string[]): Facts {
  const { compareAtPrice, imageUrl = variant.imageUrls?.[0], options, inventoryItem: item = {}, unitPrice } = variant;
  return {
    ...(variant.price !== undefined && { price: plainDecimal(variant.price) }),
    options: pairsIn(options, optionNames),
    ...defined({
      sku: variant.sku,
      compareAtPrice: compareAtPrice && salePrice(compareAtPrice),
      barcode: variant.barcodes ? undefined : variant.barcode,
      barcodes: variant.barcodes && JSON.stringify(variant.barcodes),
      taxable: variant.taxable,
      taxCode: variant.taxCode,
      inventoryPolicy: variant.inventoryPolicy,
      cost: item.cost && plainDecimal(item.cost),
      tracked: item.tracked,
      requiresShipping: item.requiresShipping,
      harmonizedSystemCode: item.harmonizedSystemCode,
      countryCodeOfOrigin: item.countryCodeOfOrigin,
      weight: item.weight && weightText(item.weight),
      unitPrice: unitPrice && JSON.stringify(unitPrice, unitPriceFields),
      image: imageUrl === undefined ? undefined : imageKey(imageUrl),
    }),
    ...(variant.metafields && metafieldFacts(variant.metafields)),
  };
}

const pairsIn = (options: ProductVariantDraft['options'], names: readonly string[]): OptionPairs =>
  names.map((name) => [name, options[name] ?? noOption[1]] as const);

const metafieldFacts = (metafields: readonly DraftMetafield[]): Facts =>
  Object.fromEntries(
    metafields
      .map(({ namespace, key, type, value }) => [
        `${metafieldPrefix}${namespace}.${key}`,
        JSON.stringify({ type, value }),
      ])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );

/** Fields of a variant that Shopify stores with its inventory item. */
export const itemFields: ReadonlySet<string> = new Set([
  ...['cost', 'tracked', 'requiresShipping', 'harmonizedSystemCode', 'countryCodeOfOrigin', 'weight'],
]);

/** Prefix of the metafields among a variant's fields. */
export const metafieldPrefix = 'metafield:';

const weightText = ({ value, unit }: Omit<DraftWeight, 'unit'> & { readonly unit: string }): string =>
  `${value} ${unit}`;

const unitPriceFields = ['quantityValue', 'quantityUnit', 'referenceValue', 'referenceUnit'];

/** Sorts images or variants by position. Entries without one follow in their original order. */
export const byPosition = <T extends { readonly position?: number }>(list: readonly T[]): readonly T[] =>
  list.toSorted((a, b) => (a.position ?? Number.MAX_VALUE) - (b.position ?? Number.MAX_VALUE));

/** The metafields without those of linked options, which Shopify writes itself. */
export function sentMetafields({ metafields = [], linkedOptions = {} }: ProductDraft): readonly DraftMetafield[] {
  const linked = new Set(Object.values(linkedOptions).map(({ namespace, key }) => `${namespace}.${key}`));
  return metafields.filter(({ namespace, key }) => !linked.has(`${namespace}.${key}`));
}

/** Which options take their values from which metafield: option name → `namespace.key`. */
type Links = Readonly<Record<string, string>>;

function linksOf({ linkedOptions = {} }: ProductDraft, optionNames: readonly string[]): Links {
  return Object.fromEntries(
    optionNames.flatMap((name) => {
      const link = linkedOptions[name];
      return link ? [[name, `${link.namespace}.${link.key}`] as const] : [];
    }),
  );
}

/** Links as stored in facts. */
const linksText = (links: Links): string => canonicalText(links);

/** The links stored in a product's facts. */
export const linksIn = ({ product }: ProductFacts): Links =>
  JSON.parse(String(product?.['']?.['linkedOptions'] ?? '{}'));

/** The names of a draft's options in their order. */
export function namesOfOptions(draft: Pick<ProductDraft, 'options' | 'variants'>): readonly string[] {
  const used = new Set(draft.variants.flatMap((variant) => Object.keys(variant.options)));
  const ordered = [...(draft.options ?? []).filter((name) => used.has(name)), ...used];
  return used.size === 0 ? [noOption[0]] : [...new Set(ordered)];
}

/** `24.90` and `24.9` are the same price, so writing it differently is not a change. */
export function plainDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The variants without their images, which are sent later. */
export function withoutImages({ variants = {} }: ProductFacts): ProductFacts['variants'] & object {
  return Object.fromEntries(
    Object.entries(variants).map(([key, { image: _image, ...facts }]) => [key, facts as Facts]),
  );
}

/** A compare-at price; 0 means none, so it becomes `null`. */
export function salePrice(text: string): string | null {
  const decimal = plainDecimal(text);
  return Number(decimal) === 0 ? null : decimal;
}

/** Shopify ignores the case of tags. */
export const tagKey = (tag: string): string => tag.trim().toLowerCase();

/** The key of an image: the hash of the URL it was uploaded from. */
export const imageKey = (url: string): string => hash('sha256', url, 'base64url').slice(0, 16);

/** A URL without parts that grant access: user, password, and the query, which may contain a signature. */
export function publicAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** An order as stored in facts: the keys of a list. */
const orderText = (keys: readonly string[]): string => JSON.stringify(keys);

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without the keys that are undefined. */
export function defined<T extends object>(object: T): Defined<T> {
  const known: Partial<T> = {};
  for (const key of Object.keys(object) as (keyof T)[]) if (object[key] !== undefined) known[key] = object[key];
  return known as Defined<T>;
}

/** SHA-256 (base64url) of a JSON value, independent of the order of its keys. `undefined` counts as missing. */
export const contentHash = (value: unknown): string => hashOfText(canonicalText(value));

/** SHA-256 (base64url) of a text. Uses `hash`, because `createHash` objects survive several garbage collections. */
export const hashOfText = (text: string): string => hash('sha256', text, 'base64url');

/**
 * A JSON value as text, with sorted object keys. `undefined` counts as missing. Three times as fast as `JSON.stringify`
 * with a sorting replacer.
 */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const object = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const part = object[key];
    if (part !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalText(part)}`;
  }
  return `{${text}}`;
}

type RemoteNode = Extract<NonNullable<ProductsReadQuery['nodes'][number]>, { readonly id: string }>;

/** A product of the shop, with all of its variants and images. */
export interface RemoteProduct extends Omit<RemoteNode, 'variants' | 'media' | 'metafields' | 'options'> {
  /** Values of the options in `links` have the gids of their metaobjects as names. */
  readonly options: readonly {
    readonly id: string;
    readonly name: string;
    readonly optionValues: readonly { readonly id: string; readonly name: string }[];
  }[];
  /** Which of the requested options are linked to which metafield; `undefined` if none was requested. */
  readonly links: Links | undefined;
  readonly variants: readonly RemoteVariant[];
  readonly media: readonly RemoteMedia[];
  /** Gids of images that Shopify could not process. They are not in `media`. */
  readonly failedMedia: readonly string[];
  /** The requested metafields. */
  readonly metafields: readonly NonNullable<RemoteNode['metafields']>['nodes'][number][];
}

/** A variant of the shop. `media` only if requested. */
export type RemoteVariant = RemoteNode['variants']['nodes'][number];

/** An image or another medium of a product. */
export type RemoteMedia = RemoteNode['media']['nodes'][number];

/**
 * What a push stores for the next one: the values that it sent, those that Shopify stored differently, and the ids of
 * its variants and images. Stored in the sync record as `lastSyncData`.
 */
export interface PushBase {
  /** The facts of the last push. */
  readonly facts: ProductFacts;
  /** Values of `product` that Shopify stores differently from what was sent, such as HTML that it cleaned up. */
  readonly stored: Facts;
  readonly ids: {
    readonly variants: Readonly<Record<string, string>>;
    readonly images: Readonly<Record<string, string>>;
  };
  /** Gids of the requested publications, sorted. */
  readonly publications: readonly string[];
  /** What interrupted pushes were going to change. It is unknown how much of it was sent. */
  readonly sending?: Sending;
  /** The order of variants and options before interrupted pushes changed it. Absent if none did. */
  readonly places?: Places;
}

/** The order of a product's variants and options, by gid. */
export interface Places {
  /** Gids in order. */
  readonly variants: readonly string[];
  /** Gids and names of the options and of their values, in order. */
  readonly options: readonly NamedPlace[];
}

/** An option or one of its values. Renaming it does not change the gid. */
export interface NamedPlace {
  readonly id: string;
  readonly name: string;
  readonly values?: readonly NamedPlace[];
}

/** Values that were being sent, by list and key, for each push in turn. `null` for removed entries. */
export type Sending = { readonly [List in FactList]?: Readonly<Record<string, readonly (Facts | null)[]>> };

/**
 * The format in which this release stores a base. A release that stores more, or something else, uses the next number.
 */
const baseFormat = 2;

/** The base in a sync record; `undefined` before the first push, and for formats that this release cannot read. */
export function readBase(data: JsonObject | null | undefined): PushBase | undefined {
  if (!isRecord(data) || data['format'] !== baseFormat) return undefined;
  const { format: _, ...base } = data;
  return base as unknown as PushBase;
}

/**
 * The base as stored in the sync record, without secrets: values that look like tokens are redacted, and count as
 * unknown from then on.
 */
export function writeBase(base: PushBase): JsonObject {
  const text = JSON.stringify({ format: baseFormat, ...base }, (_key, value: unknown) =>
    typeof value === 'string' ? redactText(value) : value,
  );
  return JSON.parse(text) as JsonObject;
}

/** How the shop's variants and images correspond to those of the draft and the base. */
export interface Matches {
  /** Key of a draft's variant → the shop's. */
  readonly variants: ReadonlyMap<string, RemoteVariant>;
  /** Gid of a variant in the shop → its key in the base, for variants that a push created or adopted. */
  readonly baseKeys: ReadonlyMap<string, string>;
  /** Key of a draft's or the base's image → the shop's. */
  readonly images: ReadonlyMap<string, RemoteMedia>;
}

/**
 * Matches the shop's variants with those of the draft: by the gid of the last push, otherwise by SKU, otherwise by
 * option values. A variant whose option value or SKU was corrected therefore stays the same variant, with its stock.
 *
 * @param options.isWhole Whether `desired` has all variants of the product. Default `false`.
 */
export function matchFacts(
  desired: ProductFacts,
  base: PushBase | undefined,
  remote: RemoteProduct,
  { isWhole = false }: { readonly isWhole?: boolean } = {},
): Matches {
  const all = new Map<string, RemoteVariant>(remote.variants.map((variant) => [variant.id, variant]));
  const ofSku = Map.groupBy(remote.variants, ({ sku }) => sku ?? '');
  const ofValues = Map.groupBy(remote.variants, (variant) => optionsKey(pairsOf(variant)));
  const ofPairs = Map.groupBy(remote.variants, (variant) => pairsKey(pairsOf(variant)));
  // By option names if the shop has them, otherwise by position, because options may have been renamed.
  const withOptions = (options: FactValue | undefined): readonly RemoteVariant[] =>
    ofPairs.get(pairsKey(options)) ?? ofValues.get(optionsKey(options)) ?? [];
  const withAdded = variantsByFormerOptions(base, remote);
  const free = new Map(all);
  const isFree = ({ id }: RemoteVariant): boolean => free.has(id);
  const wanted = new Map(Object.entries(desired.variants ?? {}));
  const variants = new Map<string, RemoteVariant>();
  const claim = (key: string, variant: RemoteVariant | undefined): void => {
    if (!variant || !free.delete(variant.id)) return;
    wanted.delete(key);
    variants.set(key, variant);
  };
  const baseKeys = new Map<string, string>();
  // A variant whose id was stored belongs to that key only, even if its values have changed.
  const knownIds = new Set<string>(Object.values(base?.ids.variants ?? {}));
  const isUnclaimed = ({ id }: RemoteVariant): boolean => !baseKeys.has(id) && !knownIds.has(id);
  for (const [key, facts] of Object.entries(base?.facts.variants ?? {})) {
    const knownId = base?.ids.variants[key];
    const ofItsSku = facts['sku'] ? ofSku.get(String(facts['sku']))?.filter(isUnclaimed) : undefined;
    const exactly = withOptions(facts['options']);
    const ofItsOptions = exactly.length > 0 ? exactly : withAdded(facts['options']);
    const own = all.get(knownId ?? '') ?? ofItsSku?.find((one) => ofItsOptions.includes(one)) ?? ofItsSku?.[0];
    const id = (own ?? (knownId === undefined ? ofItsOptions.find(isUnclaimed) : undefined))?.id;
    if (id !== undefined && !baseKeys.has(id)) baseKeys.set(id, key);
  }
  // An interrupted push may have created variants: they have exactly the SKU and the options that it sent.
  for (const [key, sent] of Object.entries(base?.sending?.variants ?? {})) {
    if (base?.facts.variants?.[key] || !sent.at(-1)) continue;
    const { sku, options }: Facts = Object.assign({}, ...sent);
    const own = withOptions(options).find((one) => isUnclaimed(one) && (one.sku ?? '') === String(sku ?? ''));
    if (own) baseKeys.set(own.id, key);
  }
  for (const key of [...wanted.keys()]) claim(key, free.get(base?.ids.variants[key] ?? ''));
  // A push does not learn the ids of variants that it creates with the product; the next push does.
  for (const [id, key] of baseKeys)
    if (wanted.has(key) && base?.ids.variants[key] === undefined) claim(key, free.get(id));
  for (const [key, { sku, options }] of [...wanted]) {
    if (!sku) continue;
    const ofItsOptions = withOptions(options);
    claim(
      key,
      ofSku.get(String(sku))?.find((variant) => isFree(variant) && ofItsOptions.includes(variant)),
    );
  }
  // If several variants share a SKU, the one whose options changed is the one that is left over.
  for (const [key, { sku }] of [...wanted]) if (sku) claim(key, ofSku.get(String(sku))?.find(isFree));
  for (const [key, { options }] of [...wanted]) claim(key, withOptions(options).find(isFree));
  // If nothing matches, reuse one existing variant, because a product must always have one; but not a merchant's own.
  const [first] = wanted.keys();
  const left = [...free.values()].find(({ id }) => base?.facts.variants === undefined || baseKeys.has(id));
  if (isWhole && variants.size === 0 && first !== undefined && left) claim(first, left);
  return { variants, baseKeys, images: matchImages(desired, base, remote) };
}

/**
 * Finds a variant by the options of the last push, if somebody has added options since. Returns none if several match.
 */
function variantsByFormerOptions(
  base: PushBase | undefined,
  { options, variants }: RemoteProduct,
): (options: FactValue | undefined) => readonly RemoteVariant[] {
  const [known] = Object.values(base?.facts.variants ?? {}).map((facts) => facts['options']);
  const names = Array.isArray(known) ? (known as OptionPairs).map(([name]) => name) : [];
  if (names.length === 0 || names.length >= options.length || names[0] === noOption[0]) return () => [];
  const isNamed = names.every((name) => options.some((option) => option.name === name));
  // A renamed option keeps its position, and new options come after it.
  const keyOf = isNamed ? pairsKey : optionsKey;
  const found = Map.groupBy(variants, (variant) => {
    const pairs = pairsOf(variant);
    return keyOf(isNamed ? pairs.filter(([name]) => names.includes(name)) : pairs.slice(0, names.length));
  });
  return (said) => {
    const alike = found.get(keyOf(said)) ?? [];
    return alike.length === 1 ? alike : [];
  };
}

function matchImages(
  desired: ProductFacts,
  base: PushBase | undefined,
  remote: RemoteProduct,
): ReadonlyMap<string, RemoteMedia> {
  const free = new Map<string, RemoteMedia>(remote.media.map((media) => [media.id, media]));
  const found = new Map<string, RemoteMedia>();
  const claim = (key: string, media: RemoteMedia | undefined): void => {
    if (media && free.delete(media.id)) found.set(key, media);
  };
  const ids = base?.ids.images ?? {};
  const wanted = Object.entries(desired.images ?? {});
  // An import identifies images by their URLs in the shop.
  for (const [key, image] of wanted)
    claim(
      key,
      [...free.values()].find((media) => isAt(media, image)),
    );
  const isImported = (key: string, id: string): boolean => {
    const image = base?.facts.images?.[key];
    const media = free.get(id);
    return desired.images !== undefined && !(key in desired.images) && !!image && !!media && isAt(media, image);
  };
  for (const [key, id] of Object.entries(ids)) if (!found.has(key) && !isImported(key, id)) claim(key, free.get(id));
  const unfinished = Object.entries(base?.sending?.images ?? {}).map(
    ([key, sent]) => [key, sent.at(-1) ? (Object.assign({}, ...sent) as Facts) : undefined] as const,
  );
  const uploads = Object.entries({ ...Object.fromEntries(unfinished), ...desired.images });
  for (const [key, image] of uploads) {
    // Its gid is unknown. A push whose response was lost may have uploaded it, or the creator of an adopted product.
    if (!image || found.has(key) || ids[key] !== undefined) continue;
    claim(
      key,
      [...free.values()].find((media) => isUploadOf(media, image)),
    );
  }
  for (const [key, id] of Object.entries(ids)) if (!found.has(key)) claim(key, free.get(id));
  return found;
}

/** Whether a medium may have been uploaded from a URL. It has no address until Shopify has processed it. */
function isUploadOf(media: RemoteMedia, { url, alt = null }: Facts): boolean {
  const address = addressOf(media);
  if (address === '') return 'image' in media && (media.alt ?? '') === (alt ?? '');
  return fileName(address) === fileName(String(url));
}

/** Whether a medium has exactly that URL. */
const isAt = (media: RemoteMedia, { url }: Facts): boolean => {
  const address = addressOf(media);
  return address !== '' && publicAddress(address) === publicAddress(String(url));
};

const addressOf = (media: RemoteMedia): string => ('image' in media && media.image ? media.image.url : '');

/** The file name in a URL. Shopify keeps the name, and appends a UUID if it is already taken. */
function fileName(address: string): string | undefined {
  const name = publicAddress(address).split('/').at(-1)?.toLowerCase();
  return name?.replace(/_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.|$)/, '') || undefined;
}

/** A variant's option values as facts. */
export const pairsOf = ({ selectedOptions }: Pick<RemoteVariant, 'selectedOptions'>): OptionPairs =>
  selectedOptions.map(({ name, value }) => [name, value] as const);

/** The values of a combination, without the names of the options. */
export const optionsKey = (options: FactValue | undefined): string =>
  Array.isArray(options) ? JSON.stringify(options.map((pair: readonly string[]) => pair[1])) : '';

/** The names and values of a combination, in a fixed order. */
export const pairsKey = (options: FactValue | undefined): string =>
  Array.isArray(options) ? JSON.stringify([...options].sort(([a], [b]) => (a < b ? -1 : 1))) : '';

/** Option values for display: `Red / M`. */
export const optionText = (options: OptionPairs): string => options.map(([, value]) => value).join(' / ');

/**
 * The shop's product as facts, with the keys of draft and base. The key of an entry in neither is its gid, or for tags
 * and metafields its name.
 */
export function remoteFacts(remote: RemoteProduct, matches: Matches): ProductFacts {
  const variantKeys = new Map([...matches.variants].map(([key, { id }]) => [id, key]));
  const imageKeys = new Map<string, string>([...matches.images].map(([key, { id }]) => [id, key]));
  const linkedKeys = new Set(Object.values(remote.links ?? {}));
  return {
    product: {
      '': {
        title: remote.title,
        descriptionHtml: remote.descriptionHtml,
        vendor: remote.vendor,
        productType: remote.productType,
        handle: remote.handle,
        status: remote.status,
        category: remote.category?.id ?? null,
        templateSuffix: remote.templateSuffix,
        seoTitle: remote.seo.title,
        seoDescription: remote.seo.description,
        ...(remote.links && { linkedOptions: linksText(remote.links) }),
        imageOrder: orderText(remote.media.flatMap(({ id }) => imageKeys.get(id) ?? [])),
        optionOrder: JSON.stringify(
          remote.options.map(({ name, optionValues }) => [name, optionValues.map((value) => value.name)]),
        ),
        variantOrder: orderText(
          remote.variants.flatMap(({ id }) => variantKeys.get(id) ?? matches.baseKeys.get(id) ?? []),
        ),
      },
    },
    tags: Object.fromEntries(remote.tags.map((tag) => [tagKey(tag), { name: tag }])),
    metafields: Object.fromEntries(
      remote.metafields
        .map(({ namespace, key, type, value }) => [fullKey(namespace, key), { type, value }] as const)
        // A draft does not have the local id, and a push must not remove it. Shopify manages metafields of linked
        // options.
        .filter(([key]) => key !== idKey && !linkedKeys.has(key)),
    ),
    ...(remote.collections && {
      collections: Object.fromEntries(remote.collections.nodes.map(({ id }) => [id, {}])),
    }),
    images: Object.fromEntries(
      remote.media.map((media) => [imageKeys.get(media.id) ?? media.id, { url: addressOf(media), alt: media.alt }]),
    ),
    variants: Object.fromEntries(
      remote.variants.map((variant) => [
        variantKeys.get(variant.id) ?? matches.baseKeys.get(variant.id) ?? variant.id,
        {
          sku: variant.sku,
          price: plainDecimal(variant.price),
          compareAtPrice: variant.compareAtPrice && salePrice(variant.compareAtPrice),
          taxable: variant.taxable,
          inventoryPolicy: variant.inventoryPolicy,
          options: pairsOf(variant),
          ...itemFacts(variant),
          ...(variant.media && { image: imageOf(variant.media.nodes[0]?.id, imageKeys) }),
        },
      ]),
    ),
  };
}

/** Parts of a variant that are read only if the draft has them. */
function itemFacts({ inventoryItem: item, unitPriceMeasurement: unit, metafields }: RemoteVariant): Facts {
  const weight = item?.measurement.weight;
  return {
    ...(item && {
      cost: item.unitCost ? plainDecimal(item.unitCost.amount) : null,
      tracked: item.tracked,
      requiresShipping: item.requiresShipping,
      harmonizedSystemCode: item.harmonizedSystemCode,
      countryCodeOfOrigin: item.countryCodeOfOrigin,
      weight: weight ? weightText(weight) : null,
    }),
    // Of a variant without a measurement, Shopify answers zeros without units.
    ...(unit !== undefined && { unitPrice: unit?.quantityUnit ? JSON.stringify(unit, unitPriceFields) : null }),
    ...Object.fromEntries(
      (metafields?.nodes ?? []).map(({ namespace, key, type, value }) => [
        `${metafieldPrefix}${fullKey(namespace, key)}`,
        JSON.stringify({ type, value }),
      ]),
    ),
  };
}

const imageOf = (id: string | undefined, keys: ReadonlyMap<string, string>): string | null =>
  id === undefined ? null : (keys.get(id) ?? id);

/** The key of the metafield that holds a product's local id. */
const idKey = '$app:shopwright.local_id';

/** The local id stored on a product, if its metafields were read. */
export const localIdIn = ({ metafields }: Pick<RemoteProduct, 'metafields'>): string | undefined =>
  metafields.find(({ namespace, key }) => fullKey(namespace, key) === idKey)?.value;

/**
 * Replaces the values of linked options by the gids of their metaobjects. Value names are unique within an option.
 */
export function withLinkedValues(
  { options, variants }: { readonly options: RemoteNode['options']; readonly variants: readonly RemoteVariant[] },
  isAsked: (optionOrMetafield: string) => boolean,
): Pick<RemoteProduct, 'options' | 'variants' | 'links'> {
  const gids = new Map<string, ReadonlyMap<string, string>>();
  const links: Record<string, string> = {};
  for (const { name, linkedMetafield: link, optionValues } of options) {
    if (!link?.namespace || !link.key) continue;
    const metafield = fullKey(link.namespace, link.key);
    // If somebody renamed the option, its metafield still identifies it.
    if (!isAsked(name) && !isAsked(metafield)) continue;
    links[name] = metafield;
    gids.set(name, new Map(optionValues.map((value) => [value.name, value.linkedMetafieldValue ?? value.name])));
  }
  const shown = (option: string, value: string): string => gids.get(option)?.get(value) ?? value;
  return {
    links,
    options: options.map(({ id, name, optionValues }) => ({
      ...{ id, name },
      optionValues: optionValues.map((value) => ({ id: value.id, name: shown(name, value.name) })),
    })),
    variants: variants.map((variant) => ({
      ...variant,
      selectedOptions: variant.selectedOptions.map(({ name, value }) => ({ name, value: shown(name, value) })),
    })),
  };
}

/** The namespace and the key of `namespace.key`. A key contains no dot. */
export function metafieldName(name: string): { readonly namespace: string; readonly key: string } {
  const dot = name.lastIndexOf('.');
  return { namespace: name.slice(0, dot), key: name.slice(dot + 1) };
}

/** `namespace.key`. If metafields are requested by `keys`, Shopify returns `key` with its namespace already. */
export const fullKey = (namespace: string, key: string): string =>
  key.includes('.') ? key : `${ownNamespace(namespace)}.${key}`;

/** The namespace as written in a draft: Shopify resolves `$app:x` to `app--1234--x`. */
const ownNamespace = (namespace: string): string =>
  namespace.replace(/^app--\d+(--)?/, (_whole, more?: string) => (more === undefined ? '$app' : '$app:'));
