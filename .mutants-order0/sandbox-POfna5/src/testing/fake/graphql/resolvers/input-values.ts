/** What an input says, else what stood there before; `null` resets to the value of something new. */
// @ts-nocheck

export const given = <T>(value: T | null | undefined, before: T | undefined, fresh: T): T =>
  value === undefined ? (before ?? fresh) : (value ?? fresh);

/** Characters that Shopify keeps of most names. */
const maxNameLength = 255;

/** Shopify's words for a text that is too long; `undefined` for one that is not. */
export function lengthProblem(label: string, value: string, most: number = maxNameLength): string | undefined {
  return [...value].length > most ? `${label} is too long (maximum is ${most} characters)` : undefined;
}

/** Letters that do not come apart into a plain one and an accent. */
const letters: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd' };

/** The handle that Shopify makes of a text: letters, digits and underscores, accents off, joined by hyphens. */
export function handleFrom(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replaceAll(/[ßæœøłđ]/g, (letter) => letters[letter] ?? '')
    .replaceAll(/['’"()[\]]/g, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}_]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, maxNameLength);
}

/**
 * The handle itself, or the first of `handle-1`, `handle-2`, … that is free. One that ends with a number counts on from
 * that: recorded 2025-10 of products.
 */
export function freeHandle(handle: string, isTaken: (candidate: string) => boolean): string {
  const base = handle || 'product';
  const [, stem = base, last = '0'] = /^(.+)-(\d{1,15})$/.exec(base) ?? [];
  let candidate = base;
  for (let number = Number(last) + 1; isTaken(candidate); number++) candidate = `${stem}-${number}`;
  return candidate;
}

const maxTagLength = 255;

/** https://shopify.dev/changelog/product-tags-now-have-a-limit-of-250-per-product */
const maxTags = 250;

/** As Shopify keeps them: split at commas, trimmed, once each whatever their case, sorted. */
export function normalTags(entries: readonly string[], report: (problem: 'too-long' | 'too-many') => void): string[] {
  const byFold = new Map<string, string>();
  for (const tag of entries.flatMap((entry) => entry.split(',')).map((entry) => entry.trim())) {
    if (tag !== '' && !byFold.has(tag.toLowerCase())) byFold.set(tag.toLowerCase(), tag);
    if (tag.length > maxTagLength) report('too-long');
  }
  if (byFold.size > maxTags) report('too-many');
  return [...byFold].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, tag]) => tag);
}

/** What is wrong with the tags of a customer or an order. Recorded 2025-10 of customers. */
export const tagProblems = {
  'too-long': `Tags is too long (maximum is ${maxTagLength} characters)`,
  'too-many': `Tags cannot be more than ${maxTags}`,
} as const;

/** What is wrong with the tags of a product. Recorded 2025-10 of one that is too long. */
export const productTagProblems = {
  'too-long': 'Product tags is invalid',
  'too-many': `A product cannot have more than ${maxTags} tags`,
} as const;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** The text of a piece of HTML, as a shopper reads it. */
export function plainText(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_match, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** An amount as Shopify gives it back: with two decimals. `undefined` for what is negative or too large. */
export function amountFrom(value: string): string | undefined {
  const amount = Number(value);
  return amount >= 0 && amount < tooMuch ? amount.toFixed(2) : undefined;
}

/** Shopify keeps amounts below this. Recorded 2025-10. */
const tooMuch = 1e18;
