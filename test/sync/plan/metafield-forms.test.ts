import { createMetafields, type PushResult } from 'shopwright/sync';
import type { DraftMetafield } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

/** Values that Shopify stores in another form. */
const forms: readonly (readonly [type: string, value: string, stored: string])[] = [
  ['weight', '{"unit":"kg","value":1.50}', '{"value":1.5,"unit":"kg"}'],
  ['temperature', '{"value":20,"unit":"celsius"}', '{"value":20.0,"unit":"CELSIUS"}'],
  [
    'rating',
    '{"value":"4.5","scale_min":"1.0","scale_max":"5.0"}',
    '{"scale_min":"1.0","scale_max":"5.0","value":"4.5"}',
  ],
  ['date_time', '2026-01-02T03:04:05', '2026-01-02T03:04:05+00:00'],
  ['date_time', '2026-01-02T03:04:05.123Z', '2026-01-02T03:04:05+00:00'],
  ['list.date_time', '["2026-01-02T03:04:05Z"]', '["2026-01-02T03:04:05+00:00"]'],
  ['list.dimension', '[{"value":1,"unit":"cm"}]', '[{"value":1.0,"unit":"cm"}]'],
];

const draft = (metafields: readonly DraftMetafield[], title = 'Tee') => ({
  ...tee('t', { title, metafields }),
  variants: [{ sku: 't-S', price: '24.90', options: { Size: 'S' }, metafields: [...metafields] }],
});

const size = (type: string, value: string): DraftMetafield[] => [{ namespace: 'custom', key: 'size', type, value }];

interface Stored {
  readonly id: string;
  readonly metafields: readonly { readonly key: string; readonly value: string }[];
}

const product = ({ fake }: FakeSync): Stored => fake.products()[0] as unknown as Stored;

const valueIn = (made: FakeSync): string | undefined =>
  product(made).metafields.find(({ key }) => key === 'size')?.value;

describe('a metafield that Shopify stores in another form', () => {
  it.each(forms)('is not drift, and a rollback restores it: %s %s', async (type, value, stored) => {
    const made = fakeSync();
    const { clock, sync } = made;
    const push = (one: ReturnType<typeof draft>, runId: string): Promise<PushResult> =>
      clock.run(sync.push(one, { runId, refresh: true }));
    expect(await push(draft(size(type, value)), 'one')).toMatchObject({ outcome: 'created' });
    expect(valueIn(made)).toBe(stored);
    expect(await push(draft(size(type, value)), 'two')).toMatchObject({ outcome: 'unchanged' });
    expect(await clock.run(sync.reconcile())).toMatchObject({ consistency: 100, findings: [] });

    expect(await push(draft([]), 'three')).toMatchObject({ outcome: 'updated' });
    expect(valueIn(made)).toBeUndefined();
    expect(await push(draft(size(type, value)), 'four')).toMatchObject({ outcome: 'updated' });
    const undone = await clock.run(sync.rollback({ runId: 'four' }));
    expect(undone.counts).toMatchObject({ restored: 1, partly: 0 });
    expect(valueIn(made)).toBeUndefined();
  });

  it.each(forms)('is not set again: %s %s', async (type, value) => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(draft(size(type, value))));
    const metafields = createMetafields({ client: made.client });
    const row = { ownerId: product(made).id, namespace: 'custom', key: 'size', value };
    expect(await made.clock.run(metafields.set([row]))).toMatchObject({ set: 0, unchanged: 1 });
    const other = value.replace(/[1-9]/, '3');
    expect(await made.clock.run(metafields.set([{ ...row, value: other, expected: value }]))).toMatchObject({ set: 1 });
  });

  it.each([
    ['json', '{"b":1,"a":[1,2.5]}', '{"a":[1,2.50],"b":1}', true],
    ['json', '{"id":9007199254740993}', '{"id":9007199254740992}', false],
    ['json', '{"a":[1,2]}', '{"a":[2,1]}', false],
    ['json', '{"value":1,"unit":"kg"}', '{"value":1,"unit":"KG"}', false],
    ['number_decimal', '12.5', '12.50', true],
    ['single_line_text_field', '{"a":1}', '{"a": 1}', false],
    ['single_line_text_field', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05+00:00', false],
    ['date_time', '2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z', false],
    ['weight', '{"value":1,"unit":"kg"}', '{"value":1,"unit":"g"}', false],
  ])('%s: %s and %s are the same: %s', async (type, ours, theirs, isSame) => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(draft(size(type, ours))));
    const metafield = { ownerId: product(made).id, namespace: 'custom', key: 'size', type, value: theirs };
    await made.clock.run(
      made.client.graphql(
        'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }',
        { m: [metafield] },
      ),
    );
    const { findings } = await made.clock.run(made.sync.reconcile());
    expect(findings.map(({ kind }) => kind)).toEqual(isSame ? [] : ['edited']);
  });
});
