import { MaxCostError, TimeoutError, ValidationError } from '../errors/errors.ts';

/** The call asks for more points than the bucket can ever hold. */
export function tooBig(shop: string, cost: number, maxCost: number): MaxCostError {
  const mend = 'Ask for smaller pages or fewer fields, or use a bulk operation.';
  return new MaxCostError(
    `The call asks for ${cost} points, and the bucket of ${shop} never holds more than ${maxCost}. ${mend}`,
    { cost, maxCost, shop },
  );
}

/** The wait is known to be longer than the caller can wait. */
export function waitTooLong(shop: string, maxWaitMs: number, waitMs: number): TimeoutError {
  const retryAfterMs = Math.ceil(waitMs);
  return new TimeoutError(
    `The call can wait ${maxWaitMs} ms for points of ${shop}, and needs about ${retryAfterMs} ms. Nothing was sent.`,
    { code: 'DEADLINE_EXCEEDED', timeoutMs: maxWaitMs, mayHaveExecuted: false, shop, retryAfterMs },
  );
}

/** The caller's time ran out in the line. */
export function waitedTooLong(shop: string, maxWaitMs: number): TimeoutError {
  return new TimeoutError(
    `The call waited ${maxWaitMs} ms for points of ${shop}, which is all it could. Nothing was sent.`,
    { code: 'DEADLINE_EXCEEDED', timeoutMs: maxWaitMs, mayHaveExecuted: false, shop },
  );
}

/** The cost is not a number of points. */
export function notACost(shop: string, cost: number): ValidationError {
  return new ValidationError('The call is invalid', {
    issues: [{ field: 'cost', message: `${cost} is not a number of points; give 0 or more` }],
    shop,
  });
}

/** Says like any abort that nothing was sent and that no retry is wanted. */
export function limiterClosed(): DOMException {
  return new DOMException('The limiter was closed.', 'AbortError');
}
