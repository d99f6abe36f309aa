/** A problem with an option; has the shape of an `Issue`. */
interface NameIssue {
  readonly field: string;
  readonly message: string;
}

/**
 * Finds unknown options, and suggests the nearest name. An `undefined` option counts as not given.
 *
 * @param known All names that exist, as a record, so that the compiler reports missing ones.
 * @param group Prefix of the names, such as `retry.`.
 */
export function unknownNames(
  given: object | undefined,
  known: Readonly<Record<string, unknown>>,
  group = '',
): readonly NameIssue[] {
  return Object.keys(given ?? {})
    .filter((name) => !Object.hasOwn(known, name) && Reflect.get(given ?? {}, name) !== undefined)
    .map((name) => {
      const names = Object.keys(known);
      const nearest = nearestName(name, names);
      // A name of which more than half would have to change is no help.
      const isNear =
        2 * editDistance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(name.length, nearest.length);
      const hint = isNear ? `Did you mean ${group}${nearest}?` : `The options are ${names.join(', ')}.`;
      return { field: `${group}${name}`, message: `is not an option. ${hint}` };
    });
}

/** Checks a value that must be one of a few. `undefined` counts as not given. */
export function unknownValue(field: string, value: unknown, allowed: readonly string[]): readonly NameIssue[] {
  if (value === undefined || allowed.some((known) => known === value)) return [];
  const hint = typeof value === 'string' && value !== '' ? ` Did you mean ${nearestName(value, allowed)}?` : '';
  return [{ field, message: `must be one of ${allowed.join(', ')}.${hint}` }];
}

/** Checks a list of ids. A string is iterable too, by character: `delete('12')` would delete the products 1 and 2. */
export function idListIssues(field: string, ids: unknown): readonly NameIssue[] {
  if (typeof ids === 'string')
    return [{ field, message: `is a single text: pass a list, such as [${JSON.stringify(ids.slice(0, 60))}].` }];
  const isIterable = typeof ids === 'object' && ids !== null && (Symbol.iterator in ids || Symbol.asyncIterator in ids);
  return isIterable ? [] : [{ field, message: 'must be a list or another iterable of ids.' }];
}

/** Checks that an object passed by the host has all methods that it needs. `undefined` counts as not given. */
export function missingMethods(field: string, value: unknown, methods: readonly string[]): readonly NameIssue[] {
  const missing = methods.filter((method) => typeof Object(value)[method] !== 'function');
  if (value === undefined || missing.length === 0) return [];
  return [{ field, message: `must have the methods ${methods.join(', ')}. It lacks ${missing.join(', ')}.` }];
}

/** Finds the nearest name, unless more than half of its letters would have to change. */
export function similarName(text: string, names: readonly string[]): string | undefined {
  const nearest = nearestName(text, names);
  const edits = editDistance(text.toLowerCase(), nearest.toLowerCase());
  return 2 * edits <= Math.max(text.length, nearest.length) ? nearest : undefined;
}

/**
 * Finds the name with the smallest edit distance to a text.
 *
 * @param form Normalises names and text before they are compared. Default: lower case.
 */
export function nearestName(
  text: string,
  names: readonly string[],
  form: (name: string) => string = (name) => name.toLowerCase(),
): string {
  const wanted = form(text.trim().slice(0, 100));
  let nearest = '';
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const edits = editDistance(wanted, form(name));
    if (edits < fewest) [nearest, fewest] = [name, edits];
  }
  return nearest;
}

/** The Levenshtein distance: letters to insert, delete or replace. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  let edits = other.length;
  for (const [index, letter] of [...one].entries()) {
    let diagonal = 0;
    row = row.map((above, at) => {
      const replaced = diagonal + (letter === other[at - 1] ? 0 : 1);
      edits = at === 0 ? index + 1 : Math.min(replaced, above + 1, edits + 1);
      diagonal = above;
      return edits;
    });
  }
  return edits;
}
