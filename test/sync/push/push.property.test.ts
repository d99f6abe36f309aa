import fc from 'fast-check';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { anyDraft } from '../drafts.ts';
import { type FakeSync, fakeSync } from '../fake-shop.ts';

/** The compared parts of the fake's product. */
interface Stored {
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  readonly descriptionHtml: string;
  readonly templateSuffix: string | null;
  readonly seo: { readonly title: string | null };
  readonly tags: readonly string[];
  readonly collectionIds: readonly string[];
  readonly media: readonly {
    readonly id: string;
    readonly alt: string | null;
    readonly image: { readonly url: string };
  }[];
  readonly metafields: readonly { readonly namespace: string; readonly key: string; readonly value: string }[];
  readonly variants: readonly StoredVariant[];
}

interface StoredVariant {
  readonly id: string;
  readonly sku: string | null;
  readonly price: string;
  readonly compareAtPrice: string | null;
  readonly title: string;
  readonly taxable: boolean;
  readonly mediaIds: readonly string[];
  readonly metafields: readonly { readonly key: string; readonly value: string }[];
  readonly inventoryItem: { readonly tracked: boolean; readonly countryCodeOfOrigin?: string | null };
}

const stored = ({ fake }: FakeSync): Stored => fake.products()[0] as unknown as Stored;

const byKey = (list: readonly { readonly key: string; readonly value: string }[]) =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]));

/** Entries that a merchant has added by hand. */
async function addByHand({ client, clock }: FakeSync, id: string): Promise<void> {
  await clock.run(
    client.graphql(
      `mutation ($id: ID!) {
        tagsAdd(id: $id, tags: ["By hand"]) { userErrors { message } }
        metafieldsSet(metafields: [{ ownerId: $id, namespace: "custom", key: "mine", type: "single_line_text_field", value: "x" }]) { userErrors { message } }
        productUpdate(product: { id: $id }, media: [{ originalSource: "https://cdn.example.com/mine.jpg", alt: "mine", mediaContentType: IMAGE }]) { userErrors { message } }
      }`,
      { id },
    ),
  );
}

const limits = { maxDeletes: { variants: 4, variantsWithStock: 4 } };

describe('for any two drafts of a product', () => {
  it('the second is pushed without touching what a merchant added, and is undone completely', async () => {
    await fc.assert(
      fc.asyncProperty(anyDraft, anyDraft, async (first, second) => {
        const made = fakeSync();
        const { sync, clock } = made;
        expect((await clock.run(sync.push(first))).outcome).toBe('created');
        await clock.advance(1_000);
        await addByHand(made, stored(made).id);
        await clock.advance(1_000);
        const before = stored(made);

        const result = await clock.run(sync.push(second, limits));
        expect(result).toMatchObject({ outcome: expect.stringMatching(/updated|unchanged/) });
        await clock.advance(1_000);
        expectDraft(stored(made), second, before);
        const again = await clock.run(sync.push(second, { ...limits, refresh: true }));
        expect(again).toEqual({ outcome: 'unchanged', localId: 'p', gid: before.id });

        if (result.outcome !== 'updated') return;
        const { counts, notable } = await clock.run(sync.rollback({ localId: 'p' }));
        expect({ counts, others: notable.flatMap(({ others }) => others) }).toMatchObject({
          counts: { partly: 0, failed: 0 },
          others: [],
        });
        expect(comparable(stored(made))).toEqual(comparable(before));
      }),
      {
        numRuns: 60,
        examples: [
          // A value that one variant gives up is restored with another variant.
          [
            {
              localId: 'p',
              title: 'alpha',
              variants: [{ sku: 'C', price: '1', taxable: false, options: { Fit: 'L' } }],
            },
            {
              ...{ localId: 'p', title: 'alpha' },
              variants: [
                { sku: 'A', price: '1', taxable: false, options: { Size: 'L' } },
                { sku: 'C', price: '1', taxable: false, options: { Size: 'XL' } },
              ],
            },
          ],
        ],
      },
    );
  });
});

/** The shop has the values of the draft, and its former values of fields that the draft leaves out. */
function expectDraft(now: Stored, wanted: ProductDraftInput, before: Stored): void {
  expect(now).toMatchObject({
    title: wanted.title,
    vendor: wanted.vendor ?? before.vendor,
    descriptionHtml: wanted.descriptionHtml === undefined ? before.descriptionHtml : (wanted.descriptionHtml ?? ''),
    templateSuffix: wanted.templateSuffix === undefined ? before.templateSuffix : wanted.templateSuffix,
    seo: { title: wanted.seo?.title ?? before.seo.title },
  });
  expect(now.tags).toContain('By hand');
  if (wanted.tags) expect([...now.tags].sort()).toEqual(['By hand', ...wanted.tags].sort());
  const values = byKey(now.metafields);
  expect(values).toMatchObject({ mine: 'x', local_id: 'p' });
  if (wanted.metafields) {
    const own = Object.fromEntries(wanted.metafields.map(({ key, value }) => [key, value]));
    expect(values).toEqual({ ...own, mine: 'x', local_id: 'p' });
  }
  expect(now.media.some(({ alt }) => alt === 'mine')).toBe(true);
  if (wanted.images) {
    const shown = now.media.filter(({ alt }) => alt !== 'mine').map(({ image }) => image.url.split('/').at(-1));
    expect(shown.sort()).toEqual(wanted.images.map(({ url }) => url.split('/').at(-1)).sort());
    // An image that existed before is still the same file.
    const known = new Map(before.media.map(({ id, image }) => [image.url, id]));
    for (const { id, image } of now.media) expect(known.get(image.url) ?? id).toBe(id);
  }
  const ids = new Map(before.variants.map(({ sku, id }) => [sku, id]));
  expect(now.variants.map(({ sku }) => sku).sort()).toEqual(wanted.variants.map(({ sku }) => sku).sort());
  for (const variant of wanted.variants) {
    const there = now.variants.find(({ sku }) => sku === variant.sku);
    const values = Object.values(variant.options ?? {}).join(' / ');
    expect(there).toMatchObject({ title: values, taxable: variant.taxable });
    expect(Number(there?.price)).toBe(Number(variant.price));
    if (variant.compareAtPrice !== undefined)
      expect(there?.compareAtPrice === null ? null : Number(there?.compareAtPrice)).toBe(
        variant.compareAtPrice === null ? null : Number(variant.compareAtPrice),
      );
    if (variant.inventoryItem?.tracked !== undefined)
      expect(there?.inventoryItem.tracked).toBe(variant.inventoryItem.tracked);
    if (variant.metafields)
      expect(byKey(there?.metafields ?? [])).toMatchObject({ care: variant.metafields[0]?.value });
    if (ids.has(variant.sku ?? '')) expect(there?.id).toBe(ids.get(variant.sku ?? ''));
  }
}

/**
 * What a rollback restores: everything except times, the order of lists, the ids of entries that were created again,
 * and the absence of a variant's own image.
 */
function comparable({
  title,
  vendor,
  descriptionHtml,
  templateSuffix,
  seo,
  tags,
  metafields,
  media,
  variants,
}: Stored) {
  return {
    ...{ title, vendor, descriptionHtml, templateSuffix, seo, tags },
    metafields: byKey(metafields),
    media: Object.fromEntries(media.map(({ image, alt }) => [image.url, alt])),
    variants: Object.fromEntries(
      variants.map(({ sku, price: amount, compareAtPrice, title: values, taxable }) => [
        sku,
        { amount, compareAtPrice, values, taxable },
      ]),
    ),
  };
}
