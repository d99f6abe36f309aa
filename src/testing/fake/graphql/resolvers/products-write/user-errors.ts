import type { UserProblem } from '../problems.ts';

/** Names of `productSet` for what other mutations call otherwise. */
const ownNames: Readonly<Record<string, string>> = { collections: 'collectionsToJoin', files: 'media' };

/** Problems that were found by the parts of `productSet`, as mutations without `input` and codes report them. */
export function inOwnWords(problems: readonly UserProblem[]): readonly UserProblem[] {
  return problems.map(({ field, message }) => {
    const [, name = '', ...rest] = field ?? [];
    return { field: [ownNames[name] ?? name, ...rest], message };
  });
}
