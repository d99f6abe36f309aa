import { z } from 'zod';
import { toDecimalText } from './decimal.ts';
import { kindOf, quote } from './issues.ts';
import { isObject } from './option-table.ts';

/** What a problem of a single field is called after the field's name in an issue's code. */
export type FieldProblem = 'missing' | 'invalid' | 'too-long' | 'too-many';

/** Counts characters as people do: an emoji of two UTF-16 units is one, so that no title is refused too early. */
const fits =
  (limit: number) =>
  (text: string): boolean =>
    text.length <= limit || [...text.slice(0, 2 * limit + 1)].length <= limit;

const tooLong = (limit: number) => ({
  error: `is longer than ${limit} characters: shorten it`,
  params: { problem: 'too-long' satisfies FieldProblem },
});

/** Text without white space around it, not empty. */
export const text = (limit = Number.MAX_SAFE_INTEGER) => z.string().trim().min(1).refine(fits(limit), tooLong(limit));

/** The host's id: taken as it is, because it must come back from Shopify unchanged. */
export const localIdText = (limit: number) =>
  z
    .string()
    .min(1)
    .refine(fits(limit), tooLong(limit))
    .refine((id) => id.trim() === id && !/[\r\n]/.test(id), {
      error: 'starts or ends with white space or holds a line break: take that out, Shopify would not keep it',
    });

/** Decimal text out of text or a number. */
export const money = () =>
  z.custom<string | number>().transform((value, context): string => {
    const decimal = toDecimalText(value);
    if (decimal !== undefined) return decimal;
    const missing = value === undefined || (typeof value === 'string' && value.trim() === '');
    const found = typeof value === 'string' ? quote(value) : typeof value === 'number' ? String(value) : kindOf(value);
    context.addIssue({
      code: 'custom',
      message: missing
        ? 'is missing: give a price such as "12.50"'
        : `is no decimal number (${found}): write digits with a point, such as "12.50", without currency`,
      params: { problem: (missing ? 'missing' : 'invalid') satisfies FieldProblem },
    });
    return z.NEVER;
  });

/**
 * Option name → value. Names keep their white space, so that two that differ in it are both seen. Not
 * zod's own record, which drops the name `__proto__` without a word.
 */
export const optionValues = () =>
  z.custom<Readonly<Record<string, string>>>().transform((options: unknown, context): Record<string, string> => {
    if (!isObject(options)) {
      context.addIssue({ code: 'invalid_type', expected: 'object', input: options });
      return z.NEVER;
    }
    const entries = Object.entries(options).map(([name, value]): [string, string] => {
      if (typeof value === 'string') return [name, value.trim()];
      context.addIssue({ code: 'invalid_type', expected: 'string', input: value, path: [name] });
      return [name, z.NEVER];
    });
    return Object.fromEntries(entries);
  });

/** Absolute http or https address. */
export const httpUrl = () =>
  z
    .string()
    .trim()
    .min(1)
    .refine((value) => ['http:', 'https:'].includes(protocolOf(value)), {
      error: 'is no web address: give the whole address, starting with https://',
    });

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}

/** A list. Where it is too long, that is the only thing said: its entries are not looked at. */
export const list = <Item extends z.ZodType>(item: Item, most: number, least = 0) =>
  z.array(z.custom<z.input<Item>>()).min(least).max(most).pipe(z.array(item));

/**
 * An object of which only the fields of the shape are read. A field that is `undefined` counts as
 * left out, so that `{ vendor: row.vendor }` needs no condition.
 */
export const record = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const keys = Object.keys(shape);
  return z.preprocess((input: z.input<z.ZodObject<Shape>>): unknown => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
    const fields: Readonly<Record<string, unknown>> = input;
    return Object.fromEntries(keys.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]));
  }, z.object(shape));
};
