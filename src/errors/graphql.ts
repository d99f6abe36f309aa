import type { AnswerContext } from './answer.ts';
import { ShopwrightError } from './base.ts';

/** One entry of an answer's `errors`. */
export interface GraphqlErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Shopify answered with `errors` that have no class of their own. Code `GRAPHQL_ERROR`. */
export class GraphqlError extends ShopwrightError {
  override readonly name = 'GraphqlError';
  readonly errors: readonly GraphqlErrorEntry[];
  /** Partial data, where Shopify sent some. Not part of `toJSON`. */
  readonly data: unknown;
  /** `true` where something broke inside Shopify, so that nobody knows how far it came. */
  readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: {
      readonly errors: readonly GraphqlErrorEntry[];
      readonly data?: unknown;
      readonly isRetryable?: boolean;
      readonly mayHaveExecuted?: boolean;
    },
    context?: AnswerContext,
  ) {
    super('GRAPHQL_ERROR', message, details.isRetryable ?? false, context);
    this.mayHaveExecuted = details.mayHaveExecuted ?? details.isRetryable ?? false;
    this.errors = details.errors;
    Object.defineProperty(this, 'data', { value: details.data, enumerable: false });
  }
}

/** One entry of a mutation's `userErrors`. */
export interface UserErrorEntry {
  /** Path of the input field, such as `['input', 'variants', '0', 'price']`. */
  readonly field?: readonly string[] | null;
  readonly message: string;
  readonly code?: string | null;
}

/** A mutation was understood and refused (`userErrors`). Code `USER_ERROR`. */
export class ShopifyUserError extends ShopwrightError {
  override readonly name = 'ShopifyUserError';
  readonly userErrors: readonly UserErrorEntry[];
  /** The whole data of the answer: with several mutations in one document, some may have been executed. */
  readonly data: unknown;
  /** `true` where Shopify is still busy with an earlier send of the same mutation. */
  readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: {
      readonly userErrors: readonly UserErrorEntry[];
      readonly data?: unknown;
      readonly isRetryable?: boolean;
      readonly mayHaveExecuted?: boolean;
    },
    context?: AnswerContext,
  ) {
    super('USER_ERROR', message, details.isRetryable ?? false, context);
    this.mayHaveExecuted = details.mayHaveExecuted ?? false;
    this.userErrors = details.userErrors;
    Object.defineProperty(this, 'data', { value: details.data, enumerable: false });
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), userErrors: this.userErrors };
  }
}

/** One query asks for more points than a query may, or than the bucket can hold. Code `MAX_COST_EXCEEDED`. */
export class MaxCostError extends ShopwrightError {
  override readonly name = 'MaxCostError';
  /** Points the query asks for. */
  readonly cost: number | undefined;
  /** Points a query may ask for. */
  readonly maxCost: number | undefined;

  constructor(
    message: string,
    details: { readonly cost?: number | undefined; readonly maxCost?: number | undefined },
    context?: AnswerContext,
  ) {
    super('MAX_COST_EXCEEDED', message, false, context);
    this.cost = details.cost;
    this.maxCost = details.maxCost;
  }
}
