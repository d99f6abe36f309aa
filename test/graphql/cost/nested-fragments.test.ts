import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { estimateCost } from '../../../src/graphql/cost/estimate.ts';
import { explainParsed } from '../../../src/graphql/cost/explain.ts';

/** Fragments that each use the next one twice, and how often their selections are read. */
function nested(levels: number, use: (next: string) => string): { visits: number; points: number } {
  const fragments = Array.from(
    { length: levels },
    (_, level) => `fragment F${level} on Node { id ${use(`...F${level + 1}`)} }`,
  );
  const document = parse(`query { node { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Node { id }`);
  let visits = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== 'FragmentDefinition') continue;
    const { selections } = definition.selectionSet;
    Object.defineProperty(definition.selectionSet, 'selections', {
      get() {
        visits += 1;
        return selections;
      },
    });
  }
  const points = estimateCost(document);
  explainParsed(document, {});
  return { visits, points };
}

it.each([
  ['below two fields', (next: string) => `a { ${next} } b { ${next} }`],
  ['in one field twice', (next: string) => `${next} ${next}`],
  ['below one field that occurs twice', (next: string) => `a { ${next} } a { ${next} } b { ${next} } b { ${next} }`],
])('reads nested fragments in time linear in their number: %s', (_, use) => {
  expect(nested(12, use).visits).toBeLessThanOrEqual(10 * 13);
});

it('counts a fragment at each of its uses', () => {
  expect(nested(3, (next) => `a { ${next} } b { ${next} }`).points).toBe(1 + 2 + 4 + 8);
});
