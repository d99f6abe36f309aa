import { type ErrorContext, ShopwrightError } from './base.ts';

/** One problem in options, in the environment or in input data. */
export interface Problem {
  /** Name of the option, variable or field, such as `SHOPIFY_STORE_URL` or `variants[2].price`. */
  readonly field: string;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

const listed = (problems: readonly Problem[]): string =>
  problems.map((problem) => `\n  - ${problem.field}: ${problem.message}`).join('');

/** Options or environment variables do not fit. Holds all problems, not only the first. Code `CONFIG_INVALID`. */
export class ConfigError extends ShopwrightError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], context?: ErrorContext) {
    super('CONFIG_INVALID', `The configuration does not fit:${listed(problems)}`, false, context);
    this.problems = problems;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** Input data do not fit; nothing was sent. Code `VALIDATION_FAILED`. */
export class ValidationError extends ShopwrightError {
  override readonly name = 'ValidationError';
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[], context?: ErrorContext) {
    super('VALIDATION_FAILED', `${subject} cannot be sent:${listed(problems)}`, false, context);
    this.problems = problems;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** What is known about the work at a store that failed. */
interface StorageErrorContext extends ErrorContext {
  /** Whether a write was sent and no answer came. Default `false`. */
  readonly mayHaveExecuted?: boolean;
}

/** A store could not be read or written. `isRetryable` where the store was only busy. Code `STORAGE_FAILED`. */
export class StorageError extends ShopwrightError {
  override readonly name = 'StorageError';
  /** `true` where a write was sent and no answer came: read the state before another try. */
  readonly mayHaveExecuted: boolean;

  constructor(message: string, isRetryable: boolean, context?: StorageErrorContext) {
    super('STORAGE_FAILED', message, isRetryable, context);
    this.mayHaveExecuted = context?.mayHaveExecuted ?? false;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), ...(this.mayHaveExecuted && { mayHaveExecuted: true }) };
  }
}

/** A lock's lease ran out before this holder was done; what it did not finish may be somebody else's work now. Code `LOCK_LOST`. */
export class LockLostError extends ShopwrightError {
  override readonly name = 'LockLostError';

  constructor(key: string, context?: ErrorContext) {
    super(
      'LOCK_LOST',
      `The lock on ${JSON.stringify(key)} was lost: its lease ran out. Stop this work, take the lock again and read the state anew.`,
      false,
      context,
    );
  }
}

/** A queue could not take, give or change a job. `isRetryable` where it was only out of reach. Code `QUEUE_FAILED`. */
export class QueueError extends ShopwrightError {
  override readonly name = 'QueueError';

  constructor(message: string, isRetryable: boolean, context?: ErrorContext) {
    super('QUEUE_FAILED', message, isRetryable, context);
  }
}
