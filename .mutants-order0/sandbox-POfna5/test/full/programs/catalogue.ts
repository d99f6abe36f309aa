/** Product `index` of a catalogue of two and three variants each: 12,000 of them for 5,000 products. */
// @ts-nocheck

export const draftOf = (index: number) => ({
  localId: `p-${index}`,
  title: `Product ${index}`,
  vendor: 'Acme',
  tags: ['autumn', `shelf-${index % 40}`],
  variants: Array.from({ length: index % 5 < 2 ? 3 : 2 }, (_, at) => ({
    sku: `p-${index}-${at}`,
    price: `${10 + at}.00`,
    options: { Size: ['S', 'M', 'L'][at] ?? 'L' },
  })),
});

/** Its local ids. */
export const idsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `p-${index}`);

/** The source of a product queue. */
export const source = async (localId: string) => draftOf(Number(localId.slice(2)));
