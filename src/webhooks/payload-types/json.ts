/** Any value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON. Payloads extend it, since Shopify sends more fields than are listed, and adds some each quarter. */
export interface JsonObject {
  readonly [field: string]: Json | undefined;
}
