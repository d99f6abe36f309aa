/**
 * Stops retry storms: retries of one shop spend from a budget that only successes fill again. While
 * most calls succeed it is never felt; when most fail, calls give up after their first attempt.
 */
export interface RetryBudget {
  /** Takes what one retry costs. `false` where the budget is too low for it. */
  spend(): boolean;
  /** A call succeeded, after that many retries. */
  succeeded(retries: number): void;
}

const capacity = 500;
const retryCost = 5;
const successGain = 1;

export function createRetryBudget(): RetryBudget {
  let left = capacity;
  return {
    spend() {
      if (left < retryCost) return false;
      left -= retryCost;
      return true;
    },
    succeeded(retries) {
      // A retry that helped is not part of a storm: what it took comes back.
      left = Math.min(capacity, left + Math.max(successGain, retries * retryCost));
    },
  };
}
