// @ts-nocheck
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultKinds } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { resolvers } from '../../../src/testing/fake/graphql/registry.ts';
import { inventoryEndpoints } from '../../../src/testing/fake/rest/inventory-levels.ts';
import { productEndpoints, variantEndpoints } from '../../../src/testing/fake/rest/products.ts';
import { shopEndpoints } from '../../../src/testing/fake/rest/shop.ts';
import { root } from './judges.ts';

const docs = readFileSync(join(root, 'docs/testing.md'), 'utf8');

/** The names in one row of the table of what is simulated. */
function documented(api: string): readonly string[] {
  const row = docs.split('\n').find((line) => line.startsWith(`| ${api} |`)) ?? '';
  return [...row.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []).sort();
}

describe('docs/testing.md', () => {
  it.each([
    ['queries', Object.keys(resolvers.QueryRoot ?? {})],
    ['mutations', Object.keys(resolvers.Mutation ?? {})],
    [
      'REST',
      [...productEndpoints, ...variantEndpoints, ...inventoryEndpoints, ...shopEndpoints].map(
        ({ method, path }) => `${method} ${path}`,
      ),
    ],
  ])('names the %s that are simulated, and no others', (api, simulated) => {
    expect(documented(api)).toEqual([...simulated].sort());
  });

  it('names every kind of fault that is no status', () => {
    for (const kind of faultKinds.filter((name) => !name.startsWith('status-'))) expect(docs).toContain(`\`${kind}\``);
  });
});
