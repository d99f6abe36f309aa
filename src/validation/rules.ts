import { type Finding, quote } from './issues.ts';
import { maxOptions, maxVariants, type ProductDraft } from './product-draft.ts';

/** Errors that show only when fields are looked at together. The product need not have the right shape. */
export function productErrors(product: unknown): Finding[] {
  return [...skuErrors(product), ...optionErrors(product), ...variantImageErrors(product), ...metafieldErrors(product)];
}

const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function skuErrors(product: unknown): Finding[] {
  const firstIndex = new Map<string, number>();
  return variantsOf(product).flatMap((variant, index): Finding[] => {
    const sku = isObject(variant) ? trimmed(variant.sku) : '';
    if (sku === '') return [];
    const first = firstIndex.get(sku);
    if (first === undefined) {
      firstIndex.set(sku, index);
      return [];
    }
    const message = `is ${quote(sku)}, which variants[${first}] has already: give each variant its own`;
    return [{ code: 'sku-duplicate', path: ['variants', index, 'sku'], message }];
  });
}

function variantImageErrors(product: unknown): Finding[] {
  const images = isObject(product) ? (product.images ?? []) : undefined;
  if (!Array.isArray(images)) return [];
  const addresses = new Set(images.map((image) => (isObject(image) ? trimmed(image.url) : '')));
  return variantsOf(product).flatMap((variant, index): Finding[] => {
    const address = isObject(variant) ? trimmed(variant.imageUrl) : '';
    if (address === '' || addresses.has(address)) return [];
    const message = "is not among the product's images: add it there, or leave it out here";
    return [{ code: 'image-url-unknown', path: ['variants', index, 'imageUrl'], message }];
  });
}

function metafieldErrors(product: unknown): Finding[] {
  const metafields = isObject(product) && Array.isArray(product.metafields) ? product.metafields : [];
  const firstIndex = new Map<string, number>();
  return metafields.flatMap((metafield: unknown, index): Finding[] => {
    const [namespace, key] = isObject(metafield) ? [trimmed(metafield.namespace), trimmed(metafield.key)] : ['', ''];
    if (namespace === '' || key === '') return [];
    const name = `${namespace}.${key}`;
    const first = firstIndex.get(name);
    if (first === undefined) {
      firstIndex.set(name, index);
      return [];
    }
    const message = `is ${quote(name)}, which metafields[${first}] sets already: take one out`;
    return [{ code: 'metafield-duplicate', path: ['metafields', index], message }];
  });
}

/** Errors in how the variants of a product are told apart by its options. */
function optionErrors(product: unknown): Finding[] {
  const table = readOptions(product);
  const tooMany = tooManyNames(table);
  // With too many names, what each variant lacks would be said thousands of times over.
  const perVariant = tooMany.length > 0 ? [] : [...missingValues(table), ...repeatedCombinations(table)];
  return [...tooMany, ...repeatedNames(table), ...strangeNames(table), ...perVariant];
}

const listOf = (names: Iterable<string>): string =>
  [...names]
    .slice(0, 2 * maxOptions)
    .map(quote)
    .join(', ');

function tooManyNames({ names }: OptionTable): Finding[] {
  if (names.size <= maxOptions) return [];
  const message = `are ${names.size} (${listOf(names.values())}), and Shopify takes ${maxOptions}: join some, or move them to the title`;
  return [{ code: 'options-too-many', path: ['options'], message }];
}

function repeatedNames({ listed = [] }: OptionTable): Finding[] {
  const seen = new Set(['']);
  return listed.flatMap((name, index): Finding[] => {
    const folded = fold(name);
    const repeated = folded !== '' && seen.has(folded);
    seen.add(folded);
    const message = 'is listed twice: take one out';
    return repeated ? [{ code: 'option-name-duplicate', path: ['options', index], message }] : [];
  });
}

/** Names that are blank, that a variant has twice, or that the product does not list. */
function strangeNames({ names, listed, rows }: OptionTable): Finding[] {
  return rows.flatMap((row = [], index) => {
    const seen = new Set<string>();
    return row.flatMap(({ key, folded }): Finding[] => {
      const path = ['variants', index, 'options', key];
      const repeated = seen.has(folded);
      seen.add(folded);
      if (folded === '') {
        return [{ code: 'option-name-missing', path, message: 'has a blank name: call it what it is, such as "Size"' }];
      }
      if (repeated) {
        return [{ code: 'option-name-duplicate', path, message: 'is there twice, in two spellings: take one out' }];
      }
      if (listed === undefined || names.has(folded)) return [];
      const message = `is not among the product's options (${listOf(names.values())}): list it there or take it out`;
      return [{ code: 'option-unknown', path, message }];
    });
  });
}

const blank = { value: '' };

/** Variants without a value for an option of the product. */
function missingValues({ names, rows }: OptionTable): Finding[] {
  if (names.size === 0 && rows.length > 1 && rows.every((row) => row?.length === 0)) {
    const message = `have no options, so all ${rows.length} are the same thing: give each its own, such as { "Size": "M" }`;
    return [{ code: 'options-missing', path: ['variants'], message }];
  }
  const unused = [...names].filter(([folded]) => rows.length > 0 && rows.every((row) => row && !cellOf(row, folded)));
  const findings: Finding[] = unused.map(([, name]) => ({
    code: 'option-unused',
    path: ['options'],
    message: `lists ${quote(name)}, for which no variant has a value: give each variant one, or take the name out`,
  }));
  const used = [...names].filter(([folded]) => !unused.some(([other]) => other === folded));
  for (const [index, row] of rows.entries()) {
    const missing = used
      .filter(([folded]) => row && (cellOf(row, folded) ?? blank).value === '')
      .map(([, name]) => name);
    if (missing.length === 0) continue;
    const message = `lack ${listOf(missing)}: every variant needs a value for every option of the product`;
    findings.push({ code: 'option-value-missing', path: ['variants', index, 'options'], message });
  }
  return findings;
}

/** Variants with the same value for every option as one before them. */
function repeatedCombinations({ names, rows }: OptionTable): Finding[] {
  const firstIndex = new Map<string, number>();
  return rows.flatMap((row, index): Finding[] => {
    const values = [...names.keys()].map((folded) => cellOf(row, folded)?.value ?? '');
    if (values.length === 0 || values.includes('')) return [];
    const combination = JSON.stringify(values.map(fold));
    const first = firstIndex.get(combination);
    if (first === undefined) {
      firstIndex.set(combination, index);
      return [];
    }
    const message = `are ${listOf(values)} like those of variants[${first}] (case does not count): change one, or take it out`;
    return [{ code: 'options-duplicate', path: ['variants', index, 'options'], message }];
  });
}

/** One option of one variant, as it was written. */
interface OptionCell {
  /** The name as written. */
  readonly key: string;
  /** The name as Shopify compares it. */
  readonly folded: string;
  /** Trimmed; `undefined` where it is no text. */
  readonly value: string | undefined;
}

/** All options of a product: which names there are and what each variant says. */
interface OptionTable {
  /** Folded name → first spelling, in order. */
  readonly names: ReadonlyMap<string, string>;
  /** Names that the product itself lists; `undefined` where it lists none. */
  readonly listed: readonly string[] | undefined;
  /** For each variant its cells; `undefined` where the variant or its options are no object. */
  readonly rows: readonly (readonly OptionCell[] | undefined)[];
}

/** What Shopify compares names and values by: case and outer white space do not count. */
function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Whether a value is an object with fields: no list, not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The variants of a product as they stand; none where there are too many to look at. */
export function variantsOf(product: unknown): readonly unknown[] {
  const variants = isObject(product) ? product.variants : undefined;
  return Array.isArray(variants) && variants.length <= maxVariants ? variants : [];
}

/** The first spelling of each text under its folded form, in order of appearance; blank ones are left out. */
function firstSpellings(texts: Iterable<string>): Map<string, string> {
  const spellings = new Map<string, string>();
  for (const text of texts) {
    const folded = fold(text);
    if (folded !== '' && !spellings.has(folded)) spellings.set(folded, text.trim());
  }
  return spellings;
}

/** The cell of an option, by its folded name. */
function cellOf(row: readonly OptionCell[] | undefined, folded: string): OptionCell | undefined {
  return row?.find((cell) => cell.folded === folded);
}

/** Reads the options of a product that need not be valid. */
function readOptions(product: unknown): OptionTable {
  const given = isObject(product) && Array.isArray(product.options) ? product.options : [];
  const listed = given.length === 0 ? undefined : given.filter((name) => typeof name === 'string');
  const rows = variantsOf(product).map(cellsOf);
  const written = rows.flatMap((row) => row?.map((cell) => cell.key) ?? []);
  return { names: firstSpellings(listed ?? written), listed, rows };
}

function cellsOf(variant: unknown): readonly OptionCell[] | undefined {
  if (!isObject(variant)) return undefined;
  if (variant.options === undefined) return [];
  if (!isObject(variant.options)) return undefined;
  return Object.entries(variant.options).map(([key, value]) => ({
    key,
    folded: fold(key),
    value: typeof value === 'string' ? value.trim() : undefined,
  }));
}

/**
 * One spelling for each option name and value, the first: Shopify takes `red` and `Red` for one value
 * and refuses a product that lists both. Also fills in the list of option names.
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

/** A warning for each option name or value that is written in more than one way, where it is first. */
function spellingWarnings(product: unknown): Finding[] {
  const { names } = readOptions(product);
  const spelled = spellingsOf(product, names.keys());
  const told = new Set<string>();
  const findings: Finding[] = [];
  const compare = (written: string, first: string | undefined, path: Finding['path']): void => {
    if (first === undefined || written === first) return;
    const about = JSON.stringify([path.at(-1), written]);
    if (told.has(about)) return;
    told.add(about);
    const message = `is written ${quote(written)} here and ${quote(first)} elsewhere, which Shopify takes for the same: the latter is sent`;
    findings.push({ code: 'option-spelling', path, message });
  };
  for (const [index, variant] of variantsOf(product).entries()) {
    for (const [name, value] of textOptionsOf(variant)) {
      const path = ['variants', index, 'options', name];
      compare(name.trim(), names.get(fold(name)), path);
      compare(value.trim(), spelled.get(fold(name))?.get(fold(value)), path);
    }
  }
  return findings;
}

function textOptionsOf(variant: unknown): [string, string][] {
  const options = isObject(variant) && isObject(variant.options) ? Object.entries(variant.options) : [];
  return options.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** For each folded option name, the first spelling of each of its values. */
function spellingsOf(product: unknown, names: Iterable<string>): Map<string, Map<string, string>> {
  const values = new Map([...names].map((folded): [string, string[]] => [folded, []]));
  for (const variant of variantsOf(product)) {
    for (const [name, value] of textOptionsOf(variant)) values.get(fold(name))?.push(value);
  }
  return new Map([...values].map(([folded, texts]) => [folded, firstSpellings(texts)]));
}

/** What a shop owner would want to know, though it keeps nothing from being pushed. */
export function productWarnings(product: unknown): Finding[] {
  if (!isObject(product)) return [];
  return [
    ...contentWarnings(product),
    ...imageWarnings(product.images),
    ...variantsOf(product).flatMap(priceWarnings),
    ...defaultVariantWarnings(product),
    ...spellingWarnings(product),
  ];
}

function contentWarnings({ descriptionHtml, images }: Readonly<Record<string, unknown>>): Finding[] {
  const findings: Finding[] = [];
  if (descriptionHtml === undefined || (typeof descriptionHtml === 'string' && descriptionHtml.trim() === '')) {
    findings.push({
      code: 'description-missing',
      path: ['descriptionHtml'],
      message: 'is missing: shoppers will see no description',
    });
  }
  if (images === undefined || (Array.isArray(images) && images.length === 0)) {
    findings.push({ code: 'images-missing', path: ['images'], message: 'are missing: shoppers will see no picture' });
  }
  return findings;
}

function imageWarnings(images: unknown): Finding[] {
  const seen = new Set<string>();
  return (Array.isArray(images) ? images : []).flatMap((image: unknown, index): Finding[] => {
    if (!isObject(image) || typeof image.url !== 'string') return [];
    const address = image.url.trim();
    const repeated = seen.has(address);
    seen.add(address);
    const message = 'is the address of an earlier image too: the picture will be there twice';
    return repeated ? [{ code: 'image-duplicate', path: ['images', index, 'url'], message }] : [];
  });
}

function priceWarnings(variant: unknown, index: number): Finding[] {
  const price = isObject(variant) ? toDecimalText(variant.price) : undefined;
  if (price === undefined || isPositiveDecimal(price)) return [];
  const message = `is ${/[1-9]/.test(price) ? 'less than zero, which Shopify refuses' : 'zero: the variant costs nothing'}; check it`;
  return [{ code: 'price-not-positive', path: ['variants', index, 'price'], message }];
}

function defaultVariantWarnings(product: unknown): Finding[] {
  const variants = variantsOf(product);
  const [only] = variants;
  if (variants.length !== 1 || !isObject(only)) return [];
  const { options = {} } = only;
  if (!isObject(options) || Object.keys(options).length > 0) return [];
  const message = 'has no options, such as colour or size: it becomes the default variant';
  return [{ code: 'options-missing', path: ['variants', 0], message }];
}

const decimalPattern = /^-?\d+(\.\d+)?$/;

/**
 * Decimal text without exponent: text is trimmed and otherwise kept digit for digit, a number is
 * written as the shortest text that means it. `undefined` where the value is no decimal number.
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

/** `1.5e-7` → `0.00000015`. JavaScript writes fractions below 10^-6 so. */
function expandSmall(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}

/** Whether decimal text means more than zero, however small. */
function isPositiveDecimal(text: string): boolean {
  return !text.startsWith('-') && /[1-9]/.test(text);
}
