/** The part of pino's, winston's and console's interface that is used here. */
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
