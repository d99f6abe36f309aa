// @ts-nocheck
import { isRecord } from '../../../internal/json.ts';
import type { ExecutedField } from '../model.ts';
import type { FieldResolver, OperationContext } from './context.ts';

const keepsChanges = Symbol('keeps its changes despite userErrors');

/** Marks a payload whose `userErrors` do not undo the rest, as `allowPartialUpdates` has it. */
export function standsDespiteErrors<T extends object>(payload: T): T {
  return { ...payload, [keepsChanges]: true };
}

/** Whether a payload reports problems, under whatever name: `userErrors`, `locationActivateUserErrors`, … */
export function reportsErrors(payload: unknown): boolean {
  return (
    isRecord(payload) &&
    Object.entries(payload).some(
      ([name, value]) => /userErrors$/i.test(name) && Array.isArray(value) && value.length > 0,
    )
  );
}

/**
 * Runs one mutation field: it happens as a whole, or, where it reports `userErrors`, not at all.
 *
 * @param note Told what came of it.
 */
export function mutate(
  note: (result: ExecutedField['result']) => void,
  resolve: FieldResolver,
  source: unknown,
  args: unknown,
  context: OperationContext,
  info: Parameters<FieldResolver>[3],
): unknown {
  context.run.executed += 1;
  note('error');
  const unit = context.begin();
  const settle = (payload: unknown): unknown => {
    const isRefused = reportsErrors(payload);
    note(isRefused ? 'user-errors' : 'ok');
    if (!isRefused || (isRecord(payload) && Object.hasOwn(payload, keepsChanges))) unit.commit();
    return payload;
  };
  const payload = resolve(source, args, unit.context, info);
  return payload instanceof Promise ? payload.then(settle) : settle(payload);
}
