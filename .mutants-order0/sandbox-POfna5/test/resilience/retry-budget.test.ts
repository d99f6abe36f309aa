// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createRetryBudget } from '../../src/resilience/retry.ts';

const spendAll = (budget: ReturnType<typeof createRetryBudget>): number => {
  let retries = 0;
  while (budget.spend()) retries += 1;
  return retries;
};

describe('the retry budget', () => {
  it('ends a storm of retries after a hundred of them', () => {
    expect(spendAll(createRetryBudget())).toBe(100);
  });

  it('is filled again by calls that succeed', () => {
    const budget = createRetryBudget();
    spendAll(budget);
    for (let i = 0; i < 10; i += 1) budget.succeeded(0);
    expect(spendAll(budget)).toBe(2);
  });

  it('gives back what a retry took that helped', () => {
    const budget = createRetryBudget();
    spendAll(budget);
    budget.succeeded(3);
    expect(spendAll(budget)).toBe(3);
  });

  it('never holds more than at the start', () => {
    const budget = createRetryBudget();
    for (let i = 0; i < 10_000; i += 1) budget.succeeded(0);
    expect(spendAll(budget)).toBe(100);
  });
});
