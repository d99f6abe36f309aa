import type { DeadJobOptions } from '../ports/job-queue.ts';

const mostListed = 1_000;

/** Where a page of dead letters begins, and where it ends (exclusive). */
export function deadJobPage({ limit = 100, offset = 0 }: DeadJobOptions): {
  readonly from: number;
  readonly to: number;
} {
  const whole = (value: number): number => (Number.isFinite(value) ? Math.max(0, Math.floor(value)) : 0);
  const from = whole(offset);
  return { from, to: from + Math.min(whole(limit), mostListed) };
}
