import { InvalidResponseError, isShopwrightError, type ShopwrightError, ValidationError } from '../errors/errors.ts';
import {
  WebhookSubscriptionAddDocument,
  WebhookSubscriptionChangeDocument,
  WebhookSubscriptionRemoveDocument,
  WebhookSubscriptionsDocument,
} from '../graphql/operations/generated/graphql.ts';
import { allPages } from '../graphql/pagination.ts';
import type { RequestOptions } from '../http/request-options.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { checkDesired } from './desired.ts';
import {
  type ChangedSubscription,
  type Creation,
  createMemory,
  createOwnership,
  differences,
  type FailedSubscription,
  inputOf,
  type Plan,
  planOf,
  type Remembered,
  type ReportedSubscription,
  reported,
  type Standing,
  type SubscriptionClient,
  type SubscriptionField,
  type SubscriptionReport,
  type SyncSubscriptionsOptions,
  type Wanted,
} from './diff.ts';

/**
 * Brings the webhook subscriptions of a shop to the list: reads what stands, and creates, changes and deletes only
 * what bears the owner's name (`{owner}__…`) or was set by it before. A second run changes nothing. Subscriptions
 * of the app's configuration file are not touched: the API does not show them.
 *
 * Several runs at the same time come to the same end, since Shopify takes a name once.
 *
 * @returns What has become of each. What failed for one stops no other, and is in `failed`.
 * @throws ValidationError (code `VALIDATION_FAILED`) before anything is sent, with all that does not fit in the list.
 * @throws ConfigError (code `CONFIG_INVALID`) for an owner that does not fit.
 * @throws What the client throws while it reads what stands, and StorageError of the store.
 *
 * @example
 * const report = await syncSubscriptions({
 *   client: shop,
 *   store,
 *   desired: [
 *     { topic: 'products/update', uri: 'https://app.example/webhooks/shopify' },
 *     { topic: 'app/uninstalled', uri: 'pubsub://my-project:uninstalls' },
 *   ],
 * });
 */
export async function syncSubscriptions(options: SyncSubscriptionsOptions): Promise<SubscriptionReport> {
  const { client, store, desired, owner = 'shopwright', dryRun = false, signal } = options;
  const { shop } = client;
  const ownership = createOwnership(owner);
  const wanted = checkDesired(desired, ownership, shop);
  signal?.throwIfAborted();
  const calls = createCalls(client, signal);
  const memory = await createMemory(store, shop, owner);
  const remembered = await memory.read();
  const plan = planOf({ wanted, standing: await calls.read(), remembered, ownership });
  const ledger = new Ledger(plan, remembered, shop);
  if (dryRun) {
    foretell(plan, ledger);
    return ledger.report();
  }
  try {
    await carryOut(plan, { calls, ledger, signal });
  } finally {
    // Also of a run that was cut short: what it has set is ours.
    await memory.write(ledger.standing);
  }
  return ledger.report();
}

/** All subscriptions that the app made in the shop through the API. Those of its configuration are not among them. */
function readStanding(client: SubscriptionClient, signal?: AbortSignal): Promise<readonly Standing[]> {
  return allPages(async (after) => {
    const { data } = await client.graphql(
      WebhookSubscriptionsDocument,
      { first: 100, after },
      { priority: 'background', ...(signal && { signal }) },
    );
    return data.webhookSubscriptions;
  });
}

/** The calls of one run. */
interface Calls {
  /** @throws OutcomeUnknownError for a lost answer: a second send would be refused, for its name is taken then. */
  create(wanted: Wanted): Promise<Standing>;
  /** Says the whole content, so a lost answer is sent again. */
  update(id: Standing['id'], wanted: Wanted): Promise<Standing>;
  /** Is sent again after a lost answer, and refused then if the first send was carried out. */
  delete(id: Standing['id']): Promise<void>;
  read(): Promise<readonly Standing[]>;
}

/** Makes the calls. They throw what the client throws. */
function createCalls(client: SubscriptionClient, signal: AbortSignal | undefined): Calls {
  const once: RequestOptions = { priority: 'background', ...(signal && { signal }) };
  const again: RequestOptions = { ...once, retry: { idempotency: 'idempotent' } };
  const madeOf = (subscription: Standing | null | undefined): Standing => {
    if (subscription) return subscription;
    throw new InvalidResponseError('Shopify names neither the webhook subscription nor an error.', {
      shop: client.shop,
    });
  };
  return {
    async create(wanted) {
      const variables = { topic: wanted.topic, subscription: inputOf(wanted) };
      const { data } = await client.graphql(WebhookSubscriptionAddDocument, variables, once);
      return madeOf(data.webhookSubscriptionCreate?.webhookSubscription);
    },
    async update(id, wanted) {
      const variables = { id, subscription: inputOf(wanted) };
      const { data } = await client.graphql(WebhookSubscriptionChangeDocument, variables, again);
      return madeOf(data.webhookSubscriptionUpdate?.webhookSubscription);
    },
    async delete(id) {
      await client.graphql(WebhookSubscriptionRemoveDocument, { id }, again);
    },
    read: () => readStanding(client, signal),
  };
}

/** What a run works with. */
interface Run {
  readonly calls: Calls;
  readonly ledger: Ledger;
  readonly signal: AbortSignal | undefined;
}

/** How often a creation is tried whose answers get lost. */
const mostRounds = 3;

/**
 * Does what the plan says. A failure of one is told of, and stops no other.
 *
 * @throws The signal's reason, and what is no error of this package.
 */
async function carryOut(plan: Plan, run: Run): Promise<void> {
  const { signal } = run;
  await deleteAll(plan.deletions, run);
  await forEachConcurrent(plan.updates, { concurrency, signal }, async ({ wanted, standing, changes }) => {
    const made = await orError(run.calls.update(standing.id, wanted), run);
    if (isShopwrightError(made)) run.ledger.failed('update', wanted, made, standing.id);
    else run.ledger.changed(made, changes);
  });
  await createAll(plan.creations, run);
}

async function deleteAll(deletions: readonly Standing[], run: Run): Promise<void> {
  const doubtful: { readonly standing: Standing; readonly error: ShopwrightError }[] = [];
  const remove = async (standing: Standing): Promise<void> => {
    const error = await orError(run.calls.delete(standing.id), run);
    if (!error) run.ledger.gone(standing);
    else if (isDoubtful(error)) doubtful.push({ standing, error });
    else run.ledger.failed('delete', standing, error, standing.id);
  };
  await forEachConcurrent(deletions, { concurrency, signal: run.signal }, remove);
  const now = doubtful.length > 0 ? await orError(run.calls.read(), run) : [];
  for (const { standing, error } of doubtful) {
    const isGone = !isShopwrightError(now) && now.every(({ id }) => id !== standing.id);
    if (isGone) run.ledger.gone(standing);
    else run.ledger.failed('delete', standing, error, standing.id);
  }
}

async function createAll(creations: readonly Creation[], run: Run): Promise<void> {
  let todo = creations;
  for (let round = 1; todo.length > 0; round++) {
    const doubtful: { readonly creation: Creation; readonly error: ShopwrightError }[] = [];
    const make = async (creation: Creation): Promise<void> => {
      const made = await orError(run.calls.create(creation.wanted), run);
      if (!isShopwrightError(made)) run.ledger.stands(creation, made, 'this run');
      else if (isDoubtful(made)) doubtful.push({ creation, error: made });
      else run.ledger.failed('create', creation.wanted, made);
    };
    await forEachConcurrent(todo, { concurrency, signal: run.signal }, make);
    const now = doubtful.length > 0 ? await orError(run.calls.read(), run) : [];
    todo = doubtful.flatMap(({ creation, error }) => {
      const { wanted } = creation;
      const name = wanted.name.toLowerCase();
      const found = isShopwrightError(now) ? undefined : now.find((one) => one.name?.toLowerCase() === name);
      const isRefused = isShopwrightError(error, 'USER_ERROR');
      if (found && differences(wanted, found).length === 0) {
        run.ledger.stands(creation, found, isRefused ? 'another' : 'this run');
        return [];
      }
      // It is not there, so it was not carried out: no second one comes of another try.
      if (!found && !isRefused && !isShopwrightError(now) && round < mostRounds) return [creation];
      run.ledger.failed('create', wanted, error);
      return [];
    });
  }
}

/** Whether the shop has to be asked what came of the call: it may have been carried out, now or by another process. */
function isDoubtful(error: ShopwrightError): boolean {
  return (
    isShopwrightError(error, 'USER_ERROR') ||
    isShopwrightError(error, 'OUTCOME_UNKNOWN') ||
    isShopwrightError(error, 'INVALID_RESPONSE')
  );
}

/** What the call brings, or the error of this package that it throws. */
async function orError<T>(call: Promise<T>, { signal }: Run): Promise<T | ShopwrightError> {
  try {
    return await call;
  } catch (error) {
    signal?.throwIfAborted();
    if (!isShopwrightError(error)) throw error;
    return error;
  }
}

/** Calls in flight at the same time; the client's limiter paces them besides. */
const concurrency = 8;

/** Writes down what the plan would do where all goes well. */
function foretell(plan: Plan, ledger: Ledger): void {
  for (const standing of plan.deletions) ledger.gone(standing);
  for (const { wanted, standing, changes } of plan.updates) ledger.changed({ ...wanted, id: standing.id }, changes);
  for (const creation of plan.creations) ledger.foretold(creation);
}

/** Writes down what becomes of each subscription: for the report, and for the memory. */
class Ledger {
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
  return new ValidationError('The webhook subscription is invalid', { issues: [{ field, message }], shop });
}

function inOrder<T extends ReportedSubscription>(list: readonly T[]): readonly T[] {
  const keyOf = ({ topic, name }: T): string => `${topic} ${name}`;
  return list.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
