import { type Finding, type Path, quote } from './issues.ts';
import { isObject, variantsOf } from './option-table.ts';
import { knownFields } from './product-draft-schema.ts';

/** Fields that nothing reads, each told once however many variants or images have it. */
export function unknownFields(product: unknown): Finding[] {
  if (!isObject(product)) return [];
  const { seo, images, metafields } = product;
  return [
    ...unknownIn([product], knownFields.product, () => []),
    ...unknownIn([seo], knownFields.seo, () => ['seo']),
    ...unknownIn(listOf(images), knownFields.image, (index) => ['images', index]),
    ...unknownIn(listOf(metafields), knownFields.metafield, (index) => ['metafields', index]),
    ...unknownIn(variantsOf(product), knownFields.variant, (index) => ['variants', index]),
  ];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function unknownIn(objects: readonly unknown[], known: readonly string[], pathOf: (index: number) => Path): Finding[] {
  const found = new Map<string, { readonly first: number; count: number }>();
  for (const [index, object] of objects.entries()) {
    if (!isObject(object)) continue;
    for (const key of Object.keys(object)) {
      if (known.includes(key) || object[key] === undefined) continue;
      const entry = found.get(key) ?? { first: index, count: 0 };
      entry.count += 1;
      found.set(key, entry);
    }
  }
  return [...found].map(([key, { first, count }]) => {
    const meant = known.find((name) => plain(name) === plain(key));
    const others = count > 1 ? ` (the same in ${count - 1} more)` : '';
    const mend = meant === undefined ? 'it is not sent' : `write it ${quote(meant)}, or it is not sent`;
    return {
      code: 'unknown-field',
      path: [...pathOf(first), key],
      message: `is no field of a draft${others}: ${mend}`,
    };
  });
}

/** `compare_at_price` and `CompareAtPrice` mean `compareAtPrice`. */
const plain = (name: string): string => name.toLowerCase().replace(/[_\s-]/g, '');
