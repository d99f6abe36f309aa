// @ts-nocheck
import fc from 'fast-check';
import { errorPattern } from 'shopwright/storage/adapter';
import { describe, expect, it } from 'vitest';

describe('errorPattern', () => {
  it.each([
    ["Title 'A' is too long", 'Title {text} is too long'],
    ["Title 'It\u2019s Joe's' is too long", 'Title {text} is too long'],
    ['Title "A \'b\' c" is too long', 'Title {text} is too long'],
    ['Titel „A“ und “B” und «C» und `d`', 'Titel „A{text} und {text} und {text}'],
    ["Price can't be blank and isn't a number", "Price can't be blank and isn't a number"],
    ['Price 1,234.50 is over 999', 'Price {number} is over {number}'],
    ['gid://shopify/Product/12 does not exist', '{id} does not exist'],
    ['6a1b0c2d-0000-4000-8000-0123456789ab failed', '{id} failed'],
    ['hash 9f86d081884c7d659a2feaa0 differs', 'hash {id} differs'],
    ['could not load https://cdn.example.com/a%20b.jpg?v=12, gave up', 'could not load {url}, gave up'],
    ['SKU-123 at 2026-11-02T09:15:00Z', 'SKU-{number} at {number}-{number}-{number}T{number}Z'],
    ['  a\n\tb  ', 'a b'],
    ['no deadbeef word', 'no deadbeef word'],
    ['', ''],
  ])('makes of %j the pattern %j', (message, pattern) => {
    expect(errorPattern(message)).toBe(pattern);
  });

  it('is the same for messages that differ in a quoted text or a number', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '-', '<'), maxLength: 20 });
    fc.assert(
      fc.property(word, word, fc.nat(), fc.nat(), (one, other, few, many) => {
        expect(errorPattern(`Title "${one}" has ${few} signs`)).toBe(
          errorPattern(`Title "${other}" has ${many} signs`),
        );
      }),
    );
  });

  it('is at most 200 characters of well-formed text, whatever the message', () => {
    const text = fc.string({
      unit: fc.constantFrom("'", '"', '“', '1', 'a', ' ', '\ud83d', '\ude00', '😀', '.'),
      maxLength: 2_000,
    });
    fc.assert(
      fc.property(text, (message) => {
        const pattern = errorPattern(message);
        expect(pattern.length).toBeLessThanOrEqual(200);
        expect(pattern.isWellFormed()).toBe(true);
      }),
    );
  });

  it('is not exhausted by megabytes of quotes', () => {
    expect(errorPattern("'a".repeat(1_000_000)).length).toBeLessThanOrEqual(200);
  });
});
