/**
 * Where warnings and errors go: fields first, then a text, as pino takes them. A logger that takes the text first, such
 * as winston, needs an adapter of three lines, which docs/calls.md shows. Fields hold no token and no customer data.
 */
// @ts-nocheck

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface CallFields {
  readonly shop: string;
  /** Operation name, or the first root field of an unnamed operation. */
  readonly operation: string;
}
