import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { createEstimator, estimateCost, wholePoints } from '../../../src/graphql/cost/estimate.ts';

const document = parse(`
  query Page($first: Int = 7, $deep: Boolean!, $unused: String) {
    products(first: $first) { nodes { id variants(first: 10) @include(if: $deep) { nodes { id } } } }
  }
  mutation Write($product: ProductCreateInput) { productCreate(product: $product) { product { id } } }
`);

it('agrees with a fresh estimate for any sequence of variables', () => {
  const variables = fc.record(
    {
      first: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(null), fc.constant(undefined), fc.string()),
      deep: fc.boolean(),
      unused: fc.string(),
      product: fc.record({ metafields: fc.array(fc.constant({ key: 'a' }), { maxLength: 5 }) }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(variables, { maxLength: 20 }), fc.constantFrom('Page', 'Write'), (calls, name) => {
      const estimate = createEstimator(document, name);
      for (const given of calls)
        expect(wholePoints(estimate(given))).toBe(wholePoints(estimateCost(document, given, name)));
    }),
  );
});

it('counts an input object again that was changed in place', () => {
  const estimate = createEstimator(document, 'Write');
  const given = { product: { metafields: [{}] as object[] } };
  const before = estimate(given);
  given.product.metafields.push(...Array.from({ length: 10 }, () => ({})));
  expect(estimate(given)).toBe(before + 4);
});
