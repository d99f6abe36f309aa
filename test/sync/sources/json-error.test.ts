import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonError } from '../../../src/sync/sources/rows.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('findJsonError', () => {
  it.each([
    ['', 1, 1, 'the text ends too early'],
    ['[1, 2', 1, 6, 'the text ends too early'],
    ['[1,]', 1, 4, 'unexpected "]"'],
    ['[1 2]', 1, 4, 'unexpected "2"'],
    ['[1]]', 1, 4, 'unexpected "]"'],
    ['{"a" 1}', 1, 6, 'unexpected "1"'],
    ['{"a":1,}', 1, 8, 'unexpected "}"'],
    ['{a:1}', 1, 2, 'unexpected "a"'],
    ['[\n  {"a": tru}\n]', 2, 9, 'unexpected "t"'],
    ['[{"a":1}\n{"a":2}]', 2, 1, 'unexpected "{"'],
    ['[😀]', 1, 2, 'unexpected "😀"'],
    ['["abc]', 1, 2, 'a string that is not closed, or contains a line break or an invalid escape'],
    ['["a\nb"]', 1, 2, 'a string that is not closed, or contains a line break or an invalid escape'],
    ['{"a\\x": 1}', 1, 2, 'a string that is not closed, or contains a line break or an invalid escape'],
    ['01', 1, 2, 'unexpected "1"'],
    ['1.', 1, 2, 'unexpected "."'],
    ['}', 1, 1, 'unexpected "}"'],
  ])('reports the place in %j', (text, line, column, message) => {
    expect(findJsonError(text)).toEqual({ line, column, message });
  });

  it('finds nothing in JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        expect(findJsonError(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined();
      }),
    );
  });

  it('agrees with JSON.parse on texts that were cut or altered', () => {
    const altered = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '[', ']', '{', '}', ',', ':', '"', '\\', '1', ' ', '\n', 'e', '-', '.'),
      )
      .map(([text, place, piece]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + piece + text.slice(at + (place % 2));
      });
    fc.assert(
      fc.property(altered, (text) => {
        expect(findJsonError(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is not exhausted by deep nesting or long strings', () => {
    expect(findJsonError('['.repeat(100_000))).toMatchObject({ line: 1, column: 100_001 });
    expect(findJsonError(`["${'a'.repeat(1_000_000)}",]`)).toMatchObject({ column: 1_000_005 });
  });
});
