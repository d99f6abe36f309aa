/**
 * The demo's catalogue as product CSVs in Shopify's export format: a made-up shop's products of last month, those of
 * today, and those of today with one option value corrected.
 */

const makes = ['Alder', 'Bracken', 'Cinder', 'Dune', 'Ember', 'Fjord', 'Gannet', 'Harbour', 'Juniper', 'Kestrel'];

const letters = ['S', 'M', 'L'];

const kinds: readonly (readonly [name: string, option: string, values: readonly string[], cents: number])[] = [
  ['linen shirt', 'Size', letters, 6900],
  ['wool scarf', 'Colour', ['Oat', 'Rust'], 4900],
  ['enamel mug', 'Colour', ['White', 'Blue', 'Green'], 1450],
  ['canvas tote', 'Colour', ['Natural', 'Black'], 2400],
  ['oak stool', 'Height', ['45 cm', '65 cm'], 12900],
  ['rain jacket', 'Size', letters, 14900],
  ['field notebook', 'Paper', ['Plain', 'Ruled', 'Dotted'], 980],
  ['beeswax candle', 'Size', ['Small', 'Large'], 1800],
  ['merino socks', 'Size', ['36-38', '39-41', '42-44'], 1900],
  ['brass lamp', 'Colour', ['Polished', 'Aged'], 18900],
  ['linen apron', 'Colour', ['Flax', 'Slate'], 3900],
  ['felt slippers', 'Size', ['37', '39', '41', '43'], 4200],
];

/** The variant whose option value is misspelt until it is corrected. */
export const corrected = { sku: 'ALDER-WOOL-SCARF-2', handle: 'alder-wool-scarf', from: 'Rsut', to: 'Rust' };

const headers = [
  ...['Handle', 'Title', 'Vendor', 'Tags', 'Option1 Name', 'Option1 Value', 'Variant SKU', 'Variant Inventory Tracker'],
  ...['Variant Price', 'Image Src'],
];

/** Invalid rows: a price in words, no price, no title, a repeated size, an image on a local disk. */
const invalidRows: readonly (readonly string[])[] = [
  ['kimono', 'One-off kimono', 'Northfold', '', 'Title', 'Default Title', 'KIMONO', 'shopify', 'on request', ''],
  ['vest', 'Sample vest', 'Northfold', '', 'Title', 'Default Title', 'VEST', 'shopify', '', ''],
  ['polo', '', 'Northfold', '', 'Title', 'Default Title', 'POLO', 'shopify', '39.00', ''],
  ['boots', 'Hill boots', 'Northfold', '', 'Size', '41', 'BOOTS-1', 'shopify', '189.00', ''],
  ['boots', '', '', '', 'Size', '41', 'BOOTS-2', 'shopify', '189.00', ''],
  ['poncho', 'Wool poncho', 'Northfold', '', 'Title', 'Default Title', 'PONCHO', 'shopify', '99.00', 'C:\\poncho.jpg'],
];

/** The CSV of one of the three states: 120 products today, of which the shop had 48 last month. */
export function demoCatalogue(state: 'last-month' | 'today' | 'corrected'): string {
  const wasThen = state === 'last-month';
  const rows = kinds.flatMap(([name, option, values, cents], kind) =>
    makes.flatMap((make, index) => {
      if (wasThen && index > 3) return [];
      const handle = `${make} ${name}`.toLowerCase().replaceAll(' ', '-');
      // Since last month, the first variant of half of the products costs more, and two products lost their last
      // variant.
      const isCheaper = wasThen && (kind + index) % 2 === 0;
      const sold =
        !wasThen && (handle === 'alder-enamel-mug' || handle === 'cinder-enamel-mug') ? values.slice(0, -1) : values;
      return sold.map((value, at) => {
        const sku = `${handle}-${at + 1}`.toUpperCase();
        const spelt = sku === corrected.sku && state !== 'corrected' ? corrected.from : value;
        const ofProduct =
          at === 0
            ? [`${make} ${name}`, 'Northfold', `${name.split(' ')[1]}, ${make.toLowerCase()}`, option]
            : ['', '', '', ''];
        const price = cents + 50 * index - (isCheaper && at === 0 ? 100 * Math.ceil(cents / 2_000) : 0);
        const image = at === 0 ? `https://cdn.example.com/${handle}.jpg` : '';
        return [handle, ...ofProduct, spelt, sku, 'shopify', (price / 100).toFixed(2), image];
      });
    }),
  );
  const lines = [headers, ...rows, ...(wasThen ? [] : invalidRows)];
  return lines.map((cells) => `${cells.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',')}\n`).join('');
}
