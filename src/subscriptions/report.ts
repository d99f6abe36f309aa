import { type ShopwrightError, ValidationError } from '../errors/errors.ts';
import { topicFromEnum } from '../webhooks/topics.ts';
import type { Creation, RememberedSubscriptions, SubscriptionDiff } from './diff.ts';
import type { ActualSubscription, CheckedSubscription, SubscriptionField } from './subscription.ts';

/** A subscription in a report. */
export interface ReportedSubscription {
  /** The topic, such as `products/update`; the enum's value for a topic that this package does not know. */
  readonly topic: string;
  /** The full name, prefixed with the owner. `null` if somebody else has removed it. */
  readonly name: string | null;
  readonly uri: string;
  /** Gid; `undefined` if it does not exist. */
  readonly id: string | undefined;
}

/** A subscription and the fields that differ. */
export interface ChangedSubscription extends ReportedSubscription {
  readonly changes: readonly SubscriptionField[];
}

/** A subscription that could not be changed as desired. */
export interface FailedSubscription extends ReportedSubscription {
  readonly action: 'create' | 'update' | 'delete';
  /** What is wrong, and how to fix it. */
  readonly reason: string;
  readonly error: ShopwrightError;
}

/** The outcome for each subscription; in a dry run, what would happen. */
export interface SubscriptionReport {
  readonly created: readonly ReportedSubscription[];
  /**
   * Updated subscriptions with the fields that differed. If the topic differed, which cannot be changed, it was deleted
   * and created again.
   */
  readonly updated: readonly ChangedSubscription[];
  readonly deleted: readonly ReportedSubscription[];
  readonly unchanged: readonly ReportedSubscription[];
  /** Changed by somebody else since the last run, whatever this run did about it. Needs a `store`. */
  readonly drifted: readonly ChangedSubscription[];
  /**
   * Removed since the last run, with their former id: Shopify deletes a subscription after eight failed deliveries, and
   * all of them when the app is uninstalled. They are created again. Needs a `store`.
   */
  readonly removedByShopify: readonly ReportedSubscription[];
  readonly failed: readonly FailedSubscription[];
}

/** Collects the outcome of each subscription, for the report and the memory. */
export class ReportBuilder {
  /** The subscriptions to remember, by gid. */
  readonly remembered: Map<string, ActualSubscription>;
  readonly #created: ReportedSubscription[] = [];
  readonly #updated: ChangedSubscription[] = [];
  readonly #deleted: ReportedSubscription[] = [];
  readonly #unchanged: ReportedSubscription[] = [];
  readonly #failed: FailedSubscription[] = [];
  readonly #replaced: ReadonlySet<string>;
  readonly #diff: SubscriptionDiff;

  /** Starts with the unchanged and the blocked subscriptions. */
  constructor(diff: SubscriptionDiff, remembered: RememberedSubscriptions, shop: string) {
    this.#diff = diff;
    this.#replaced = new Set(diff.creations.flatMap(({ replaces }) => (replaces ? [replaces.actual.id] : [])));
    const ours = [...diff.unchanged, ...diff.updates, ...diff.blocked].flatMap(({ actual }) => actual ?? []);
    const kept = new Set<string>([...ours, ...diff.deletions, ...diff.gone].map(({ id }) => id));
    this.remembered = new Map([...remembered].filter(([id]) => kept.has(id)));
    for (const { actual } of diff.unchanged) this.#keep(actual, this.#unchanged);
    for (const { desired, actual, by } of diff.blocked) {
      this.failed(actual ? 'update' : 'create', desired, blockedError(desired, by, shop), actual?.id);
    }
  }

  /** It exists as desired: created by this run, a concurrent one, or an earlier one whose response was lost. */
  created({ replaces }: Creation, actual: ActualSubscription, by: 'this run' | 'another'): void {
    for (const { id } of this.#diff.gone.filter(({ name }) => name?.toLowerCase() === actual.name?.toLowerCase())) {
      this.remembered.delete(id);
    }
    if (replaces) this.updated(actual, replaces.changes);
    else this.#keep(actual, by === 'this run' ? this.#created : this.#unchanged);
  }

  /** In a dry run: it would be created. */
  wouldCreate({ desired, replaces }: Creation): void {
    if (replaces) this.#updated.push({ ...reported(desired, undefined), changes: replaces.changes });
    else this.#created.push(reported(desired, undefined));
  }

  /** These fields were changed. */
  updated(actual: ActualSubscription, changes: readonly SubscriptionField[]): void {
    this.remembered.set(actual.id, actual);
    this.#updated.push({ ...reported(actual, actual.id), changes });
  }

  /** It was deleted. One that is replaced is reported as updated. */
  deleted(actual: ActualSubscription): void {
    this.remembered.delete(actual.id);
    if (!this.#replaced.has(actual.id)) this.#deleted.push(reported(actual, actual.id));
  }

  /** It could not be brought to its desired state. */
  failed(
    action: FailedSubscription['action'],
    subscription: ActualSubscription | CheckedSubscription,
    error: ShopwrightError,
    id?: string,
  ): void {
    this.#failed.push({ ...reported(subscription, id), action, reason: error.message, error });
  }

  /** Returns the report, in an order that does not depend on the order of the responses. */
  build(): SubscriptionReport {
    const { drifted, gone } = this.#diff;
    return {
      created: inOrder(this.#created),
      updated: inOrder(this.#updated),
      deleted: inOrder(this.#deleted),
      unchanged: inOrder(this.#unchanged),
      drifted: inOrder(drifted.map(({ actual, changes }) => ({ ...reported(actual, actual.id), changes }))),
      removedByShopify: inOrder(gone.map((actual) => reported(actual, actual.id))),
      failed: inOrder(this.#failed),
    };
  }

  #keep(actual: ActualSubscription, list: ReportedSubscription[]): void {
    this.remembered.set(actual.id, actual);
    list.push(reported(actual, actual.id));
  }
}

function reported(subscription: Omit<ActualSubscription, 'id'>, id: string | undefined): ReportedSubscription {
  const { topic, name, uri } = subscription;
  return { topic: topicFromEnum(topic) ?? topic, name: name ?? null, uri, id };
}

function blockedError({ field }: CheckedSubscription, by: ActualSubscription, shop: string): ShopwrightError {
  const message = `has the topic, uri and filter of ${by.id}, which belongs to somebody else and is left alone. Delete that one, or use another uri`;
  return new ValidationError('The webhook subscription is invalid', { issues: [{ field, message }], shop });
}

function inOrder<T extends ReportedSubscription>(list: readonly T[]): readonly T[] {
  const keyOf = ({ topic, name }: T): string => `${topic} ${name}`;
  return list.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
