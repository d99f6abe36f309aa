import { createReferences, readCsv } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { fakeSync } from '../../fake-shop.ts';
import { shopWithColours } from '../../push/linked-shop.ts';

const header = 'Handle,Title,Option1 Name,Option1 Value,Option1 Linked To,Variant SKU,Variant Price';
const file = (colours: readonly string[], metafield = 'custom.colour') =>
  [
    header,
    ...colours.map((colour, index) => {
      const [title, name, linked] = index === 0 ? ['Shirt', 'Colour', `product.metafields.${metafield}`] : ['', '', ''];
      return `shirt,${title},${name},${colour},${linked},S-${index},10.00`;
    }),
    '',
  ].join('\n');

describe('references of a product CSV', () => {
  it('are found in the shop, so that a file with linked options can be pushed', async () => {
    const { sync, fake, client, clock } = fakeSync();
    const { black, white } = await shopWithColours(client, clock);
    const sound = readCsv(file(['black', 'white-1']), {
      format: 'shopify',
      resolveReference: createReferences(client),
    });
    const { drafts: products, issues } = await clock.run(sound.collect());
    expect(issues).toEqual([]);
    expect(products).toMatchObject([{ variants: [{ options: { Colour: black } }, { options: { Colour: white } }] }]);
    expect((await clock.run(sync.pushMany(products))).counts).toMatchObject({ created: 1 });
    expect(fake.products()).toMatchObject([{ variants: [{ title: 'Black' }, { title: 'Off-white' }] }]);
  });

  it('look up a metafield once, and report what the shop does not have', async () => {
    const { sync, fake, client, clock } = fakeSync();
    await shopWithColours(client, clock);
    const before = fake.calls.length;
    const reading = readCsv(file(['black', 'mauve']), {
      format: 'shopify',
      resolveReference: createReferences(client),
    });
    const { drafts, issues } = await clock.run(reading.collect());
    expect(issues).toMatchObject([
      {
        code: 'linked-option',
        severity: 'warning',
        row: 2,
        column: 'Option1 Linked To',
        message: expect.stringContaining('mauve'),
      },
    ]);
    expect(fake.calls.slice(before).map(({ operation }) => operation)).toEqual([
      'MetafieldReferences',
      'MetaobjectTypeRead',
      'MetaobjectByHandle',
      'MetaobjectByHandle',
    ]);
    const { invalid } = await clock.run(sync.pushMany(drafts));
    expect(invalid).toMatchObject([
      { issues: [{ code: 'linked-value-unresolved', field: 'variants[1].options["Colour"]' }] },
    ]);
    expect(fake.products()).toEqual([]);
  });

  it('that are not metaobjects, or whose metafield is not defined, are not found', async () => {
    const { client, clock } = fakeSync();
    await shopWithColours(client, clock);
    const find = createReferences(client);
    const name = { namespace: 'custom', key: 'colour' };
    expect(await clock.run(find('black', name, 'product_reference'))).toBeUndefined();
    expect(await clock.run(find('black', { ...name, key: 'none' }, 'metaobject_reference'))).toBeUndefined();
    expect(await clock.run(find('black', name, 'list.metaobject_reference'))).toMatch(/^gid:/);
  });
});
