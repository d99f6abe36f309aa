import { isPositiveDecimal, toDecimalText } from './decimal.ts';
import type { Finding } from './issues.ts';
import { isObject, variantsOf } from './option-table.ts';
import { spellingWarnings } from './spelling.ts';

/** What a shop owner would want to know, though it keeps nothing from being pushed. */
export function productWarnings(product: unknown): Finding[] {
  if (!isObject(product)) return [];
  return [
    ...contentWarnings(product),
    ...imageWarnings(product.images),
    ...variantsOf(product).flatMap(priceWarnings),
    ...defaultVariantWarnings(product),
    ...spellingWarnings(product),
  ];
}

function contentWarnings({ descriptionHtml, images }: Readonly<Record<string, unknown>>): Finding[] {
  const findings: Finding[] = [];
  if (descriptionHtml === undefined || (typeof descriptionHtml === 'string' && descriptionHtml.trim() === '')) {
    findings.push({
      code: 'description-missing',
      path: ['descriptionHtml'],
      message: 'is missing: shoppers will see no description',
    });
  }
  if (images === undefined || (Array.isArray(images) && images.length === 0)) {
    findings.push({ code: 'images-missing', path: ['images'], message: 'are missing: shoppers will see no picture' });
  }
  return findings;
}

function imageWarnings(images: unknown): Finding[] {
  const seen = new Set<string>();
  return (Array.isArray(images) ? images : []).flatMap((image: unknown, index): Finding[] => {
    if (!isObject(image) || typeof image.url !== 'string') return [];
    const address = image.url.trim();
    const repeated = seen.has(address);
    seen.add(address);
    const message = 'is the address of an earlier image too: the picture will be there twice';
    return repeated ? [{ code: 'image-duplicate', path: ['images', index, 'url'], message }] : [];
  });
}

function priceWarnings(variant: unknown, index: number): Finding[] {
  const price = isObject(variant) ? toDecimalText(variant.price) : undefined;
  if (price === undefined || isPositiveDecimal(price)) return [];
  const message = `is ${/[1-9]/.test(price) ? 'less than zero, which Shopify refuses' : 'zero: the variant costs nothing'}; check it`;
  return [{ code: 'price-not-positive', path: ['variants', index, 'price'], message }];
}

function defaultVariantWarnings(product: unknown): Finding[] {
  const variants = variantsOf(product);
  const [only] = variants;
  if (variants.length !== 1 || !isObject(only)) return [];
  const { options = {} } = only;
  if (!isObject(options) || Object.keys(options).length > 0) return [];
  const message = 'has no options, such as colour or size: it becomes the default variant';
  return [{ code: 'options-missing', path: ['variants', 0], message }];
}
