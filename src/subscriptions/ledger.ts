import type { ShopwrightError } from '../errors/base.ts';
import { ValidationError } from '../errors/errors.ts';
import { reported, type Standing, type Wanted } from './content.ts';
import type { Creation, Plan } from './diff.ts';
import type { Remembered } from './memory.ts';
import type {
  ChangedSubscription,
  FailedSubscription,
  ReportedSubscription,
  SubscriptionField,
  SubscriptionReport,
} from './types.ts';

/** Writes down what becomes of each subscription: for the report, and for the memory. */
export class Ledger {
  /** What is to be remembered, by gid. */
  readonly standing: Map<string, Standing>;
  readonly #created: ReportedSubscription[] = [];
  readonly #updated: ChangedSubscription[] = [];
  readonly #deleted: ReportedSubscription[] = [];
  readonly #unchanged: ReportedSubscription[] = [];
  readonly #failed: FailedSubscription[] = [];
  readonly #replaced: ReadonlySet<string>;
  readonly #plan: Plan;

  /** Begins with what the plan has found to be as it shall, and with what it cannot bring there. */
  constructor(plan: Plan, remembered: Remembered, shop: string) {
    this.#plan = plan;
    this.#replaced = new Set(plan.creations.flatMap(({ replaces }) => (replaces ? [replaces.standing.id] : [])));
    const ours = [...plan.unchanged, ...plan.updates, ...plan.obstructed].flatMap(({ standing }) => standing ?? []);
    const kept = new Set<string>([...ours, ...plan.deletions, ...plan.gone].map(({ id }) => id));
    this.standing = new Map([...remembered].filter(([id]) => kept.has(id)));
    for (const { standing } of plan.unchanged) this.#keep(standing, this.#unchanged);
    for (const { wanted, standing, by } of plan.obstructed) {
      const error = obstruction(wanted, by, shop);
      this.failed(standing ? 'update' : 'create', wanted, error, standing?.id);
    }
  }

  /** It stands as it shall, made by this run, by one beside it, or by one before it that could not say so. */
  stands({ replaces }: Creation, standing: Standing, by: 'this run' | 'another'): void {
    for (const { id } of this.#plan.gone.filter(({ name }) => name?.toLowerCase() === standing.name?.toLowerCase())) {
      this.standing.delete(id);
    }
    if (replaces) this.changed(standing, replaces.changes);
    else this.#keep(standing, by === 'this run' ? this.#created : this.#unchanged);
  }

  /** It would be made. */
  foretold({ wanted, replaces }: Creation): void {
    if (replaces) this.#updated.push({ ...reported(wanted, undefined), changes: replaces.changes });
    else this.#created.push(reported(wanted, undefined));
  }

  /** It has been changed in these fields. */
  changed(standing: Standing, changes: readonly SubscriptionField[]): void {
    this.standing.set(standing.id, standing);
    this.#updated.push({ ...reported(standing, standing.id), changes });
  }

  /** It is gone. One that comes again at once is told of as changed. */
  gone(standing: Standing): void {
    this.standing.delete(standing.id);
    if (!this.#replaced.has(standing.id)) this.#deleted.push(reported(standing, standing.id));
  }

  /** It could not be brought to what it shall be. */
  failed(
    action: FailedSubscription['action'],
    subscription: Standing | Wanted,
    error: ShopwrightError,
    id?: string,
  ): void {
    this.#failed.push({ ...reported(subscription, id), action, reason: error.message, error });
  }

  /** The report, in an order that does not depend on which call came back first. */
  report(): SubscriptionReport {
    const { drifted, gone } = this.#plan;
    return {
      created: inOrder(this.#created),
      updated: inOrder(this.#updated),
      deleted: inOrder(this.#deleted),
      unchanged: inOrder(this.#unchanged),
      drifted: inOrder(drifted.map(({ standing, changes }) => ({ ...reported(standing, standing.id), changes }))),
      removedByShopify: inOrder(gone.map((standing) => reported(standing, standing.id))),
      failed: inOrder(this.#failed),
    };
  }

  #keep(standing: Standing, list: ReportedSubscription[]): void {
    this.standing.set(standing.id, standing);
    list.push(reported(standing, standing.id));
  }
}

function obstruction({ field }: Wanted, by: Standing, shop: string): ShopwrightError {
  const message = `the topic, uri and filter are those of ${by.id}, which is not this owner's and is left alone. Delete that one, or give another uri`;
  return new ValidationError('The webhook subscription', [{ field, message }], { shop });
}

function inOrder<T extends ReportedSubscription>(list: readonly T[]): readonly T[] {
  const keyOf = ({ topic, name }: T): string => `${topic} ${name}`;
  return list.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
