import type { Family, Kind } from './families/family.ts';
import { families, makes } from './families.ts';
import { invalidStyles, particularStyles } from './particular.ts';
import type { CatalogueRow, Style } from './row.ts';

/** The entry of a list at an index that may be beyond its end. */
function at<T>(list: readonly T[], index: number): T {
  return list.slice(index % list.length)[0] as T;
}

/** All products by family: every kind in every one of its materials. */
function familyStyles(): readonly Style[] {
  let count = 0;
  return families.flatMap((family) =>
    family.kinds.flatMap((kind, kindIndex) =>
      kind.materials.map((material, materialIndex) => {
        const code = `${family.code}-${1001 + kindIndex * kind.materials.length + materialIndex}`;
        return familyStyle(family, kind, material, code, count++);
      }),
    ),
  );
}

function familyStyle(family: Family, kind: Kind, material: string, code: string, count: number): Style {
  const cents = kind.cents + (count % 4) * 50 * Math.ceil(kind.cents / 2000);
  const colours = Array.from({ length: kind.colours }, (_, index) => at(family.colours, count + index));
  return {
    code,
    name: `${at(makes, count * 7)} ${material} ${kind.name}`,
    ...(count % 23 !== 5 && { description: describe(family, kind, material) }),
    brand: at(family.brands, count),
    category: family.category,
    tags: family.tags.filter((_, index) => index === 0 || (count + index) % 3 === 0),
    colours,
    cents,
    ...(kind.sizes && { sizes: kind.sizes }),
    ...(kind.lengths && { lengths: kind.lengths }),
    ...(kind.centsPerSize && { centsPerSize: kind.centsPerSize }),
    ...(count % 6 === 2 && { centsBefore: Math.round((cents * 1.25) / 100) * 100 }),
    ...(family.numericPrices && { numericPrices: true }),
    ...(count % 37 === 9 && { withoutImages: true }),
  };
}

function describe(family: Family, kind: Kind, material: string): string {
  const about = `${material[0]?.toUpperCase()}${material.slice(1)} ${kind.name} ${kind.about}`.replace('&', '&amp;');
  return `<p>${about}.</p><ul><li>${family.care}</li><li>Sent within two days</li></ul>`;
}

/** Writes a style as rows: every colour in every size, length and material. */
function rowsOf(style: Style, nextBarcode: () => string): CatalogueRow[] {
  const rows: CatalogueRow[] = [];
  for (const colour of orNone(style.colours)) {
    for (const [step, size] of orNone(style.sizes).entries()) {
      for (const length of orNone(style.lengths)) {
        for (const material of orNone(style.materials)) {
          const about = rows.length === 0 ? productCells(style) : {};
          const chosen = defined({ colour, size, length, material });
          const sku = [style.code, ...Object.values(chosen).map(skuPart)].join('-');
          rows.push({
            style_code: style.code,
            name: style.name,
            ...about,
            ...chosen,
            sku,
            barcode: nextBarcode(),
            price: priceOf(style.cents + step * (style.centsPerSize ?? 0), style.numericPrices),
            ...(style.centsBefore && { compare_at_price: (style.centsBefore / 100).toFixed(2) }),
            ...(!style.withoutImages && { image_url: imageOf(style.code, colour) }),
          });
        }
      }
    }
  }
  return rows;
}

function productCells({ description, brand, category, tags }: Style): Partial<CatalogueRow> {
  return {
    ...(description !== undefined && { description_html: description }),
    brand,
    category,
    tags: tags.join(', '),
  };
}

const orNone = <T>(list: readonly T[] = []): readonly (T | undefined)[] => (list.length === 0 ? [undefined] : list);

function defined(cells: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(cells).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

const skuPart = (value: string | number): string => String(value).replace(/\s/g, '').toUpperCase();

const priceOf = (cents: number, numeric = false): string | number => (numeric ? cents / 100 : (cents / 100).toFixed(2));

const imageOf = (code: string, colour = 'main'): string =>
  `https://cdn.example.com/catalogue/${code.toLowerCase()}/${encodeURIComponent(colour.toLowerCase())}.jpg`;

/** Ascending EAN-13 codes, each with its check digit. */
export function barcodes(): () => string {
  let count = 0;
  return () => {
    count += 1;
    const digits = `290${String(count * 7).padStart(9, '0')}`;
    const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
    return `${digits}${(10 - (sum % 10)) % 10}`;
  };
}

/** All rows of the catalogue, always the same. */
export function makeRows(): readonly CatalogueRow[] {
  const nextBarcode = barcodes();
  const valid = [...familyStyles(), ...particularStyles].flatMap((style) => rowsOf(style, nextBarcode));
  const invalid = invalidStyles.flatMap(({ style, spoil }) => rowsOf(style, nextBarcode).map(spoil));
  const [lost = [], stray = []] = ['Nameless returns box', 'Found behind the shelf'].map((name, index) =>
    rowsOf({ code: `YY-${index}`, name, brand: 'Northfold', category: 'Home', tags: [], cents: 500 }, nextBarcode),
  );
  const withoutCode = [...lost, ...stray].map(({ style_code: _code, ...row }) => row);
  const half = Math.floor(valid.length / 2);
  return [...valid.slice(0, half), ...withoutCode, ...invalid, ...valid.slice(half)];
}

/** The rows as the text of `products.json`: one row per line. */
export function toJson(rows: readonly CatalogueRow[]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}
