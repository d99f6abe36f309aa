// @ts-nocheck
import { z } from 'zod';

/** Any value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | PayloadObject;

/**
 * An object in a payload. Every payload is one: Shopify sends more fields than the types list, and adds some each
 * quarter.
 */
export interface PayloadObject {
  readonly [field: string]: Json | undefined;
}

/**
 * The type of what a schema accepts. Read-only, since one payload is shared by all that handle it. Not deep: where a
 * schema uses another, it does so by the other's payload type, so that editors and error messages show its name.
 */
export type PayloadOf<Schema extends z.ZodType> = {
  readonly [Field in keyof z.output<Schema> as string extends Field ? never : Field]: ReadonlyList<
    z.output<Schema>[Field]
  >;
};

type ReadonlyList<Value> = Value extends readonly (infer Entry)[] ? readonly Entry[] : Value;

/** Shopify's number of a resource. Not `z.int()`: JSON rounds numbers above 2^53, which is not the payload's fault. */
export const id = z.number();
/** A global id, such as `gid://shopify/Product/1`. */
export const gid = z.string();
/** Text that Shopify may leave empty as `null`. */
export const text = z.string().nullable();
/** Decimal amounts are text. */
export const amount = text;
/** ISO 8601; not checked further, since topics differ in how many digits a second has. */
export const time = text;
/** Yes, no, or not known. */
export const flag = z.boolean().nullable();
/** A number that is no id, or not known. */
export const count = z.number().nullable();
/** A list of text. */
export const texts = z.array(z.string());
/** Any JSON. Not walked through: it was parsed from JSON, and can be deep. */
export const json = z.unknown() as z.ZodType<Json>;

/** What a field may hold that the schema does not list: JSON, or nothing. */
export interface UnlistedField extends z.ZodType<Json | undefined> {}

/** A schema by what it accepts, for use within another schema. */
export interface PayloadSchema<Payload> extends z.ZodType<Payload> {}

// Exported, since declaration files name only exported types, and would drop the fields' comments with this one.
/** The same fields, of which any can be missing. */
export type AllOptional<Shape extends z.ZodRawShape> = { [Field in keyof Shape]: z.ZodExactOptional<Shape[Field]> };

type LooseObject<Shape extends z.ZodRawShape> = z.ZodObject<Shape, z.core.$catchall<UnlistedField>>;

/** An object that keeps the fields that are not listed, since Shopify adds some each quarter. */
export function loose<Shape extends z.ZodRawShape>(shape: Shape): LooseObject<Shape> {
  return z.object(shape).catchall(z.unknown() as UnlistedField);
}

/** A loose object that may lack any of its fields, since a subscription with `includeFields` leaves fields out. */
export function partialLoose<Shape extends z.ZodRawShape>(shape: Shape): LooseObject<AllOptional<Shape>> {
  const fields = Object.entries(shape).map(([field, schema]) => [field, z.exactOptional(schema)]);
  return loose(Object.fromEntries(fields) as AllOptional<Shape>);
}
