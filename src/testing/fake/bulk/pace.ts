import type { Problem } from '../../../errors/errors.ts';
import type { BulkOperationEntity, BulkType } from '../store/bulk-entities.ts';
import type { BulkOptions } from './types.ts';

/** How fast bulk operations go, with every default in place. */
export interface BulkPace {
  readonly delayMs: number;
  readonly perSecond: Readonly<Record<BulkType, number>>;
  readonly failAfterObjects: number;
}

/** Steps of an operation in a second of the clock, where it has that many lines. */
const stepsPerSecond = 10;

/** How long an operation may take. https://shopify.dev/docs/api/usage/bulk-operations/imports */
const timeLimitMs: Readonly<Record<BulkType, number>> = {
  QUERY: 10 * 24 * 60 * 60 * 1_000,
  MUTATION: 24 * 60 * 60 * 1_000,
};

/** Puts the defaults in. */
export function bulkPace(options: BulkOptions): BulkPace {
  const { delayMs = 100, objectsPerSecond = 10_000, rowsPerSecond = 1_000, failAfterObjects } = options;
  return {
    delayMs,
    perSecond: { QUERY: objectsPerSecond, MUTATION: rowsPerSecond },
    failAfterObjects: failAfterObjects ?? Number.POSITIVE_INFINITY,
  };
}

/** What is wrong with the options. */
export function bulkOptionProblems(options: BulkOptions): Problem[] {
  const { delayMs, perSecond, failAfterObjects } = bulkPace(options);
  const checks: readonly (readonly [field: string, value: number, isRight: boolean, wanted: string])[] = [
    ['delayMs', delayMs, delayMs >= 0, 'milliseconds, 0 or more'],
    ['objectsPerSecond', perSecond.QUERY, perSecond.QUERY > 0, 'a number above 0'],
    ['rowsPerSecond', perSecond.MUTATION, perSecond.MUTATION > 0, 'a number above 0'],
    ['failAfterObjects', failAfterObjects, failAfterObjects >= 0, 'a number, 0 or more'],
  ];
  return checks.flatMap(([field, value, isRight, wanted]) =>
    isRight ? [] : [{ field: `bulk.${field}`, message: `is ${value}. Give ${wanted}.` }],
  );
}

/** Lines of the next step, at most `left`, and how long it takes. */
export function nextStep(
  pace: BulkPace,
  type: BulkType,
  left: number,
): { readonly count: number; readonly takesMs: number } {
  const rate = pace.perSecond[type];
  const count = Math.min(left, Math.max(1, Math.round(rate / stepsPerSecond)));
  return { count, takesMs: (count / rate) * 1_000 };
}

/** Whether an operation has used up its time. */
export function isOverdue({ type, createdAt }: BulkOperationEntity, now: number): boolean {
  return now > Date.parse(createdAt) + timeLimitMs[type];
}
