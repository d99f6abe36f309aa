import type { Plan } from './diff.ts';
import type { Ledger } from './ledger.ts';

/** Writes down what the plan would do where all goes well. */
export function foretell(plan: Plan, ledger: Ledger): void {
  for (const standing of plan.deletions) ledger.gone(standing);
  for (const { wanted, standing, changes } of plan.updates) ledger.changed({ ...wanted, id: standing.id }, changes);
  for (const creation of plan.creations) ledger.foretold(creation);
}
