import type { CatalogueRow, Style } from './row.ts';

type Particular = Pick<Style, 'name' | 'category' | 'brand' | 'cents'> & Partial<Style>;

const longTitle = [
  'First picnic of the year: wicker hamper with a wool blanket, four enamel plates, four tumblers, a corkscrew,',
  'salt and pepper in a tin, linen napkins, a chopping board, a bread knife in its sheath, a flask for the tea',
  'and room enough for one lemon cake',
].join(' ');

/** Styles with names that software often mishandles. */
const particulars: readonly Particular[] = [
  { name: 'Crème brûlée bowl', category: 'Home', brand: 'Maison Aubier', cents: 1250, colours: ['Blanc', 'Caramel'] },
  {
    name: 'Señorita espadrilles',
    category: 'Shoes',
    brand: 'Pasos',
    cents: 5900,
    sizes: [36, 37, 38, 39, 40],
    colours: ['Crudo', 'Añil'],
  },
  { name: 'Ångström desk lamp', category: 'Home', brand: 'Ljus', cents: 14900, colours: ['Vit', 'Svart', 'Röd'] },
  {
    name: 'Łódź tram print',
    category: 'Home',
    brand: 'Ink & Quarto',
    cents: 2400,
    sizes: ['A4', 'A3', 'A2'],
    centsPerSize: 900,
  },
  { name: 'Smörgås board', category: 'Home', brand: 'Ljus', cents: 3900 },
  { name: 'Façade bookends', category: 'Stationery', brand: 'Folio Nine', cents: 4200, colours: ['Béton', 'Brique'] },
  { name: 'Žižkov wool scarf', category: 'Clothing', brand: 'Northfold', cents: 4900, colours: ['Šedá', 'Červená'] },
  {
    name: 'Ærø oilskin jacket',
    category: 'Clothing',
    brand: 'Tarn',
    cents: 16900,
    colours: ['Gul'],
    sizes: ['S', 'M', 'L', 'XL'],
  },
  {
    name: 'Þingvellir fleece',
    category: 'Clothing',
    brand: 'Cairn Works',
    cents: 9900,
    colours: ['Grár'],
    sizes: ['S', 'M', 'L'],
  },
  { name: 'Jalapeño chilli mill', category: 'Home', brand: 'Table & Thyme', cents: 2900 },
  { name: 'Alpine fondue set “Été à Zürich”', category: 'Home', brand: 'Maison Aubier', cents: 6900 },
  {
    name: 'Straße & Gässchen city map notebook',
    category: 'Stationery',
    brand: 'Folio Nine',
    cents: 1350,
    colours: ['Grün', 'Weiß'],
  },
  {
    name: 'İstanbul copper coffee pot',
    category: 'Home',
    brand: 'Table & Thyme',
    cents: 3600,
    sizes: ['2 cups', '4 cups'],
    centsPerSize: 900,
  },
  { name: 'Cà phê phin filter', category: 'Home', brand: 'Table & Thyme', cents: 1100 },
  {
    name: '日本語 ceramics: 湯呑み tea cup',
    category: 'Home',
    brand: 'Kiln Yard',
    cents: 2800,
    colours: ['藍', '白', '黒'],
  },
  { name: '有田焼 small plate, set of four', category: 'Home', brand: 'Kiln Yard', cents: 6400 },
  {
    name: '中文 calligraphy brushes 毛笔',
    category: 'Stationery',
    brand: 'Ink & Quarto',
    cents: 1900,
    sizes: ['小', '中', '大'],
    centsPerSize: 400,
  },
  { name: '青花瓷 porcelain teapot', category: 'Home', brand: 'Kiln Yard', cents: 5900 },
  {
    name: '한국어 study notebook 공책',
    category: 'Stationery',
    brand: 'Folio Nine',
    cents: 980,
    colours: ['하늘색', '분홍색'],
  },
  {
    name: '한지 paper lantern',
    category: 'Home',
    brand: 'Ljus',
    cents: 4700,
    sizes: ['small', 'large'],
    centsPerSize: 1500,
  },
  { name: 'Ελλάδα beach towel', category: 'Outdoor', brand: 'Tarn', cents: 3200, colours: ['Μπλε', 'Λευκό'] },
  { name: 'Чай tea caddy', category: 'Home', brand: 'Table & Thyme', cents: 1700, colours: ['Красный', 'Синий'] },
  { name: 'שלום welcome mat', category: 'Home', brand: 'Calder Mill', cents: 3300 },
  { name: 'Sunny day enamel mug ☀️🌻', category: 'Home', brand: 'Kiln Yard', cents: 1500, colours: ['Yellow', 'Blue'] },
  { name: longTitle, category: 'Outdoor', brand: 'Cairn Works', cents: 18900 },
  { name: 'Gift wrapping, with a card in your own words', category: 'Stationery', brand: 'Ink & Quarto', cents: 0 },
];

export const particularStyles: readonly Style[] = particulars.map((style, index) => ({
  code: `PX-${1001 + index}`,
  tags: [style.category.toLowerCase(), 'from far away'],
  description: `<p>${style.name.replace('&', '&amp;')}: a favourite of the people who run this shop.</p>`,
  ...style,
}));

/** A style that validation must refuse, and how its good rows are damaged. */
export interface InvalidStyle {
  readonly style: Style;
  /** The codes of the errors reported by validation, each once. */
  readonly codes: readonly string[];
  readonly spoil: (row: CatalogueRow, index: number) => CatalogueRow;
}

const plain = { brand: 'Northfold', category: 'Clothing', tags: ['clothing', 'sample'], cents: 4900 };

/** Styles that are invalid on purpose. The README of this folder lists them. */
export const invalidStyles: readonly InvalidStyle[] = [
  {
    style: { ...plain, code: 'XX-9001', name: 'Undyed sample vest', sizes: ['S', 'M', 'L'] },
    codes: ['price-missing'],
    spoil: ({ price, ...row }, index) => (index === 1 ? row : { ...row, ...(price !== undefined && { price }) }),
  },
  {
    style: { ...plain, code: 'XX-9002', name: 'Twin-needle polo', colours: ['Navy', 'Ecru'] },
    codes: ['sku-duplicate'],
    spoil: (row) => ({ ...row, sku: 'XX-9002-NAVY' }),
  },
  { style: { ...plain, code: 'XX-9003', name: '' }, codes: ['title-missing'], spoil: (row) => row },
  {
    style: {
      ...plain,
      code: 'XX-9004',
      name: 'Made-to-measure suit trousers',
      colours: ['Navy'],
      sizes: [48, 50],
      lengths: ['Short', 'Long'],
      materials: ['Wool', 'Linen'],
    },
    codes: ['options-too-many'],
    spoil: (row) => row,
  },
  {
    style: { ...plain, code: 'XX-9005', name: 'Boatneck top', colours: ['Navy', 'Rust'], sizes: ['S', 'M'] },
    codes: ['options-duplicate'],
    spoil: (row, index) => (index === 3 ? { ...row, colour: 'navy' } : row),
  },
  {
    style: { ...plain, code: 'XX-9006', name: 'One-off embroidered kimono', colours: ['Indigo', 'Madder'] },
    codes: ['price-invalid'],
    spoil: (row, index) => (index === 0 ? { ...row, price: 'on request' } : row),
  },
  {
    style: { ...plain, code: 'XX-9007', name: `${longTitle}, a second one and a very patient dog` },
    codes: ['title-too-long'],
    spoil: (row) => row,
  },
  {
    style: { ...plain, code: 'XX-9008', name: 'Photo-pending raincoat', sizes: ['M'] },
    codes: ['url-invalid', 'image-url-invalid'],
    spoil: (row) => ({ ...row, image_url: 'C:\\Photos\\raincoat-final.jpg' }),
  },
];
