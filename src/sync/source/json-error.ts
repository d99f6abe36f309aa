/** Where a text stops being JSON. Lines and columns count from one, columns in UTF-16 units. */
export interface JsonError {
  readonly line: number;
  readonly column: number;
  /** What stands there, such as `unexpected "}"`. */
  readonly message: string;
}

/** The grammar's tokens. Made anew for each walk, because a sticky pattern remembers its place. */
const tokens = () => ({
  space: /[ \t\n\r]*/y,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these within a string.
  string: /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,
  scalar: /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
});

/**
 * Finds the first place that makes a text no JSON; `undefined` where it is JSON. The messages of
 * `JSON.parse` cannot serve: whether they tell the place depends on the engine and on the mistake.
 */
export function findJsonError(text: string): JsonError | undefined {
  const offset = findOffset(text);
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: describe(text, offset) };
}

function describe(text: string, offset: number): string {
  const found = text.codePointAt(offset);
  if (found === undefined) return 'the text ends too early';
  const { string } = tokens();
  string.lastIndex = offset;
  if (text[offset] === '"' && !string.test(text)) {
    return 'a string that does not end, or that holds a line break or a wrong escape';
  }
  return `unexpected ${JSON.stringify(String.fromCodePoint(found))}`;
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'comma-or-end' | 'nothing';

/** Walks the text with a stack of its own, so that deep nesting cannot exhaust the engine's. */
function findOffset(text: string): number | undefined {
  const { space, string, scalar } = tokens();
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'comma-or-end');
  for (;;) {
    match(space);
    const start = at;
    const character = text[at];
    if (expected === 'nothing') return at < text.length ? at : undefined;
    const closing = open.at(-1) === '[' ? ']' : '}';
    if (expected === 'comma-or-end' && character === ',') {
      at += 1;
      expected = open.at(-1) === '[' ? 'value' : 'key';
    } else if (expected.endsWith('or-end') && character === closing) {
      at += 1;
      open.pop();
      expected = afterValue();
    } else if (expected.startsWith('key')) {
      if (!match(string)) return start;
      match(space);
      if (text[at] !== ':') return at;
      at += 1;
      expected = 'value';
    } else if (!expected.startsWith('value')) {
      return start;
    } else if (character === '[' || character === '{') {
      at += 1;
      open.push(character);
      expected = character === '[' ? 'value-or-end' : 'key-or-end';
    } else if (match(string) || match(scalar)) {
      expected = afterValue();
    } else {
      return start;
    }
  }
}
