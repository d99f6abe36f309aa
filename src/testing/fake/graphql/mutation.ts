import { GraphQLError } from 'graphql';
import { isRecord } from '../../../internal/json.ts';
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

/** Runs one mutation field: it happens as a whole, or, where it reports `userErrors`, not at all. */
export function mutate(
  resolve: FieldResolver,
  source: unknown,
  args: unknown,
  context: OperationContext,
  info: Parameters<FieldResolver>[3],
): unknown {
  checkInputSize(info.fieldName, args);
  context.run.executed += 1;
  const unit = context.begin();
  const settle = (payload: unknown): unknown => {
    if (!reportsErrors(payload) || (isRecord(payload) && Object.hasOwn(payload, keepsChanges))) unit.commit();
    return payload;
  };
  const payload = resolve(source, args, unit.context, info);
  return payload instanceof Promise ? payload.then(settle) : settle(payload);
}

/** Entries an input list may have. https://shopify.dev/docs/apps/build/graphql-admin/rate-limits */
const maxEntries = 250;

/** Lists with a limit of their own, by mutation. https://shopify.dev/changelog/product-set-mutation-synchronous-input-improvements */
const exempt: Readonly<Record<string, readonly string[]>> = {
  productSet: ['input.variants', 'input.productOptions.values'],
};

/**
 * Refuses what Shopify refuses before it looks at an input: lists of more than 250 entries.
 *
 * @throws GraphQLError `MAX_INPUT_SIZE_EXCEEDED`.
 */
function checkInputSize(mutation: string, args: unknown): void {
  const visit = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value)) {
      if (value.length > maxEntries && !exempt[mutation]?.includes(path.join('.'))) {
        throw new GraphQLError(
          `The input array size of ${value.length} is greater than the maximum allowed of ${maxEntries}.`,
          { extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED', path } },
        );
      }
      for (const entry of value) visit(entry, path);
    } else if (isRecord(value)) {
      for (const [name, entry] of Object.entries(value)) visit(entry, [...path, name]);
    }
  };
  visit(args, []);
}
