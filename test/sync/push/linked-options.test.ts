import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { fakeSync } from '../fake-shop.ts';
import { shopWithColours } from './linked-shop.ts';

const link = { namespace: 'custom', key: 'colour' };

interface Stored {
  readonly options: readonly {
    readonly name: string;
    readonly linkedMetafield?: object;
    readonly optionValues: readonly { readonly name: string; readonly linkedMetafieldValue?: string }[];
  }[];
  readonly variants: readonly { readonly id: string; readonly sku: string; readonly title: string }[];
  readonly metafields: readonly { readonly key: string; readonly value: string }[];
}

async function shop(options: Parameters<typeof fakeSync>[0] = {}) {
  const { sync, fake, client, clock } = fakeSync(options);
  const gids = await shopWithColours(client, clock);
  const shirt = (variants: readonly (readonly [sku: string, colour: string, size: string])[]): ProductDraftInput => ({
    localId: 'shirt',
    title: 'Shirt',
    options: ['Colour', 'Size'],
    linkedOptions: { Colour: link },
    variants: variants.map(([sku, Colour, Size]) => ({ sku, price: '10', options: { Colour, Size } })),
  });
  const stored = (): Stored => fake.products()[0] as unknown as Stored;
  const titles = () => Object.fromEntries(stored().variants.map(({ sku, title }) => [sku, title]));
  const ids = () => Object.fromEntries(stored().variants.map(({ sku, id }) => [sku, id]));
  const sent = () =>
    fake.calls
      .map(({ operation }) => operation)
      .filter((name) => /^Product(Option|Variants)(?!sRead)/.test(name ?? ''));
  return { sync, fake, client, clock, ...gids, shirt, stored, titles, ids, sent };
}

describe('an option that is linked to a metafield', () => {
  it('is created with its link, and is then unchanged', async () => {
    const { sync, clock, black, white, shirt, stored, titles } = await shop();
    const draft = shirt([
      ['B', black, 'S'],
      ['W', white, 'S'],
    ]);
    expect((await clock.run(sync.push(draft))).outcome).toBe('created');
    expect(stored().options[0]).toMatchObject({ name: 'Colour', linkedMetafield: link });
    expect(titles()).toEqual({ B: 'Black / S', W: 'Off-white / S' });
    const again = await clock.run(sync.push(draft, { refresh: true }));
    expect(again).toMatchObject({ outcome: 'unchanged' });
    expect(again).not.toHaveProperty('drifts');
  });

  it('gets other metaobjects and new variants, and existing variants keep their ids', async () => {
    const { sync, clock, black, white, red, shirt, stored, titles, ids } = await shop();
    await clock.run(
      sync.push(
        shirt([
          ['1', black, 'S'],
          ['2', black, 'M'],
          ['3', white, 'S'],
        ]),
      ),
    );
    const before = ids();
    const changed = await clock.run(
      sync.push(
        shirt([
          ['1', white, 'M'],
          ['2', black, 'M'],
          ['3', white, 'S'],
          ['4', red, 'S'],
        ]),
      ),
    );
    expect(changed).toMatchObject({ outcome: 'updated' });
    expect(titles()).toEqual({ 1: 'Off-white / M', 2: 'Black / M', 3: 'Off-white / S', 4: 'Red / S' });
    expect(ids()).toMatchObject(before);
    expect(stored().metafields.find(({ key }) => key === 'colour')?.value).toContain(red);
  });

  it('gets a value replaced in place if all of its variants change', async () => {
    const { sync, clock, black, white, red, shirt, titles, ids, sent } = await shop();
    await clock.run(
      sync.push(
        shirt([
          ['1', black, 'S'],
          ['2', white, 'S'],
        ]),
      ),
    );
    const before = [ids(), sent().length] as const;
    expect(
      await clock.run(
        sync.push(
          shirt([
            ['1', red, 'S'],
            ['2', white, 'S'],
          ]),
        ),
      ),
    ).toMatchObject({ outcome: 'updated' });
    expect(titles()).toEqual({ 1: 'Red / S', 2: 'Off-white / S' });
    expect(ids()).toEqual(before[0]);
    expect(sent().slice(before[1])).toEqual(['ProductOptionUpdate']);
  });

  it('lets variants swap values by way of an option that is not linked', async () => {
    const { sync, clock, black, white, shirt, titles, ids } = await shop();
    await clock.run(
      sync.push(
        shirt([
          ['1', black, 'S'],
          ['2', white, 'M'],
        ]),
      ),
    );
    const before = ids();
    await clock.run(
      sync.push(
        shirt([
          ['1', white, 'M'],
          ['2', black, 'S'],
        ]),
      ),
    );
    expect(titles()).toEqual({ 1: 'Off-white / M', 2: 'Black / S' });
    expect(ids()).toEqual(before);
  });

  it('is added to a product with text options', async () => {
    const { sync, clock, black, white, shirt, titles, ids, stored } = await shop();
    const { linkedOptions: _, ...texts } = shirt([
      ['1', 'black', 'S'],
      ['2', 'white', 'S'],
    ]);
    await clock.run(sync.push(texts));
    const before = ids();
    const linked = await clock.run(
      sync.push(
        shirt([
          ['1', black, 'S'],
          ['2', white, 'S'],
        ]),
      ),
    );
    expect(linked).toMatchObject({ outcome: 'updated' });
    expect(titles()).toEqual({ 1: 'Black / S', 2: 'Off-white / S' });
    expect(ids()).toEqual(before);
    expect(stored().options[0]).toMatchObject({ linkedMetafield: link });
  });

  it('is added to a product that has no options', async () => {
    const { sync, clock, black, shirt, titles, stored } = await shop();
    await clock.run(sync.push({ localId: 'shirt', title: 'Shirt', variants: [{ sku: '1', price: '10' }] }));
    expect(await clock.run(sync.push(shirt([['1', black, 'S']])))).toMatchObject({ outcome: 'updated' });
    expect(titles()).toEqual({ 1: 'Black / S' });
    expect(stored().options[0]).toMatchObject({ linkedMetafield: link });
  });

  it('reports and keeps changes of a merchant', async () => {
    const { sync, fake, client, clock, black, white, red, shirt, stored, titles } = await shop();
    const draft = shirt([
      ['1', black, 'S'],
      ['2', white, 'S'],
    ]);
    await clock.run(sync.push(draft));
    const [variant] = stored().variants;
    await clock.run(
      client.graphql(
        'mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }',
        {
          id: fake.products()[0]?.['id'],
          variants: [{ id: variant?.id, optionValues: [{ optionName: 'Colour', linkedMetafieldValue: red }] }],
        },
      ),
    );
    const told = await clock.run(sync.push(draft, { refresh: true }));
    expect(told).toMatchObject({
      outcome: 'unchanged',
      drifts: [
        {
          list: 'variants',
          key: '1',
          field: 'options',
          theirs: [
            ['Colour', red],
            ['Size', 'S'],
          ],
        },
      ],
    });
    await clock.run(sync.push(draft, { refresh: true, onDrift: 'ours' }));
    expect(titles()).toEqual({ 1: 'Black / S', 2: 'Off-white / S' });
  });

  it('gets a new variant while a merchant has renamed another option', async () => {
    const { sync, client, clock, black, white, shirt, stored, titles, fake } = await shop();
    await clock.run(sync.push(shirt([['B', black, 'S']])));
    await clock.advance(1_000);
    const [, size] = stored().options as unknown as { readonly id: string }[];
    await clock.run(
      client.graphql(
        'mutation ($id: ID!, $option: OptionUpdateInput!) { productOptionUpdate(productId: $id, option: $option) { userErrors { code } } }',
        { id: fake.products()[0]?.id, option: { id: size?.id, name: 'Fit' } },
      ),
    );
    await clock.advance(1_000);
    const two = shirt([
      ['B', black, 'S'],
      ['W', white, 'M'],
    ]);
    expect(await clock.run(sync.push(two))).toMatchObject({ outcome: 'updated', drifts: [{ field: 'options' }] });
    expect(stored().options.map(({ name }) => name)).toEqual(['Colour', 'Fit']);
    expect(titles()).toEqual({ B: 'Black / S', W: 'Off-white / M' });
  });

  it.each([
    ['one push', []],
    ['several pushes', ['New']],
  ])(
    'keeps, after %s, its link and the name that a merchant gave it when a variant is added',
    async (_what, vendors) => {
      const name = 'Farbe';
      const { sync, client, clock, black, white, red, shirt, stored, titles, fake } = await shop();
      await clock.run(sync.push(shirt([['B', black, 'S']])));
      for (const vendor of vendors) await clock.run(sync.push({ ...shirt([['B', black, 'S']]), vendor }));
      await clock.advance(1_000);
      const [colour] = stored().options as unknown as { readonly id: string }[];
      await clock.run(
        client.graphql(
          'mutation ($id: ID!, $option: OptionUpdateInput!) { productOptionUpdate(productId: $id, option: $option) { userErrors { code } } }',
          { id: fake.products()[0]?.id, option: { id: colour?.id, name } },
        ),
      );
      await clock.advance(1_000);
      const two = shirt([
        ['B', black, 'S'],
        ['W', white, 'M'],
      ]);
      expect(await clock.run(sync.push(two))).toMatchObject({ outcome: 'updated' });
      expect(stored().options[0]).toMatchObject({ name, linkedMetafield: link });
      expect(stored().options.map((option) => option.name)).toEqual([name, 'Size']);
      expect(titles()).toEqual({ B: 'Black / S', W: 'Off-white / M' });
      const again = await clock.run(sync.push(two, { refresh: true }));
      expect(again.outcome).toBe('unchanged');
      await clock.run(sync.rollback({ localId: 'shirt' }));
      expect(stored().options[0]).toMatchObject({ name, linkedMetafield: link });
      expect(titles()).toEqual({ B: 'Black / S' });
      const changed = shirt([['B', red, 'S']]);
      await clock.run(sync.push(changed, { onConflict: 'ours', onDrift: 'ours' }));
      expect(stored().options[0]).toMatchObject({ name: 'Colour', linkedMetafield: link });
      expect(titles()).toEqual({ B: 'Red / S' });
    },
  );

  it('is restored by a rollback, even of a deleted product', async () => {
    const { sync, clock, black, white, red, shirt, stored, titles } = await shop();
    const draft = shirt([
      ['1', black, 'S'],
      ['2', white, 'S'],
    ]);
    await clock.run(sync.pushMany([draft]));
    const before = stored();
    const changed = await clock.run(
      sync.pushMany([
        shirt([
          ['1', red, 'S'],
          ['2', white, 'M'],
        ]),
      ]),
    );
    await clock.run(sync.rollback({ runId: changed.runId }));
    expect(titles()).toEqual({ 1: 'Black / S', 2: 'Off-white / S' });
    expect(stored().options.map(({ optionValues }) => optionValues.map(({ name }) => name))).toEqual(
      before.options.map(({ optionValues }) => optionValues.map(({ name }) => name)),
    );
    const runId = 'deletion';
    await clock.run(sync.delete(['shirt'], { runId }));
    expect(stored()).toBeUndefined();
    const report = await clock.run(sync.rollback({ runId }));
    expect(report.counts).toMatchObject({ recreated: 1, failed: 0 });
    expect(titles()).toEqual({ 1: 'Black / S', 2: 'Off-white / S' });
    expect(stored().options[0]).toMatchObject({ linkedMetafield: link });
  });

  it("keeps its metafield with managed: { metafields: 'all' }", async () => {
    const { sync, clock, black, shirt, stored } = await shop();
    const metafields = [{ namespace: 'custom', key: 'care', type: 'single_line_text_field', value: 'Wash' }];
    await clock.run(sync.push({ ...shirt([['1', black, 'S']]), metafields }));
    const [care] = metafields;
    const changed = { ...shirt([['1', black, 'S']]), metafields: [{ ...care, value: 'Iron' } as typeof care & object] };
    await clock.run(sync.push(changed, { managed: { metafields: 'all' } }));
    expect(stored().metafields.map(({ key, value }) => [key, value])).toEqual(
      expect.arrayContaining([
        ['care', 'Iron'],
        ['colour', JSON.stringify([black])],
      ]),
    );
  });

  it('is refused with Shopify’s message if the shop has no such metafield', async () => {
    const { sync, clock, black, shirt } = await shop();
    const draft = { ...shirt([['1', black, 'S']]), linkedOptions: { Colour: { namespace: 'custom', key: 'none' } } };
    expect(await clock.run(sync.push(draft))).toMatchObject({
      outcome: 'failed',
      error: {
        userErrors: expect.arrayContaining([
          expect.objectContaining({ code: 'LINKED_METAFIELD_DEFINITION_NOT_FOUND' }),
        ]),
      },
    });
  });
});
