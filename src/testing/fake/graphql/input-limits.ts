import { GraphQLError } from 'graphql';
import { isRecord } from '../../../internal/json.ts';

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
export function checkInputSize(mutation: string, args: unknown): void {
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
