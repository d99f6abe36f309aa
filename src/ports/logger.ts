/**
 * Receives warnings and errors: fields first, then a message, as in pino. A logger that takes the message first, such
 * as winston, needs a three-line adapter, shown in docs/calls.md. Fields contain no token and no customer data.
 */
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
