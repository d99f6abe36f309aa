import type { ShopwrightError } from '../errors/base.ts';
import {
  isInvalidResponseError,
  isOutcomeUnknownError,
  isShopifyUserError,
  isShopwrightError,
} from '../errors/guards.ts';
import type { Calls } from './calls.ts';
import { differences, type Standing } from './content.ts';
import type { Creation, Plan } from './diff.ts';
import type { Ledger } from './ledger.ts';
import { sideBySide } from './side-by-side.ts';

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
export async function carryOut(plan: Plan, run: Run): Promise<void> {
  await deleteAll(plan.deletions, run);
  await sideBySide(
    plan.updates,
    async ({ wanted, standing, changes }) => {
      const made = await orError(run.calls.update(standing.id, wanted), run);
      if (isShopwrightError(made)) run.ledger.failed('update', wanted, made, standing.id);
      else run.ledger.changed(made, changes);
    },
    run.signal,
  );
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
  await sideBySide(deletions, remove, run.signal);
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
    await sideBySide(todo, make, run.signal);
    const now = doubtful.length > 0 ? await orError(run.calls.read(), run) : [];
    todo = doubtful.flatMap(({ creation, error }) => {
      const { wanted } = creation;
      const name = wanted.name.toLowerCase();
      const found = isShopwrightError(now) ? undefined : now.find((one) => one.name?.toLowerCase() === name);
      const isRefused = isShopifyUserError(error);
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
  return isShopifyUserError(error) || isOutcomeUnknownError(error) || isInvalidResponseError(error);
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
