import { isRecord } from '../internal/json.ts';
import { fieldName, type IssueAtPath, type Path, quote } from './issues.ts';
import { isMetafieldType, metafieldProblem } from './metafield-value.ts';
import { maxOptions, maxVariants, type ProductDraft, type SkuPolicy } from './product-draft.ts';

/** Errors in the combination of several fields. The product may have any shape. */
export function productErrors(product: unknown, policy: SkuPolicy): IssueAtPath[] {
  return [
    ...(policyOf(product, policy) === 'required' ? skuIssues(product) : []),
    ...(mayLackPrices(product) ? [] : missingPrices(product, 'set a price such as "12.50"')),
    ...variantsOf(product).flatMap(variantErrors),
    ...repeatedKeys(product),
    ...optionErrors(product),
    ...variantImageErrors(product),
    ...metafieldErrors(isRecord(product) ? product.metafields : undefined, ['metafields']),
  ];
}

/** The draft's own policy, or else the default one. */
function policyOf(product: unknown, usual: SkuPolicy): SkuPolicy {
  const own = isRecord(product) ? product.sku : undefined;
  return own === 'required' || own === 'warn' || own === 'optional' ? own : usual;
}

const mayLackPrices = (product: unknown): boolean => isRecord(product) && product.price === 'warn';

/** Variants without a price. */
const missingPrices = (product: unknown, fix: string): IssueAtPath[] =>
  variantsOf(product).flatMap((variant, index) =>
    isRecord(variant) && variant.price === undefined
      ? [{ code: 'price-missing', path: ['variants', index, 'price'], message: `is missing: ${fix}` }]
      : [],
  );

/** Variants without a SKU, and variants with the SKU of an earlier one. */
function skuIssues(product: unknown): IssueAtPath[] {
  const firstIndex = new Map<string, number>();
  return variantsOf(product).flatMap((variant, index): IssueAtPath[] => {
    if (!isRecord(variant)) return [];
    const path = ['variants', index, 'sku'];
    const { sku } = variant;
    if (sku === undefined || (typeof sku === 'string' && sku.trim() === '')) {
      const message = `is ${sku === undefined ? 'missing' : 'empty'}: give each variant its own`;
      return [{ code: 'sku-missing', path, message }];
    }
    const text = trimmed(sku);
    const first = firstIndex.get(text);
    if (text === '' || first === undefined) {
      firstIndex.set(text, index);
      return [];
    }
    const message = `is ${quote(text)}, which variants[${first}] already has: give each variant its own`;
    return [{ code: 'sku-duplicate', path, message }];
  });
}

/** Errors within one variant. */
function variantErrors(variant: unknown, index: number): IssueAtPath[] {
  if (!isRecord(variant)) return [];
  const path = ['variants', index];
  const issues = metafieldErrors(variant.metafields, [...path, 'metafields']);
  for (const [all, one] of [
    ['barcodes', 'barcode'],
    ['imageUrls', 'imageUrl'],
  ] as const) {
    if (!Array.isArray(variant[all]) || variant[one] === undefined) continue;
    const code = `${one === 'barcode' ? 'barcodes' : 'image-urls'}-ambiguous`;
    issues.push({ code, path: [...path, all], message: `are set beside ${one}: remove one of the two` });
  }
  return issues;
}

function repeatedKeys(product: unknown): IssueAtPath[] {
  const firstIndex = new Map<string, number>();
  return variantsOf(product).flatMap((variant, index): IssueAtPath[] => {
    const key = isRecord(variant) ? trimmed(variant.key) : '';
    const first = firstIndex.get(key);
    if (key === '' || first === undefined) {
      firstIndex.set(key, index);
      return [];
    }
    const message = `is ${quote(key)}, which variants[${first}] already has: a key identifies a variant`;
    return [{ code: 'key-duplicate', path: ['variants', index, 'key'], message }];
  });
}

function variantImageErrors(product: unknown): IssueAtPath[] {
  const images = isRecord(product) ? (product.images ?? []) : undefined;
  if (!Array.isArray(images)) return [];
  const addresses = new Set(images.map((image) => (isRecord(image) ? trimmed(image.url) : '')));
  const message = "is not among the product's images: add it there, or remove it here";
  const isKnown = (url: unknown): boolean => trimmed(url) === '' || addresses.has(trimmed(url));
  return variantsOf(product).flatMap((variant, index): IssueAtPath[] => {
    if (!isRecord(variant)) return [];
    const path = ['variants', index];
    const several: readonly unknown[] = Array.isArray(variant.imageUrls) ? variant.imageUrls : [];
    return [
      ...(isKnown(variant.imageUrl) ? [] : [{ code: 'image-url-unknown', path: [...path, 'imageUrl'], message }]),
      ...several.flatMap((url, at) =>
        isKnown(url) ? [] : [{ code: 'image-url-unknown', path: [...path, 'imageUrls', at], message }],
      ),
    ];
  });
}

/** Metafields that occur twice, or whose value does not fit their type. */
function metafieldErrors(metafields: unknown, path: Path): IssueAtPath[] {
  const firstIndex = new Map<string, number>();
  return (Array.isArray(metafields) ? metafields : []).flatMap((metafield: unknown, index): IssueAtPath[] => {
    if (!isRecord(metafield)) return [];
    const { type, value } = metafield;
    const problem =
      typeof type === 'string' && typeof value === 'string' && value !== ''
        ? metafieldProblem(type.trim(), value)
        : undefined;
    const issues: IssueAtPath[] =
      problem === undefined
        ? []
        : [{ code: 'metafield-value-invalid', path: [...path, index, 'value'], message: problem }];
    const [namespace, key] = [trimmed(metafield.namespace), trimmed(metafield.key)];
    if (namespace === '' || key === '') return issues;
    const name = `${namespace}.${key}`;
    const first = firstIndex.get(name);
    if (first === undefined) {
      firstIndex.set(name, index);
      return issues;
    }
    const message = `is ${quote(name)}, which ${fieldName([...path, first])} already sets: remove one`;
    return [...issues, { code: 'metafield-duplicate', path: [...path, index], message }];
  });
}

/** Errors in the product's options. */
function optionErrors(product: unknown): IssueAtPath[] {
  const table = readOptions(product);
  const tooMany = tooManyNames(table);
  // With too many names, the missing values of each variant would be reported thousands of times.
  const perVariant = tooMany.length > 0 ? [] : [...missingValues(table), ...repeatedCombinations(table)];
  return [...tooMany, ...repeatedNames(table), ...invalidNames(table), ...perVariant];
}

function tooManyNames({ names }: OptionTable): IssueAtPath[] {
  if (names.size <= maxOptions) return [];
  const message = `are ${names.size} (${listOf(names.values())}), but Shopify allows ${maxOptions}: combine some, or move them to the title`;
  return [{ code: 'options-too-many', path: ['options'], message }];
}

function repeatedNames({ listed = [] }: OptionTable): IssueAtPath[] {
  const seen = new Set(['']);
  return listed.flatMap((name, index): IssueAtPath[] => {
    const folded = fold(name);
    const repeated = folded !== '' && seen.has(folded);
    seen.add(folded);
    const message = 'is listed twice: remove one';
    return repeated ? [{ code: 'option-name-duplicate', path: ['options', index], message }] : [];
  });
}

/** Option names of variants that are blank, repeated, or not listed by the product. */
function invalidNames({ names, listed, rows }: OptionTable): IssueAtPath[] {
  return rows.flatMap((row = [], index) => {
    const seen = new Set<string>();
    return row.flatMap(({ key, folded }): IssueAtPath[] => {
      const path = ['variants', index, 'options', key];
      const repeated = seen.has(folded);
      seen.add(folded);
      if (folded === '') {
        return [{ code: 'option-name-missing', path, message: 'has a blank name: give it one, such as "Size"' }];
      }
      if (repeated) {
        return [{ code: 'option-name-duplicate', path, message: 'appears twice, in two spellings: remove one' }];
      }
      if (listed === undefined || names.has(folded)) return [];
      const message = `is not among the product's options (${listOf(names.values())}): list it there or remove it`;
      return [{ code: 'option-unknown', path, message }];
    });
  });
}

const blank = { value: '' };

/** Variants without a value for an option of the product. */
function missingValues({ names, rows }: OptionTable): IssueAtPath[] {
  if (names.size === 0 && rows.length > 1 && rows.every((row) => row?.length === 0)) {
    const message = `have no options, so all ${rows.length} are the same: give each its own, such as { "Size": "M" }`;
    return [{ code: 'options-missing', path: ['variants'], message }];
  }
  const unused = [...names].filter(([folded]) => rows.length > 0 && rows.every((row) => row && !cellOf(row, folded)));
  const issues: IssueAtPath[] = unused.map(([, name]) => ({
    code: 'option-unused',
    path: ['options'],
    message: `lists ${quote(name)}, for which no variant has a value: give each variant one, or remove the name`,
  }));
  const used = [...names].filter(([folded]) => !unused.some(([other]) => other === folded));
  for (const [index, row] of rows.entries()) {
    const missing = used
      .filter(([folded]) => row && (cellOf(row, folded) ?? blank).value === '')
      .map(([, name]) => name);
    if (missing.length === 0) continue;
    const message = `lack ${listOf(missing)}: every variant needs a value for every option of the product`;
    issues.push({ code: 'option-value-missing', path: ['variants', index, 'options'], message });
  }
  return issues;
}

/** Variants with the same value for every option as an earlier one. */
function repeatedCombinations({ names, rows }: OptionTable): IssueAtPath[] {
  const firstIndex = new Map<string, number>();
  return rows.flatMap((row, index): IssueAtPath[] => {
    const values = [...names.keys()].map((folded) => cellOf(row, folded)?.value ?? '');
    if (values.length === 0 || values.includes('')) return [];
    const combination = JSON.stringify(values.map(fold));
    const first = firstIndex.get(combination);
    if (first === undefined) {
      firstIndex.set(combination, index);
      return [];
    }
    const message = `are ${listOf(values)} like those of variants[${first}] (case does not count): change one, or remove it`;
    return [{ code: 'options-duplicate', path: ['variants', index, 'options'], message }];
  });
}

const listOf = (names: Iterable<string>): string =>
  [...names]
    .slice(0, 2 * maxOptions)
    .map(quote)
    .join(', ');

/** Warnings for the merchant, which do not prevent the push. */
export function productWarnings(product: unknown, usual: SkuPolicy): IssueAtPath[] {
  if (!isRecord(product)) return [];
  const policy = policyOf(product, usual);
  const priceFix = 'the price in the shop is kept, and new products cost nothing and stay drafts; set a price';
  const ofSku = policy === 'required' ? [] : skuIssues(product);
  return [
    ...contentWarnings(product),
    ...imageWarnings(product.images),
    ...ofSku.filter(({ code }) => policy === 'warn' || code === 'sku-duplicate'),
    ...(mayLackPrices(product) ? missingPrices(product, priceFix) : []),
    ...variantsOf(product).flatMap(priceWarnings),
    ...metafieldWarnings(product),
    ...defaultVariantWarnings(product),
    ...spellingWarnings(product),
  ];
}

/** Metafields whose type Shopify must know, each reported once, however many variants have it. */
function metafieldWarnings(product: Readonly<Record<string, unknown>>): IssueAtPath[] {
  const lists = [
    [['metafields'], product.metafields] as const,
    ...variantsOf(product).map(
      (variant, index) =>
        [['variants', index, 'metafields'], isRecord(variant) ? variant.metafields : undefined] as const,
    ),
  ];
  const reported = new Set<string>();
  return lists.flatMap(([path, metafields]) =>
    (Array.isArray(metafields) ? metafields : []).flatMap((metafield: unknown, index): IssueAtPath[] => {
      if (!isRecord(metafield)) return [];
      const { namespace, key, type } = metafield;
      const name = `${path.length} ${trimmed(namespace)}.${trimmed(key)}`;
      if (reported.has(name) || (typeof type === 'string' && isMetafieldType(type.trim()))) return [];
      reported.add(name);
      const message =
        typeof type === 'string'
          ? `is ${quote(type)}, which is unknown: its value is not checked`
          : 'is missing: Shopify uses that of its definition, and refuses the metafield if there is none';
      return [{ code: 'metafield-type-unknown', path: [...path, index, 'type'], message }];
    }),
  );
}

function contentWarnings({ descriptionHtml, images }: Readonly<Record<string, unknown>>): IssueAtPath[] {
  const issues: IssueAtPath[] = [];
  if (descriptionHtml === undefined || (typeof descriptionHtml === 'string' && descriptionHtml.trim() === '')) {
    issues.push({
      code: 'description-missing',
      path: ['descriptionHtml'],
      message: 'is missing: shoppers will see no description',
    });
  }
  if (images === undefined || (Array.isArray(images) && images.length === 0)) {
    issues.push({ code: 'images-missing', path: ['images'], message: 'are missing: shoppers will see no image' });
  }
  return issues;
}

function imageWarnings(images: unknown): IssueAtPath[] {
  const seen = new Set<string>();
  return (Array.isArray(images) ? images : []).flatMap((image: unknown, index): IssueAtPath[] => {
    if (!isRecord(image) || typeof image.url !== 'string') return [];
    const address = image.url.trim();
    const repeated = seen.has(address);
    seen.add(address);
    const message = 'is also the URL of an earlier image: the image will appear twice';
    return repeated ? [{ code: 'image-duplicate', path: ['images', index, 'url'], message }] : [];
  });
}

function priceWarnings(variant: unknown, index: number): IssueAtPath[] {
  const price = isRecord(variant) ? toDecimalText(variant.price) : undefined;
  if (!isRecord(variant) || price === undefined || price.startsWith('-')) return [];
  const issues: IssueAtPath[] = [];
  if (!/[1-9]/.test(price)) {
    const message = 'is zero: the variant costs nothing; check it';
    issues.push({ code: 'price-not-positive', path: ['variants', index, 'price'], message });
  }
  const before = toDecimalText(variant.compareAtPrice);
  if (before !== undefined && /[1-9]/.test(before) && Number(before) <= Number(price)) {
    const message = `is not above the price (${before} and ${price}): themes show no discount; raise or remove it`;
    issues.push({ code: 'compare-at-not-above-price', path: ['variants', index, 'compareAtPrice'], message });
  }
  return issues;
}

function defaultVariantWarnings(product: unknown): IssueAtPath[] {
  const variants = variantsOf(product);
  const [only] = variants;
  if (variants.length !== 1 || !isRecord(only)) return [];
  const { options = {} } = only;
  if (!isRecord(options) || Object.keys(options).length > 0) return [];
  const message = 'has no options, such as colour or size: it becomes the default variant';
  return [{ code: 'options-missing', path: ['variants', 0], message }];
}

/** Warns of each further spelling of an option name or value, at its first occurrence. */
function spellingWarnings(product: unknown): IssueAtPath[] {
  const { names } = readOptions(product);
  const spelled = spellingsOf(product, names.keys());
  const reported = new Set<string>();
  const issues: IssueAtPath[] = [];
  const compare = (written: string, first: string | undefined, path: IssueAtPath['path']): void => {
    if (first === undefined || written === first) return;
    const about = JSON.stringify([path.at(-1), written]);
    if (reported.has(about)) return;
    reported.add(about);
    const message = `is written ${quote(written)} here and ${quote(first)} elsewhere, which Shopify treats as the same: the latter is sent`;
    issues.push({ code: 'option-spelling', path, message });
  };
  for (const [index, variant] of variantsOf(product).entries()) {
    for (const [name, value] of textOptionsOf(variant)) {
      const path = ['variants', index, 'options', name];
      compare(name.trim(), names.get(fold(name)), path);
      compare(value.trim(), spelled.get(fold(name))?.get(fold(value)), path);
    }
  }
  return issues;
}

/**
 * Gives each option name and value one spelling, the first: Shopify treats `red` and `Red` as the same value, and
 * rejects a product that lists both. Also fills in the list of option names.
 */
export function unifySpelling(draft: ProductDraft): ProductDraft {
  const { names } = readOptions(draft);
  if (names.size === 0) {
    const { options: _empty, ...rest } = draft;
    return rest;
  }
  const spelled = spellingsOf(draft, names.keys());
  const variants = draft.variants.map((variant) => ({
    ...variant,
    options: Object.fromEntries(
      Object.entries(variant.options).map(([name, value]) => {
        const folded = fold(name);
        return [names.get(folded) ?? name, spelled.get(folded)?.get(fold(value)) ?? value];
      }),
    ),
  }));
  return { ...draft, options: [...names.values()], variants };
}

/** For each folded option name, the first spelling of each of its values. */
function spellingsOf(product: unknown, names: Iterable<string>): Map<string, Map<string, string>> {
  const values = new Map([...names].map((folded): [string, string[]] => [folded, []]));
  for (const variant of variantsOf(product)) {
    for (const [name, value] of textOptionsOf(variant)) values.get(fold(name))?.push(value);
  }
  return new Map([...values].map(([folded, texts]) => [folded, firstSpellings(texts)]));
}

function textOptionsOf(variant: unknown): [string, string][] {
  const options = isRecord(variant) && isRecord(variant.options) ? Object.entries(variant.options) : [];
  return options.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** All options of a product: its option names, and the values of each variant. */
interface OptionTable {
  /** Folded name → first spelling, in order. */
  readonly names: ReadonlyMap<string, string>;
  /** Names listed by the product itself; `undefined` if it lists none. */
  readonly listed: readonly string[] | undefined;
  /** The cells of each variant; `undefined` if the variant or its options are not an object. */
  readonly rows: readonly (readonly OptionCell[] | undefined)[];
}

/** One option of one variant, as it was written. */
interface OptionCell {
  /** The name as written. */
  readonly key: string;
  /** The name as Shopify compares it. */
  readonly folded: string;
  /** Trimmed; `undefined` if it is not text. */
  readonly value: string | undefined;
}

/** Reads the options of a product that may be invalid. */
function readOptions(product: unknown): OptionTable {
  const given = isRecord(product) && Array.isArray(product.options) ? product.options : [];
  const listed = given.length === 0 ? undefined : given.filter((name) => typeof name === 'string');
  const rows = variantsOf(product).map(cellsOf);
  const written = rows.flatMap((row) => row?.map((cell) => cell.key) ?? []);
  return { names: firstSpellings(listed ?? written), listed, rows };
}

function cellsOf(variant: unknown): readonly OptionCell[] | undefined {
  if (!isRecord(variant)) return undefined;
  if (variant.options === undefined) return [];
  if (!isRecord(variant.options)) return undefined;
  return Object.entries(variant.options).map(([key, value]) => ({
    key,
    folded: fold(key),
    value: typeof value === 'string' ? value.trim() : undefined,
  }));
}

/** The cell of an option, by its folded name. */
function cellOf(row: readonly OptionCell[] | undefined, folded: string): OptionCell | undefined {
  return row?.find((cell) => cell.folded === folded);
}

/** The first spelling of each text by its folded form, in order of appearance; blank ones are skipped. */
function firstSpellings(texts: Iterable<string>): Map<string, string> {
  const spellings = new Map<string, string>();
  for (const text of texts) {
    const folded = fold(text);
    if (folded !== '' && !spellings.has(folded)) spellings.set(folded, text.trim());
  }
  return spellings;
}

/** Text as Shopify compares names and values: ignoring case and surrounding white space. */
function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Returns the variants of a product, unchecked; none if there are more than Shopify allows. */
export function variantsOf(product: unknown): readonly unknown[] {
  const variants = isRecord(product) ? product.variants : undefined;
  return Array.isArray(variants) && variants.length <= maxVariants ? variants : [];
}

const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

const decimalPattern = /^-?\d+(\.\d+)?$/;

/**
 * Returns a decimal string without exponent: a string is trimmed and otherwise kept digit for digit, a number becomes
 * the shortest string that represents it. `undefined` if the value is not a decimal number.
 */
export function toDecimalText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const text = value.trim();
    return decimalPattern.test(text) ? text : undefined;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : expandSmall(text);
}

/** `1.5e-7` → `0.00000015`: JavaScript writes fractions below 10^-6 with an exponent. */
function expandSmall(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}
