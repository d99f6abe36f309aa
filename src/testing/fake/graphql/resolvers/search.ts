import { notSimulated } from '../errors.ts';
import { parseGid } from '../gid.ts';

/** A term of a search, such as `status:`: the test that a value makes. */
export type SearchTerm<T> = (value: string) => (thing: T) => boolean;

/** The term `id:`, which takes the gid or its number. */
export const byId: SearchTerm<{ readonly id: string }> = (value) => (thing) =>
  thing.id === value || parseGid(thing.id)?.key === value;

/** A term that looks for a part of a text, whatever its case. */
export const containing =
  <T>(textOf: (thing: T) => string | null): SearchTerm<T> =>
  (value) =>
  (thing) =>
    textOf(thing)?.toLowerCase().includes(value.toLowerCase()) ?? false;

/** A term that wants one of some words, whatever their case, with commas between them. */
export const oneOf =
  <T>(wordOf: (thing: T) => string): SearchTerm<T> =>
  (value) =>
  (thing) =>
    value.toLowerCase().split(',').includes(wordOf(thing).toLowerCase());

/**
 * What a search such as `status:active title:"Red tee"` finds: terms that must all hold. A blank one finds all.
 *
 * @param place Where it stands, such as `QueryRoot.products`.
 * @throws GraphQLError `NOT_SIMULATED` for anything else that Shopify's search syntax knows.
 */
export function searched<T>(
  things: readonly T[],
  query: string | null | undefined,
  terms: Readonly<Record<string, SearchTerm<T>>>,
  place: string,
): readonly T[] {
  const words = query?.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const tests = words
    .filter((word) => word !== 'AND')
    .map((word) => {
      const match = /^(\w+):(?:"([^"*]*)"|'([^'*]*)'|([^\s"'*:<>()]+(?::[^\s"'*<>()]+)?))$/.exec(word);
      const [name = '', ...values] = match?.slice(1) ?? [];
      const term = Object.hasOwn(terms, name) ? terms[name] : undefined;
      if (!term) throw notSimulated(`${place}(query: ${JSON.stringify(word)})`);
      return term(values.find((value) => value !== undefined) ?? '');
    });
  return tests.length === 0 ? things : things.filter((thing) => tests.every((test) => test(thing)));
}
