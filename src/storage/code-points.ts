/** Moves surrogates above U+FFFF's place, so that UTF-16 units compare as the code points they stand for. */
const rank = (unit: number): number => {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
};

/**
 * Orders text by code point, as SQLite (`BINARY`) and Postgres (collation `C`) order UTF-8. JavaScript's own
 * order is by UTF-16 unit and puts an emoji before U+FF5E.
 */
export function compareCodePoints(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const lastCodePoint = 0x10ffff;

/**
 * The first text, by code point, after all texts with that beginning; `undefined` where there is none. So
 * `text >= prefix and text < end` finds them by an index, with no wildcard to escape.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no code points of a text.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
