import { z } from 'zod';

/** Shopify's number of a thing. Not `z.int()`: numbers above 2^53 come rounded, and that is no fault of the payload. */
export const id = z.number();
export const gid = z.string();
export const text = z.string().nullable();
/** Decimal amounts are text. */
export const amount = text;
/** ISO 8601; not checked further, since the digits of a second differ between topics. */
export const time = text;
export const flag = z.boolean().nullable();
export const count = z.number().nullable();
export const texts = z.array(z.string());

type Sparse<Shape extends z.ZodRawShape> = { [Field in keyof Shape]: z.ZodExactOptional<Shape[Field]> };

/**
 * An object of which any field can be missing, since a subscription with `includeFields` leaves fields out, and
 * which keeps fields that are not listed, since Shopify adds some each quarter.
 */
export function sparse<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Sparse<Shape>, z.core.$loose> {
  const fields = Object.entries(shape).map(([field, schema]) => [field, z.exactOptional(schema)]);
  return z.looseObject(Object.fromEntries(fields) as Sparse<Shape>);
}
