import { entryTypeOf, metafieldProblem } from '../../../validation/metafield-value.ts';
import { type DraftWeight, unitPriceUnits, type weightUnits } from '../../../validation/product-draft.ts';

/** The value of a cell; with an issue if it is unusual, and without a value if it cannot be read. */
export interface Cell<T> {
  readonly value?: T;
  readonly code?: string;
  readonly severity?: 'error' | 'warning';
  readonly message?: string;
}

const unreadable = (code: string, message: string): Cell<never> => ({ code, severity: 'error', message });

/**
 * Shopify's export writes an apostrophe before text that consists only of a number, so that spreadsheets keep its
 * digits. It is not part of the value. Other text may begin with an apostrophe.
 */
export function withoutApostrophe(text: string): string {
  return /^'[-+]?\d[\d.,]*$/.test(text) ? text.slice(1) : text;
}

const decimal = /^[-+]?\d+(\.\d+)?$/;

/** Reads an amount of money. The codes of its issues begin with `what`, such as `price`. */
export function readMoney(text: string, what: string): Cell<string> {
  const amount = withoutApostrophe(text);
  if (!decimal.test(amount)) {
    if (/^\d[\d.,]*e[+-]?\d+$/i.test(amount)) {
      return unreadable('number-damaged', `is ${amount}, a number shortened by a spreadsheet: write all its digits`);
    }
    if (/\p{Sc}|^[a-z]{2,3}\.?\s*[\d.,]|[\d.,]\s*[a-z]{2,3}\.?$/iu.test(amount)) {
      return unreadable(`${what}-with-currency`, 'has a currency sign: write the number alone, such as 1299.00');
    }
    if (/^[-+]?\d[\d.,\s']*$/.test(amount)) {
      const message = 'is ambiguous, because a comma may separate thousands or decimals: write it as 1299.00';
      return unreadable(`${what}-with-comma`, message);
    }
    return unreadable(`${what}-not-a-number`, 'is not a number: write it as 1299.00, or look for a shifted row');
  }
  if (amount.startsWith('-') && /[1-9]/.test(amount)) {
    return unreadable(`${what}-negative`, 'is below zero, which Shopify does not accept: correct it');
  }
  const value = amount.replace(/^[-+]/, '');
  if ((value.split('.')[1]?.length ?? 0) <= 4) return { value };
  const message = 'has more decimals than any currency: round it, otherwise Shopify refuses it';
  return { value, code: `${what}-too-many-decimals`, severity: 'warning', message };
}

/** Reads a whole number, such as a quantity or a position; `5.0` counts as one. */
export function readWhole(text: string, what: string): Cell<number> {
  const number = withoutApostrophe(text);
  if (!decimal.test(number)) return unreadable(`${what}-not-a-number`, 'is not a whole number: write digits only');
  const value = Number(number);
  if (Number.isSafeInteger(value)) return { value: value === 0 ? 0 : value };
  return unreadable(`${what}-not-whole`, 'is not a whole number: round it');
}

// The long words are what spreadsheets of other languages make of true and false.
const yes = /^(yes|y|1|1\.0|t|on|wahr|vrai|verdadero|verdadeiro|vero|waar|prawda)$/;
const no = /^(no|n|0|0\.0|f|off|falsch|faux|falso|onwaar|fałsz)$/;

/** Reads true or false. Other words with that meaning are read with a warning. */
export function readBoolean(text: string): Cell<boolean> {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return { value: word === 'true' };
  const isYes = yes.test(word);
  if (!isYes && !no.test(word)) {
    return unreadable('boolean-unknown', 'is neither true nor false: write one of them');
  }
  const message = `is read as ${isYes}: Shopify accepts only true and false`;
  return { value: isYes, code: 'boolean-unusual', severity: 'warning', message };
}

/**
 * Reads whether a variant can be sold when out of stock. The new column's name is a question, so the cell may be true
 * or false.
 */
export function readPolicy(text: string, isQuestion: boolean): Cell<'DENY' | 'CONTINUE'> {
  const word = text.toUpperCase();
  if (word === 'DENY' || word === 'CONTINUE') return { value: word };
  if (isQuestion && /^(TRUE|FALSE)$/.test(word)) {
    const message = 'is read as the answer to the question in the column name: Shopify accepts only DENY and CONTINUE';
    return { value: word === 'TRUE' ? 'CONTINUE' : 'DENY', code: 'policy-unusual', severity: 'warning', message };
  }
  return unreadable('policy-unknown', 'is neither deny nor continue: write one of them');
}

/** Reads the status of a product. */
export function readStatus(text: string): Cell<'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED'> {
  const word = text.toUpperCase();
  if (word === 'ACTIVE' || word === 'ARCHIVED' || word === 'DRAFT' || word === 'UNLISTED') return { value: word };
  return unreadable('status-unknown', 'is not active, archived, draft or unlisted: write one of them');
}

type WeightUnit = (typeof weightUnits)[number];

interface KnownWeight {
  readonly unit: WeightUnit;
  readonly short: string;
  readonly grams: number;
}

/** Weight units, as exports write them, with their grams. */
export const weights: readonly KnownWeight[] = [
  { unit: 'GRAMS', short: 'g', grams: 1 },
  { unit: 'KILOGRAMS', short: 'kg', grams: 1000 },
  { unit: 'POUNDS', short: 'lb', grams: 453.59237 },
  { unit: 'OUNCES', short: 'oz', grams: 28.349523125 },
];

/** Ten digits, more than scales measure; grams have two more, so that they convert back to the same ten. */
const inUnit = (value: number, digits = 10): number => Number(value.toPrecision(digits));

/** The grams of a weight, for `Variant Grams`. */
export function toGrams(value: number, { grams }: KnownWeight): number {
  return grams === 1 ? value : inUnit(inUnit(value) * grams, 12);
}

/** Reads a weight unit; grams if the cell is empty. */
export function readWeightUnit(text: string): Cell<WeightUnit> {
  const word = text.toLowerCase().replace(/\.$/, '');
  const found = weights.find(({ unit, short }) => [short, `${short}s`, unit.toLowerCase()].includes(word));
  if (text === '' || found) return { value: found?.unit ?? 'GRAMS' };
  const message = 'is not g, kg, lb or oz: the weight is shown in grams';
  return { value: 'GRAMS', code: 'weight-unit-unknown', severity: 'warning', message };
}

/**
 * Reads a weight. In `Variant Grams` the number is in grams, and the unit only says how Shopify shows it; in `Variant
 * Weight` the number is in that unit.
 */
export function readWeight(text: string, unit: WeightUnit, isGrams: boolean): Cell<DraftWeight> {
  const number = withoutApostrophe(text);
  if (!decimal.test(number)) {
    return unreadable('weight-not-a-number', 'is not a number: write digits with a point, such as 330.0');
  }
  const value = Number(number);
  if (value < 0) return unreadable('weight-negative', 'is below zero: correct it');
  const factor = isGrams ? (weights.find((known) => known.unit === unit)?.grams ?? 1) : 1;
  return { value: { value: factor === 1 ? value : inUnit(value / factor), unit } };
}

/** Reads the unit of a unit price as exports write it, such as `ml` or `fl oz`. */
export function readMeasureUnit(text: string): Cell<string> {
  const word = text
    .toUpperCase()
    .replace(/[\s._-]/g, '')
    .replace('²', '2')
    .replace('³', '3');
  const value = unitPriceUnits.find((unit) => unit === word || `${unit}S` === word);
  return value ? { value } : unreadable('unit-unknown', 'is not a unit of Shopify, such as ml, l, g, kg or item');
}

const spreadsheetError = /^#(N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!)$|^n\/a$|^nan$/i;

/** A formula that returns a text. Spreadsheets use it to keep a code from becoming a number. */
const textFormula = /^="([^"]*)"$/;

/** A number as spreadsheets and programs shorten it: with a point or a sign. A code such as 36E5 has neither. */
const scientific = /^\d+(?:[.,]\d+e[+-]?|e[+-])\d+$/i;

const month = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const date = new RegExp(`^(\\d{1,2}[- ](${month})|(${month})[- ]\\d{1,2})$`, 'i');

/** Finds damage that a spreadsheet may have done to text that looked like a number or a date. The text is kept. */
export function findDamage(text: string, what: 'text' | 'option' | 'sku' | 'barcode'): Cell<string> {
  const isCode = what === 'sku' || what === 'barcode';
  const formula = isCode ? textFormula.exec(text)?.[1] : undefined;
  if (formula !== undefined) {
    const inner = findDamage(formula, what);
    if (inner.code !== undefined) return inner;
    const told = { code: 'spreadsheet-formula', severity: 'warning' } as const;
    if (formula === '')
      return {
        ...told,
        message: 'is a formula that returns no text: it is read as an empty cell, but Shopify would read the formula',
      };
    const message = `is a formula that returns the text ${formula}: the text is read, but Shopify would read the formula`;
    return { ...told, value: formula, message };
  }
  const value = isCode ? withoutApostrophe(text) : text;
  // A damaged barcode is left out; other texts are kept.
  const damaged = (code: string, severity: 'error' | 'warning', message: string, ofBarcode = code): Cell<string> =>
    what === 'barcode' ? unreadable(ofBarcode, message) : { value, code, severity, message };
  if (what === 'text' ? /^#/.test(text) && spreadsheetError.test(text) : spreadsheetError.test(text)) {
    const message = 'is the error value of a spreadsheet formula: write the value itself';
    return damaged('spreadsheet-error-value', 'warning', message);
  }
  if (isCode && scientific.test(value)) {
    const message = 'was shortened by a spreadsheet, and digits are lost: write all of them, in a text column';
    return damaged('number-damaged', 'error', message);
  }
  if (isCode && /^\d+[.,]0+$/.test(value)) {
    const message = 'was treated as a number by a spreadsheet, so leading zeros may be lost: write it as text';
    return damaged('looks-like-a-number-with-decimals', 'warning', message, 'number-damaged');
  }
  if (what === 'option' && date.test(value)) {
    const message = 'may be a size that a spreadsheet changed to a date: check it';
    return { value, code: 'looks-like-a-date', severity: 'warning', message };
  }
  return { value };
}

/** Whether Shopify would change a handle. It keeps the letters of all languages. */
export function handleWillChange(handle: string): boolean {
  return /[\p{Lu}\s]|[^\p{L}\p{N}\p{M}\p{So}_-]/u.test(handle);
}

/** Makes a handle from a title, as Shopify does. */
export function handleOf(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu);
  return words?.join('-') ?? 'product';
}

/**
 * Converts a metafield's cell to the text that Shopify's API expects: exports write TRUE, and lists with semicolons or
 * on several lines.
 */
export function metafieldText(type: string, text: string): Cell<string> {
  const entryType = entryTypeOf(type);
  const isJsonList = entryType !== undefined && /^\s*\[[\s\S]*\]\s*$/.test(text);
  const value =
    entryType === undefined || isJsonList
      ? scalarText(type, text)
      : JSON.stringify(
          text
            .split(/;\s*|\r?\n/)
            .map((entry) => entry.trim())
            .filter((entry) => entry !== '')
            .map((entry) => listEntry(entryType, entry)),
        );
  const problem = metafieldProblem(type, value);
  return problem === undefined ? { value } : unreadable('metafield-value-invalid', problem);
}

function scalarText(type: string, text: string): string {
  if (type === 'boolean') return readBoolean(text.trim()).value?.toString() ?? text;
  if (type === 'number_integer') return readWhole(text.trim(), '').value?.toString() ?? text;
  return text;
}

/** Numbers in a list stay numbers if that keeps their digits. */
function listEntry(type: string, entry: string): unknown {
  const number = Number(entry);
  return type.startsWith('number_') && entry !== '' && String(number) === entry ? number : entry;
}
