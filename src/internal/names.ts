/** One thing that is wrong with options; the shape of an `Issue`. */
interface NameIssue {
  readonly field: string;
  readonly message: string;
}

/**
 * What is wrong with the names of options: each that does not exist, with the nearest that does. An option that is
 * `undefined` counts as not given.
 *
 * @param known All names there are. As a record, so that the compiler sees one that is missing.
 * @param group Put before the names, such as `retry.`.
 */
export function unknownNames(
  given: object | undefined,
  known: Readonly<Record<string, unknown>>,
  group = '',
): readonly NameIssue[] {
  return Object.keys(given ?? {})
    .filter((name) => !Object.hasOwn(known, name) && Reflect.get(given ?? {}, name) !== undefined)
    .map((name) => {
      const message = `is not an option. ${suggestion(name, Object.keys(known), group)}`;
      return { field: `${group}${name}`, message };
    });
}

/** What is wrong with a value that must be one of a few. `undefined` counts as not given. */
export function unknownValue(field: string, value: unknown, allowed: readonly string[]): readonly NameIssue[] {
  if (value === undefined || allowed.some((known) => known === value)) return [];
  const given = typeof value === 'string' ? value : '';
  return [{ field, message: `must be one of ${allowed.join(', ')}. ${suggestion(given, allowed)}`.trimEnd() }];
}

/**
 * What is wrong with a list of ids. A text is iterable too: letter by letter, so that `delete('12')` would be about the
 * products 1 and 2.
 */
export function idListIssues(field: string, ids: unknown): readonly NameIssue[] {
  if (typeof ids === 'string')
    return [{ field, message: `is one text: give a list of them, such as [${JSON.stringify(ids.slice(0, 60))}].` }];
  const isIterable = typeof ids === 'object' && ids !== null && (Symbol.iterator in ids || Symbol.asyncIterator in ids);
  return isIterable ? [] : [{ field, message: 'must be a list, or another iterable of ids.' }];
}

/** What is wrong with something that a host plugs in: the methods that it lacks. `undefined` counts as not given. */
export function missingMethods(field: string, value: unknown, methods: readonly string[]): readonly NameIssue[] {
  const missing = methods.filter((method) => typeof Object(value)[method] !== 'function');
  if (value === undefined || missing.length === 0) return [];
  return [{ field, message: `must have the methods ${methods.join(', ')}. It lacks ${missing.join(', ')}.` }];
}

const suggestion = (name: string, names: readonly string[], group = ''): string =>
  name === '' ? '' : `Did you mean ${group}${nearestName(name, names)}?`;

/**
 * The name that is the fewest edits away from a text.
 *
 * @param form Brings names and text into the form in which they are compared. Default: lower case.
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
