import { isShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { parseRows } from '../../../src/sync/sources/rows.ts';

function failureOf(text: string): unknown {
  try {
    parseRows(text, { name: 'feed.json' });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('parseRows', () => {
  it('reads a JSON array, with or without a byte order mark', () => {
    expect(parseRows('[{"a":1},{"a":2}]', { name: 'f' })).toEqual({ rows: [{ a: 1 }, { a: 2 }], rejected: [] });
    expect(parseRows('\uFEFF \n[{"a":1}]', { name: 'f' }).rows).toEqual([{ a: 1 }]);
  });

  it('reads one object per line, and skips blank lines and Windows line ends', () => {
    expect(parseRows('{"a":1}\r\n\r\n{"a":2}\r\n', { name: 'f' })).toEqual({
      rows: [{ a: 1 }, { a: 2 }],
      rejected: [],
    });
  });

  it('goes on after a broken line and reports its place', () => {
    const { rows, rejected } = parseRows('{"a":1}\n\n{"a":2,}\n{"a":3}\n{"a":', { name: 'feed.jsonl' });
    expect(rows).toEqual([{ a: 1 }, { a: 3 }]);
    expect(rejected).toEqual([
      { index: 1, reason: 'feed.jsonl, line 3, column 8: is not JSON: unexpected "}"' },
      { index: 3, reason: 'feed.jsonl, line 5, column 6: is not JSON: the text ends too early' },
    ]);
  });

  it.each([
    ['[\n{"a":1}\n{"a":2}\n]', 'line 3, column 1', 'is not JSON: unexpected "{"'],
    ['[{"a":1}', 'line 1, column 9', 'is not JSON: the text ends too early'],
    ['', 'line 1', 'is empty'],
    [' \n', 'line 1', 'is empty'],
    ['style,name,price\nA1,Tee,12.50\n', 'line 1, column 1', 'one JSON object per line'],
    ['<!doctype html>\n<p>Sign in</p>', 'line 1, column 1', 'one JSON object per line'],
    ['{\n  "products": [\n    1\n  ]\n}\n', 'line 1, column 2', 'pass a JSON array of objects'],
  ])('refuses %j and names file, line and column', (text, field, message) => {
    const error = failureOf(text);
    expect(isShopwrightError(error, 'VALIDATION_FAILED')).toBe(true);
    expect(error).toMatchObject({
      message: expect.stringContaining('feed.json'),
      issues: [{ field, message: expect.stringContaining(message) }],
    });
  });
});
