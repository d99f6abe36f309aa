// One file: how the rows of one product become a draft, column by column.
import type { DraftImage, ProductDraftInput, ProductVariantDraftInput } from '../../../validation/product-draft.ts';
import {
  type Cell,
  findDamage,
  handleOf,
  handleWillChange,
  metafieldText,
  readBoolean,
  readMeasureUnit,
  readMoney,
  readPolicy,
  readStatus,
  readWeight,
  readWeightUnit,
  readWhole,
  withoutApostrophe,
} from './cells.ts';
import { type Field, families, type Header, linkedMetafield, type MetafieldColumn } from './columns.ts';
import { badQuoting, type CsvIssue, type CsvRecord, cutOff } from './records.ts';
import { TextSet } from './rows-by-key.ts';

/** A product of a CSV file. */
export interface CsvProduct {
  /** The draft for `push`. Its `localId` is the handle; without one, it is made from the title. */
  readonly draft: ProductDraftInput;
  /** The row in which the product begins, counted from 1, which is the header. */
  readonly row: number;
  /** The column "Published", if it has a value. `false` makes the draft's `publishTo` empty. */
  readonly published?: boolean;
  /** The category as written, unless it is an id. The draft has its gid if `resolveCategory` found it. */
  readonly category?: string;
  /** The quantity of each variant of the draft, `null` if the file has none. A push does not set stock. */
  readonly stock?: readonly (number | null)[];
  readonly issues: readonly CsvIssue[];
}

type MaybePromise<T> = T | Promise<T>;

/** The name of a metafield. */
export interface MetafieldName {
  readonly namespace: string;
  readonly key: string;
}

/** What a product CSV does not contain but the shop knows. */
export interface ShopKnowledge {
  /**
   * Returns the gid of a category path, such as `Apparel & Accessories > Clothing`. Default: none; then paths are
   * reported.
   */
  readonly resolveCategory?: (path: string) => MaybePromise<string | undefined>;
  /**
   * Returns the type of a metafield from the shop's definitions; `createDefinitionTypes` makes such a function. A
   * metafield whose type is in neither the shop nor `types` is left out, and reported once for its column: a push of it
   * would be refused. Default: none.
   */
  readonly definitionType?: (name: MetafieldName) => MaybePromise<string | undefined>;
  /**
   * Types of metafields without a definition, such as `{ 'custom.care': 'multi_line_text_field' }`. Without
   * `definitionType`, a metafield of unknown type keeps its text unchanged.
   */
  readonly types?: Readonly<Record<string, string>>;
  /**
   * Returns the gid of a metafield's target for its handle in the file: a metaobject of a linked option, a product, a
   * file. Default: none; then references are reported.
   */
  readonly resolveReference?: (handle: string, name: MetafieldName, type: string) => MaybePromise<string | undefined>;
}

/** Rows from which no product could be made. */
export interface UnreadRows {
  /** The products that they name. */
  readonly localIds: Set<string>;
  /** The issues of rows that name no product. */
  readonly nameless: CsvIssue[];
}

/** A record, with its issues. */
export interface PlacedRecord {
  readonly record: CsvRecord;
  readonly issues: readonly CsvIssue[];
}

/** Fields that make a row a variant, and not only an image. */
const identity: readonly Field[] = [
  ...(['option1Value', 'option2Value', 'option3Value'] as const),
  ...(['sku', 'price', 'compareAt', 'barcode'] as const),
];

const oldNames = new Map(families.map(([field, name]) => [field as Field, name as string]));

/** Reads the products of one file in Shopify's format. */
export class ShopifyProducts {
  readonly #header: Header;
  readonly #shop: ShopKnowledge;
  readonly #handles = new TextSet();
  readonly #foldedHandles = new TextSet();
  /** What identifies products without a handle. */
  readonly #titled = new TextSet();
  readonly #skus = new TextSet();
  readonly #known = new Map<string, MaybePromise<string | undefined>>();
  readonly #filled = new Set<number>();
  /** Issues of rows with broken quotes, by the key of their product. */
  readonly #leftOut = new Map<string, readonly CsvIssue[]>();
  /** Fulfilment services that have been reported. */
  readonly services = new Set<string>();
  #lastKey: string | undefined;
  #namelessCells = false;
  #withoutHandle = 0;

  /** Whether the file has no prices. An unknown column that looks like a price should be renamed instead. */
  readonly #isUnpriced: boolean;

  constructor(header: Header, shop: ShopKnowledge) {
    this.#header = header;
    this.#shop = shop;
    const isMeant = header.unread.some(({ name, code }) => code === 'column-unknown' && /price/i.test(name));
    this.#isUnpriced = !header.columns.has('price') && !isMeant;
  }

  /** Which product a record belongs to; `undefined` for an empty record. */
  place(record: CsvRecord): { readonly key: string; readonly placed: PlacedRecord } | CsvIssue | undefined {
    const { cells } = record;
    if (cells.every((cell) => cell.trim() === '')) return undefined;
    for (const { index } of this.#header.unread) {
      if ((cells[index] ?? '').trim() !== '') this.#filled.add(index);
    }
    const issues: CsvIssue[] = [];
    const warn = (field: Field | '', code: string, message: string): void =>
      void issues.push(this.#issue(record, 'warning', code, field, message));
    this.#checkShape(record, warn);
    const handle = this.cell(record, 'handle');
    let key = handle;
    if (handle === '') {
      if (this.cell(record, 'title') !== '') {
        this.#withoutHandle += 1;
        key = `\0${this.#withoutHandle}`;
        if (this.#header.columns.has('handle')) {
          warn(
            'handle',
            'handle-missing',
            'is empty: the product is identified by its title, and cannot be updated with this file',
          );
        }
      } else if (this.#lastKey === undefined) {
        const message = 'is empty, and there is no product above: give the row the handle of its product';
        return this.#issue(record, 'error', 'row-without-handle', 'handle', message);
      } else {
        key = this.#lastKey;
        const message = 'is empty: the row is assigned to the product above; give it the handle of its product';
        issues.push(this.#issue(record, 'error', 'row-without-handle', 'handle', message));
      }
    } else if (this.#handles.has(handle)) {
      if (handle !== this.#lastKey) {
        warn('handle', 'handle-returns', 'occurs again after other products: all its rows are combined');
      }
    } else {
      if (handleWillChange(handle)) {
        warn('handle', 'handle-will-change', 'has capitals, spaces or special characters, so Shopify will change it');
      }
      const folded = handle.toLowerCase();
      if (this.#foldedHandles.has(folded)) {
        const message = 'differs from an earlier handle only in case: in Shopify, they may be one product';
        warn('handle', 'handle-differs-only-in-case', message);
      }
      this.#handles.add(handle);
      this.#foldedHandles.add(folded);
    }
    this.#lastKey = key;
    return { key, placed: { record, issues } };
  }

  /**
   * Leaves out a record with broken quotes, or in which the file ends. The product that it names, or else the one
   * above, then lacks a row, and gets the error.
   */
  leaveOut({ row, line, cells, badQuote, isCutOff }: CsvRecord, unread: UnreadRows): void {
    // Nothing from this cell on can be trusted.
    const broken = badQuote ?? cells.length - 1;
    const handle = this.#header.columns.get('handle')?.index ?? Number.POSITIVE_INFINITY;
    const named = handle < broken ? (cells[handle] ?? '').trim() : '';
    const key = named || (this.#lastKey ?? '');
    const column = (this.#header.names[broken] ?? '').trim();
    const told = isCutOff ? { code: 'file-cut-off', message: cutOff } : { code: 'bad-quoting', message: badQuoting };
    const issue: CsvIssue = { severity: 'error', row, line, column, ...told };
    this.#leftOut.set(key, [...(this.#leftOut.get(key) ?? []), issue]);
    if (named !== '') unread.localIds.add(named);
    // Products after this place are unknown.
    if (named === '' || isCutOff) unread.nameless.push(issue);
  }

  /** Whether an issue means that it is unknown which product its row belongs to. */
  isNameless({ severity, code, column }: CsvIssue): boolean {
    if (severity !== 'error') return false;
    return code === 'row-without-handle' || (code === 'letters-lost' && column === this.nameOf('handle'));
  }

  /** Issues of the whole file, once it has been read. */
  fileIssues(): readonly CsvIssue[] {
    const { unread, columns } = this.#header;
    const missing = (['title', 'price'] as const).filter((field) => !columns.has(field));
    return [
      ...[...this.#leftOut.values()].flat(),
      ...missing.map((field): CsvIssue => {
        const column = oldNames.get(field) ?? field;
        const isWarning = field === 'price' && this.#isUnpriced;
        const message = isWarning
          ? 'is missing: prices in the shop do not change, and new products stay drafts at 0.00; add the column'
          : 'is missing, but every product needs it: add the column';
        return { severity: isWarning ? 'warning' : 'error', code: 'column-missing', row: 1, line: 1, column, message };
      }),
      ...unread
        .filter(({ index }) => this.#filled.has(index))
        .map(({ name, code, message }): CsvIssue => {
          return { severity: 'warning', code, row: 1, line: 1, column: name, message };
        }),
    ];
  }

  /** The text of a cell, trimmed; empty if the file has no such column. */
  cell({ cells }: CsvRecord, field: Field): string {
    const index = this.#header.columns.get(field)?.index;
    return index === undefined ? '' : (cells[index] ?? '').trim();
  }

  /** The name of a column as the header has it. */
  nameOf(field: Field): string {
    return this.#header.columns.get(field)?.name ?? oldNames.get(field) ?? field;
  }

  /** Creates the product from the records with one key, or returns their issues if it cannot. */
  async finish(key: string, placed: readonly PlacedRecord[]): Promise<CsvProduct | readonly CsvIssue[]> {
    const records = placed.map(({ record }) => record);
    const [first] = records;
    const issues = [...placed.flatMap((entry) => entry.issues), ...(this.#leftOut.get(key) ?? [])];
    this.#leftOut.delete(key);
    if (!first) return issues;
    const product = new ProductRows(this, this.#header, records, issues);
    const title = product.text('title', { isLate: 'title-not-on-first-row' });
    const variantRows = product.variantRows();
    if (variantRows.length === 0) {
      const message = 'is empty, like the rest of the row, so Shopify ignores the row: fill it in, or remove it';
      return [...issues, this.#issue(first, 'error', 'row-without-data', 'title', message)];
    }
    if (title === undefined && this.#header.columns.has('title')) {
      const message = 'is empty in all rows of the product: give it a title';
      issues.push(this.#issue(first, 'error', 'title-missing', 'title', message));
    }
    const handle = key.startsWith('\0') ? undefined : key;
    const localId = handle ?? handleOf(title ?? '');
    if (this.#titled.has(localId) || (handle === undefined && this.#handles.has(localId))) {
      const message = 'identifies another product too: give each its own handle';
      issues.push(this.#issue(first, 'error', 'product-repeated', handle === undefined ? 'title' : 'handle', message));
    }
    if (handle === undefined) this.#titled.add(localId);
    const { options, linked, variants: chosen } = product.options(variantRows);
    const images = product.images();
    const sellable = chosen.map(({ record, values }) => product.variant(record, values, images, this.#skus));
    const seo = given({ title: product.text('seoTitle'), description: product.text('seoDescription') });
    const published = product.read('published', readBoolean);
    const giftCard = product.read('giftCard', readBoolean);
    if (giftCard === true) {
      const message = 'makes the product a gift card permanently: the shop must have gift cards enabled';
      issues.push(this.#issue(first, 'warning', 'gift-card', 'giftCard', message));
    }
    for (const { sku } of sellable.map(({ draft }) => draft)) if (sku) this.#skus.add(sku);
    const written = product.text('category');
    const linkedTo = await this.#resolveLinked(linked, chosen, sellable, issues);
    const draft = given({
      localId,
      sku: 'optional',
      price: this.#isUnpriced ? 'warn' : undefined,
      title,
      handle,
      descriptionHtml: product.text('body', { isRaw: true }),
      vendor: product.text('vendor', { damage: 'text' }),
      productType: product.text('type', { damage: 'text' }),
      tags: product.tags(),
      status: product.read('status', readStatus),
      category: written === undefined ? undefined : await this.#categoryOf(written, product, issues),
      seo: Object.keys(seo).length > 0 ? seo : undefined,
      images: images.length > 0 ? images : undefined,
      options: options.length > 0 ? options : undefined,
      linkedOptions: Object.keys(linkedTo).length > 0 ? linkedTo : undefined,
      metafields: await this.#metafieldsOf(product, issues),
      giftCard,
      publishTo: published === false ? [] : undefined,
      variants: sellable.map(({ draft: variant }) => variant),
    });
    product.checkRest(variantRows);
    const stock = sellable.map(({ quantity }) => quantity ?? null);
    return {
      // A value that a cell does not have is left out; the validation reports that it is missing.
      draft: draft as object as ProductDraftInput,
      row: first.row,
      ...given({
        published,
        category: written !== undefined && !/^(gid:|[a-z]{2}(-\d+)+$)/i.test(written) ? written : undefined,
        stock: stock.some((quantity) => quantity !== null) ? stock : undefined,
      }),
      issues: issues.toSorted((a, b) => a.row - b.row),
    };
  }

  #checkShape(record: CsvRecord, warn: (field: Field | '', code: string, message: string) => void): void {
    const { cells, strayQuotes } = record;
    const { names } = this.#header;
    const wide = names.findLastIndex((name) => name.trim() !== '') + 1;
    if (cells.length < wide) {
      warn('', 'row-too-short', `has ${cells.length} cells, but the header ${wide} columns: the rest counts as empty`);
    }
    const beyond = cells.findIndex((cell, index) => cell.trim() !== '' && (names[index] ?? '').trim() === '');
    if (beyond >= 0) {
      const isIndex = beyond === 0 && (names[0] ?? '').trim() === '';
      if (!isIndex || !this.#namelessCells) {
        const message = isIndex
          ? 'has values in a first column without a name, which is not read'
          : `has a value in column ${beyond + 1}, which has no name: an unquoted comma may have shifted the row`;
        warn('', 'value-in-nameless-column', message);
      }
      this.#namelessCells = isIndex;
    }
    if (strayQuotes.length > 0) {
      const field = [...this.#header.columns].find(([, { index }]) => index === strayQuotes[0])?.[0] ?? '';
      warn(field, 'stray-quote', 'has a quote, but the cell is not quoted: the quote is kept, but Shopify refuses it');
    }
  }

  #issue(
    { row, line }: CsvRecord,
    severity: CsvIssue['severity'],
    code: string,
    field: Field | '',
    message: string,
  ): CsvIssue {
    return { severity, code, row, line, column: field === '' ? '' : this.nameOf(field), message };
  }

  /** Asks each question once. */
  #ask(about: string, ask: () => MaybePromise<string | undefined>): MaybePromise<string | undefined> {
    if (!this.#known.has(about)) this.#known.set(about, ask());
    return this.#known.get(about);
  }

  async #categoryOf(written: string, product: ProductRows, issues: CsvIssue[]): Promise<string | undefined> {
    if (/^gid:\/\/shopify\/TaxonomyCategory\/[\w-]+$/.test(written)) return written;
    if (/^[a-z]{2}(-\d+)+$/i.test(written)) return `gid://shopify/TaxonomyCategory/${written.toLowerCase()}`;
    const { resolveCategory } = this.#shop;
    const gid = resolveCategory && (await this.#ask(`category ${written}`, () => resolveCategory(written)));
    if (gid !== undefined) return gid;
    const message = /^\d+$/.test(written)
      ? "is a number of Google's categories, not of Shopify's: it is left out of the draft"
      : written.startsWith('gid:')
        ? "is not the id of a category in Shopify's taxonomy: it is left out of the draft"
        : 'is a path, but a draft needs an id: it is left out of the draft; resolveCategory can find the id';
    const record = product.firstWith('category');
    issues.push(this.#issue(record, 'warning', 'category-is-a-path', 'category', message));
    return undefined;
  }

  /** The links of options. Handles of their values are replaced by gids if they can be resolved. */
  async #resolveLinked(
    linked: ReadonlyMap<string, { readonly name: MetafieldName; readonly field: Field; readonly record: CsvRecord }>,
    chosen: readonly ChosenVariant[],
    sellable: readonly SellableVariant[],
    issues: CsvIssue[],
  ): Promise<Record<string, MetafieldName>> {
    const { resolveReference } = this.#shop;
    for (const [option, { name, field, record }] of linked) {
      const unknown = new Set<string>();
      for (const [index, { values }] of chosen.entries()) {
        const handle = values[option];
        if (handle === undefined || handle.startsWith('gid://')) continue;
        const type = 'list.metaobject_reference';
        const gid =
          resolveReference &&
          (await this.#ask(`${name.namespace}.${name.key} ${handle}`, () => resolveReference(handle, name, type)));
        if (gid === undefined) unknown.add(handle);
        else if (sellable[index]) sellable[index].options[option] = gid;
      }
      if (unknown.size === 0) continue;
      const some = [...unknown].slice(0, 3).join(', ');
      const message = `links the option to a metafield whose entries (${some}) are handles: a push needs their gids, which resolveReference can find`;
      issues.push(this.#issue(record, 'warning', 'linked-option', field, message));
    }
    return Object.fromEntries([...linked].map(([option, { name }]) => [option, name]));
  }

  async #metafieldsOf(product: ProductRows, issues: CsvIssue[]): Promise<readonly object[] | undefined> {
    const metafields: object[] = [];
    for (const column of this.#header.metafields) {
      const found = product.metafield(column);
      if (!found) continue;
      const { namespace, key } = column;
      const read = await this.#metafieldValue(column, withoutApostrophe(found.text));
      if (read.value !== undefined)
        metafields.push({ namespace, key, ...given({ type: read.type }), value: read.value });
      if (read.code === undefined || read.severity === undefined) continue;
      const { code, severity, message = '' } = read;
      const { row, line } = found.record;
      issues.push({ severity, code, row, line, column: column.name, message });
    }
    return metafields.length > 0 ? metafields : undefined;
  }

  /** Metafields without a type that have been reported. */
  readonly #undefined = new Set<string>();

  /** A metafield of unknown type is left out; it is reported at its first occurrence. */
  #undefinedMetafield({ namespace, key }: MetafieldName): Cell<string> {
    const name = `${namespace}.${key}`;
    if (this.#undefined.has(name)) return {};
    this.#undefined.add(name);
    const message = `has no definition in the shop, so the type of its values is unknown: they are left out, here and in the rows below. Define it in the shop, or pass its type to readCsv in \`types\``;
    return { code: 'metafield-undefined', severity: 'warning', message };
  }

  async #metafieldValue(
    { namespace, key, type: named }: MetafieldColumn,
    text: string,
  ): Promise<Cell<string> & { readonly type?: string }> {
    const name = { namespace, key };
    const { definitionType, types = {}, resolveReference } = this.#shop;
    const defined = definitionType && (await this.#ask(`type ${namespace}.${key}`, () => definitionType(name)));
    const type =
      defined ?? named ?? (Object.hasOwn(types, `${namespace}.${key}`) ? types[`${namespace}.${key}`] : undefined);
    if (type === undefined) return definitionType ? this.#undefinedMetafield(name) : { value: text };
    if (!type.endsWith('_reference') || text.includes('gid://')) return { ...metafieldText(type, text), type };
    const isList = type.startsWith('list.');
    const handles = isList ? text.split(/;\s*|\r?\n/).flatMap((handle) => handle.trim() || []) : [text.trim()];
    const gids: string[] = [];
    for (const handle of handles) {
      const about = `${type} ${namespace}.${key} ${handle}`;
      const gid = resolveReference && (await this.#ask(about, () => resolveReference(handle, name, type)));
      if (gid !== undefined) gids.push(gid);
    }
    if (gids.length === handles.length) return { value: isList ? JSON.stringify(gids) : (gids[0] ?? ''), type };
    const message =
      'refers to something by its handle, but Shopify needs a gid: it is left out; resolveReference can find the gid';
    return { code: 'metafield-reference', severity: 'warning', message };
  }
}

/** A row that becomes a variant, and its values by option name. */
interface ChosenVariant {
  readonly record: CsvRecord;
  readonly values: Readonly<Record<string, string>>;
}

interface SellableVariant {
  readonly draft: ProductVariantDraftInput;
  /** The options of the draft. */
  readonly options: Record<string, string>;
  readonly quantity: number | undefined;
}

/** The fields that have a value. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The records of one product. */
class ProductRows {
  readonly #file: ShopifyProducts;
  readonly #header: Header;
  readonly #records: readonly CsvRecord[];
  readonly #issues: CsvIssue[];
  readonly #first: CsvRecord;

  constructor(file: ShopifyProducts, header: Header, records: readonly CsvRecord[], issues: CsvIssue[]) {
    this.#file = file;
    this.#header = header;
    this.#records = records;
    this.#issues = issues;
    const [first = { row: 1, line: 1, cells: [], strayQuotes: [] }] = records;
    this.#first = first;
    for (const { index, name } of header.commands) this.#checkCommand(index, name);
  }

  #report(record: CsvRecord, severity: CsvIssue['severity'], code: string, column: string, message: string): void {
    this.#issues.push({ severity, code, row: record.row, line: record.line, column, message });
  }

  #tell(record: CsvRecord, severity: CsvIssue['severity'], code: string, field: Field, message: string): void {
    this.#report(record, severity, code, this.#file.nameOf(field), message);
  }

  /** Returns the value of a cell, and reports its issue. */
  #take<T>(record: CsvRecord, field: Field, { value, code, severity, message = '' }: Cell<T>): T | undefined {
    if (code !== undefined && severity) this.#tell(record, severity, code, field, message);
    return value;
  }

  /** The value of a cell of one record; `undefined` if it is empty. */
  #readIn<T>(record: CsvRecord, field: Field, read: (text: string) => Cell<T>): T | undefined {
    const text = this.#file.cell(record, field);
    return text === '' ? undefined : this.#take(record, field, read(text));
  }

  #checkCommand(index: number, name: string): void {
    for (const record of this.#records) {
      const command = (record.cells[index] ?? '').trim();
      if (/^(new|merge|update|replace|)$/i.test(command)) continue;
      const message = `is the command ${command.slice(0, 20)}, which is not supported: the product is left out`;
      this.#report(record, 'error', 'command-not-read', name, message);
    }
  }

  /** The first record with a value in a column; without one, the first record. */
  firstWith(field: Field): CsvRecord {
    return this.#records.find((record) => this.#file.cell(record, field) !== '') ?? this.#first;
  }

  /** A text of the product, from the first row that has one. Different texts in later rows are reported. */
  text(
    field: Field,
    how: { readonly isRaw?: boolean; readonly isLate?: string; readonly damage?: 'text' } = {},
  ): string | undefined {
    const { isRaw = false, isLate, damage } = how;
    const index = this.#header.columns.get(field)?.index;
    if (index === undefined) return undefined;
    let found: { readonly record: CsvRecord; readonly text: string } | undefined;
    for (const record of this.#records) {
      const text = (record.cells[index] ?? '').trim();
      if (text === '') continue;
      found ??= { record, text };
      if (text !== found.text) this.#differs(record, this.#file.nameOf(field));
    }
    if (!found) return undefined;
    if (isLate !== undefined && found.record !== this.#first) {
      const message = 'is in a later row of the product: it is read from there, but Shopify would not find it';
      this.#tell(found.record, 'warning', isLate, field, message);
    }
    this.#checkLetters(found.record, this.#file.nameOf(field), found.text);
    if (damage) this.#take(found.record, field, findDamage(found.text, damage));
    return isRaw ? found.record.cells[index] : found.text;
  }

  #differs(record: CsvRecord, column: string): void {
    const message = 'differs from the first row of the product, whose value is used: make them equal, or clear it';
    this.#report(record, 'warning', 'differs-from-first-row', column, message);
  }

  /** Reports letters that were lost when the file was saved. */
  #checkLetters(record: CsvRecord, column: string, text: string): void {
    if (!text.includes('\uFFFD')) return;
    const message = 'has letters that could not be read: save the file as "CSV UTF-8" from its source';
    this.#report(record, 'error', 'letters-lost', column, message);
  }

  /** A field of the product that is not text. */
  read<T>(field: Field, read: (text: string) => Cell<T>): T | undefined {
    const text = this.text(field);
    return text === undefined ? undefined : this.#take(this.firstWith(field), field, read(text));
  }

  tags(): readonly string[] | undefined {
    const text = this.text('tags');
    if (text === undefined) return undefined;
    const tags = new Map<string, string>();
    for (const tag of text.split(',').map((part) => part.trim())) {
      if (tag !== '' && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
    }
    if (/[;|]/.test(text.replace(/&#?\w+;/g, ''))) {
      const message = 'has ; or |, which become part of a tag: only commas separate tags';
      this.#tell(this.firstWith('tags'), 'warning', 'tag-has-other-separator', 'tags', message);
    }
    return tags.size > 0 ? [...tags.values()] : undefined;
  }

  /** The first value of a metafield column. */
  metafield({ index, name }: MetafieldColumn): { readonly record: CsvRecord; readonly text: string } | undefined {
    let found: { readonly record: CsvRecord; readonly text: string } | undefined;
    for (const record of this.#records) {
      const text = (record.cells[index] ?? '').trim();
      if (text === '') continue;
      found ??= { record, text };
      if (text !== found.text) this.#differs(record, name);
    }
    if (found) this.#checkLetters(found.record, name, found.text);
    return found;
  }

  /**
   * The rows of variants: those with a value that identifies a variant; otherwise the first row, if it has any value.
   */
  variantRows(): readonly CsvRecord[] {
    const further = this.#header.furtherOptions.filter(({ name }) => /value$/i.test(name.trim()));
    const rows = this.#records.filter(
      (record) =>
        identity.some((field) => this.#file.cell(record, field) !== '') ||
        further.some(({ index }) => (record.cells[index] ?? '').trim() !== ''),
    );
    if (rows.length > 0) return rows;
    const handle = this.#header.columns.get('handle')?.index;
    const isEmpty = this.#records.every(({ cells }) => cells.every((cell, at) => at === handle || cell.trim() === ''));
    return isEmpty ? [] : [this.#first];
  }

  /** Reports rows without data, which are left out. */
  checkRest(variantRows: readonly CsvRecord[]): void {
    const handle = this.#header.columns.get('handle')?.index;
    for (const record of this.#records) {
      if (record === this.#first || variantRows.includes(record)) continue;
      if (record.cells.some((cell, at) => at !== handle && cell.trim() !== '')) continue;
      this.#report(record, 'warning', 'row-without-data', '', 'has nothing but a handle: it is left out');
    }
  }

  /**
   * The product's options, and the rows with different values for them. If rows have equal values, the first is used.
   */
  options(rows: readonly CsvRecord[]): {
    readonly options: readonly string[];
    readonly linked: ReadonlyMap<string, { name: MetafieldName; field: Field; record: CsvRecord }>;
    readonly variants: readonly ChosenVariant[];
  } {
    for (const { index, name } of this.#header.furtherOptions) {
      const record = rows.find(({ cells }) => (cells[index] ?? '').trim() !== '');
      if (!record || !/name$/i.test(name.trim())) continue;
      const message = 'is a fourth option, but Shopify allows three: combine some';
      this.#report(record, 'error', 'too-many-options', name, message);
    }
    const slots = ([1, 2, 3] as const).map((number) => {
      const valueField: Field = `option${number}Value`;
      const values = rows.map((record) => this.#file.cell(record, valueField));
      return { number, valueField, values, name: this.text(`option${number}Name`) };
    });
    const used = slots.filter(({ values }) => values.some((value) => value !== ''));
    const seen = new Set<string>();
    const kept = rows.flatMap((record, at) => {
      const combination = JSON.stringify(used.map(({ values }) => fold(values[at] ?? '')));
      if (seen.has(combination)) {
        const message = 'has the option values of an earlier row, so this one is left out: change one, or remove it';
        this.#tell(record, 'error', 'options-repeated', 'option1Value', message);
        return [];
      }
      seen.add(combination);
      return [{ record, at }];
    });
    const isDefault =
      kept.length === 1 &&
      used.every(({ number, name = 'Title', values }) => {
        return number === 1 && fold(name) === 'title' && fold(values[kept[0]?.at ?? 0] ?? '') === 'default title';
      });
    this.#checkUnused(isDefault ? slots : slots.filter((slot) => !used.includes(slot)));
    if (isDefault) {
      return { options: [], linked: new Map(), variants: kept.map(({ record }) => ({ record, values: {} })) };
    }
    const linked = new Map<string, { name: MetafieldName; field: Field; record: CsvRecord }>();
    const names: string[] = [];
    const values = kept.map((): Record<string, string> => ({}));
    for (const slot of used) {
      const name = slot.name ?? this.#namelessOption(slot.number, rows, slot.values);
      if (name === undefined) continue;
      if (names.some((other) => fold(other) === fold(name))) {
        const field: Field = `option${slot.number}Name`;
        const message = `is "${name}", like another option of the product: rename one`;
        this.#tell(this.firstWith(field), 'error', 'option-name-repeated', field, message);
        continue;
      }
      names.push(name);
      const link = this.#linkOf(slot.number);
      if (link) linked.set(name, link);
      this.#fillValues(slot, kept, name, values, link !== undefined);
    }
    return {
      options: names,
      linked,
      variants: kept.map(({ record }, index) => ({ record, values: values[index] ?? {} })),
    };
  }

  #checkUnused(slots: readonly { readonly number: 1 | 2 | 3 }[]): void {
    for (const field of slots.flatMap(({ number }) => [`option${number}Name`, `option${number}Linked`] as const)) {
      const record = this.firstWith(field);
      const text = fold(this.#file.cell(record, field));
      if (text === '' || (field === 'option1Name' && text === 'title')) continue;
      const message = 'belongs to an option without values: it is left out';
      this.#tell(record, 'warning', 'option-without-values', field, message);
    }
  }

  #namelessOption(number: 1 | 2 | 3, rows: readonly CsvRecord[], values: readonly string[]): undefined {
    const record = rows[values.findIndex((value) => value !== '')] ?? this.#first;
    const message = 'is empty, so the meaning of the values is unknown: give the option a name';
    this.#tell(record, 'error', 'option-name-missing', `option${number}Name`, message);
    return undefined;
  }

  #linkOf(number: 1 | 2 | 3): { name: MetafieldName; field: Field; record: CsvRecord } | undefined {
    const field: Field = `option${number}Linked`;
    const text = this.text(field);
    if (text === undefined) return undefined;
    const name = linkedMetafield(text);
    const record = this.firstWith(field);
    if (name) return { name, field, record };
    const message = 'is not written as product.metafields.NAMESPACE.KEY: correct it, or empty it';
    this.#tell(record, 'error', 'linked-to-unknown', field, message);
    return undefined;
  }

  /** The values of one option, each in the spelling of its first occurrence. */
  #fillValues(
    slot: { readonly number: 1 | 2 | 3; readonly valueField: Field; readonly values: readonly string[] },
    kept: readonly { readonly record: CsvRecord; readonly at: number }[],
    name: string,
    into: readonly Record<string, string>[],
    isLinked: boolean,
  ): void {
    const { valueField } = slot;
    const spellings = new Map<string, string>();
    for (const [index, { record, at }] of kept.entries()) {
      const value = slot.values[at] ?? '';
      if (value === '') {
        const message = `is empty: give the variant a value for "${name}"`;
        this.#tell(record, 'error', 'option-value-missing', valueField, message);
        continue;
      }
      this.#checkLetters(record, this.#file.nameOf(valueField), value);
      const first = spellings.get(fold(value)) ?? value;
      spellings.set(fold(value), first);
      if (first !== value) {
        const message = `is written "${first}" in an earlier row, which is the same for Shopify: that spelling is used`;
        this.#tell(record, 'warning', 'option-value-other-case', valueField, message);
      }
      if (!isLinked) this.#take(record, valueField, findDamage(value, 'option'));
      if (slot.number === 1 && fold(value) === 'default title') this.#checkDefault(record, name, kept.length);
      const target = into[index];
      if (target) target[name] = first;
    }
  }

  #checkDefault(record: CsvRecord, name: string, count: number): void {
    if (count > 1) {
      const message = 'is the value that Shopify gives to an only variant, but there are others: use another value';
      this.#tell(record, 'warning', 'default-title-beside-others', 'option1Value', message);
    } else if (fold(name) !== 'title') {
      const message = 'is not "Title", so "Default Title" becomes a value that shoppers see: write Title';
      this.#tell(record, 'warning', 'default-title-under-other-name', 'option1Name', message);
    }
  }

  /** The images of all rows, sorted by position, each once. */
  images(): DraftImage[] {
    const found = new Map<string, { image: { url: string; alt?: string; position?: number }; order: number }>();
    let last = 0;
    for (const record of this.#records) {
      const position = this.#readIn(record, 'imagePosition', (text) => readWhole(text, 'position'));
      const alt = this.#file.cell(record, 'imageAlt');
      const urls = this.#urlsIn(record, 'image');
      if (this.#file.cell(record, 'image') === '') {
        const message = 'has no image in its row: it is left out';
        for (const [field, code] of [
          ['imagePosition', 'position-without-image'],
          ['imageAlt', 'alt-without-image'],
        ] as const) {
          if (this.#file.cell(record, field) !== '') {
            this.#tell(record, 'warning', code, field, message);
          }
        }
      }
      for (const url of urls) {
        if (found.has(pictureOf(url))) {
          const message = 'is already an image of the product: it is used once';
          this.#tell(record, 'warning', 'image-repeated', 'image', message);
          continue;
        }
        last = position ?? last;
        const image = { url, ...(alt !== '' && { alt }), ...(position !== undefined && { position }) };
        if (alt !== '') this.#checkLetters(record, this.#file.nameOf('imageAlt'), alt);
        found.set(pictureOf(url), { image, order: last });
      }
    }
    const sorted = [...found.values()].toSorted((a, b) => a.order - b.order).map(({ image }) => image);
    let before = 0;
    return sorted.map((image) => {
      before = Math.max(before + 1, image.position ?? 0);
      return { ...image, position: before };
    });
  }

  #urlsIn(record: CsvRecord, field: 'image' | 'variantImage'): readonly string[] {
    const text = this.#file.cell(record, field);
    const urls = this.#header.isMatrixify ? text.split(/;\s*(?=https?:)/) : [text];
    return urls.filter((url) => {
      if (url === '') return false;
      const isOne = !/[\s,;|]https?:\/\//.test(url);
      const isAddress = isOne && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
      if (!isAddress) {
        const message = isOne
          ? 'is not a URL that Shopify can download: write the whole URL, with https://'
          : 'has several URLs: give each its own row';
        this.#tell(record, 'error', 'image-not-a-url', field, message);
      }
      return isAddress;
    });
  }

  /** One variant, with its quantity. */
  variant(
    record: CsvRecord,
    values: Readonly<Record<string, string>>,
    images: DraftImage[],
    skusBefore: TextSet,
  ): SellableVariant {
    const read = <T>(field: Field, how: (text: string) => Cell<T>): T | undefined => this.#readIn(record, field, how);
    const price = this.#priceOf(record);
    const options = { ...values };
    const tracker = this.#file.cell(record, 'tracker');
    const hasTracker = this.#header.columns.has('tracker');
    if (!/^(shopify|)$/i.test(tracker)) {
      const message = `is ${tracker.slice(0, 40)}, not Shopify: a draft only says that stock is tracked`;
      this.#tell(record, 'warning', 'tracked-by-other-service', 'tracker', message);
    }
    const inventoryItem = given({
      cost: read('cost', (text) => readMoney(text, 'cost')),
      tracked: hasTracker ? tracker !== '' : undefined,
      weight: this.#weightOf(record),
      requiresShipping: read('shipping', readBoolean),
    });
    this.#checkService(record);
    const quantity = read('quantity', (text) => readWhole(text, 'quantity'));
    if (tracker !== '' && this.#header.columns.has('quantity') && this.#file.cell(record, 'quantity') === '') {
      const message = 'is empty although stock is tracked: Shopify refuses the row';
      this.#tell(record, 'warning', 'quantity-missing', 'quantity', message);
    }
    const draft = given({
      sku: this.#skuOf(record, skusBefore),
      price,
      compareAtPrice: this.#compareAtOf(record, price),
      barcode: read('barcode', (text) => findDamage(text, 'barcode')),
      taxable: read('taxable', readBoolean),
      taxCode: this.#file.cell(record, 'taxCode') ? withoutApostrophe(this.#file.cell(record, 'taxCode')) : undefined,
      inventoryPolicy: read('policy', (text) =>
        readPolicy(text, /^continue/i.test(this.#file.nameOf('policy').trim())),
      ),
      inventoryItem: Object.keys(inventoryItem).length > 0 ? inventoryItem : undefined,
      unitPrice: this.#unitPriceOf(record),
      options,
      imageUrl: this.#imageOf(record, images),
    });
    return { draft: draft as object as ProductVariantDraftInput, options, quantity };
  }

  #priceOf(record: CsvRecord): string | undefined {
    const price = this.#readIn(record, 'price', (text) => readMoney(text, 'price'));
    if (this.#file.cell(record, 'price') === '' && this.#header.columns.has('price')) {
      this.#tell(record, 'error', 'price-missing', 'price', 'is empty: give the variant a price');
    }
    return price;
  }

  #compareAtOf(record: CsvRecord, price: string | undefined): string | undefined {
    const before = this.#readIn(record, 'compareAt', (text) => readMoney(text, 'compare-at'));
    if (before === undefined || !/[1-9]/.test(before)) return undefined;
    if (price !== undefined && Number(before) <= Number(price)) {
      const message = 'is not above the price, so no discount is shown: raise it, or clear it';
      this.#tell(record, 'warning', 'compare-at-not-above-price', 'compareAt', message);
    }
    return before;
  }

  readonly #skus = new Set<string>();

  #skuOf(record: CsvRecord, skusBefore: TextSet): string | undefined {
    if (!this.#header.columns.has('sku')) return undefined;
    const sku = this.#readIn(record, 'sku', (text) => findDamage(text, 'sku'));
    const warn = (code: string, message: string): void => this.#tell(record, 'warning', code, 'sku', message);
    if (sku === undefined) warn('sku-empty', 'is empty: the variant is identified by its option values');
    else if (this.#skus.has(sku))
      warn('sku-repeated-in-product', 'is already used by an earlier variant of the product');
    else if (skusBefore.has(sku)) warn('sku-in-other-product', 'is already used by a variant of another product');
    if (sku !== undefined) this.#skus.add(sku);
    return sku;
  }

  #weightOf(record: CsvRecord): ReturnType<typeof readWeight>['value'] {
    const field = this.#file.cell(record, 'grams') !== '' ? 'grams' : 'weight';
    const text = this.#file.cell(record, field);
    if (text === '') return undefined;
    const written = this.#file.cell(record, 'weightUnit');
    if (field === 'weight' && written === '') {
      const message = 'has no unit: fill in the unit, or write grams';
      this.#tell(record, 'error', 'weight-without-unit', 'weight', message);
      return undefined;
    }
    const unit = this.#take(record, 'weightUnit', readWeightUnit(written)) ?? 'GRAMS';
    return this.#take(record, field, readWeight(text, unit, field === 'grams'));
  }

  #checkService(record: CsvRecord): void {
    const service = this.#file.cell(record, 'service');
    if (/^(manual|)$/i.test(service) || this.#file.services.has(service)) return;
    const isGiftCard = readBoolean(this.#file.cell(this.firstWith('giftCard'), 'giftCard')).value === true;
    if (isGiftCard && /^gift_card$/i.test(service)) return;
    this.#file.services.add(service);
    const message = `is ${service.slice(0, 40)}: a draft has no fulfilment service, so it is ignored (reported once)`;
    this.#tell(record, 'warning', 'service-not-read', 'service', message);
  }

  #unitPriceOf(record: CsvRecord): object | undefined {
    const measure = (text: string): Cell<number> => {
      const { value, ...rest } = readMoney(text, 'measure');
      return value === undefined ? rest : { ...rest, value: Number(value) };
    };
    const unitPrice = {
      quantityValue: this.#readIn(record, 'unitTotal', measure),
      quantityUnit: this.#readIn(record, 'unitTotalUnit', readMeasureUnit),
      referenceValue: this.#readIn(record, 'unitBase', (text) => readWhole(text, 'measure')),
      referenceUnit: this.#readIn(record, 'unitBaseUnit', readMeasureUnit),
    };
    const parts = Object.values(unitPrice);
    if (parts.every((part) => part !== undefined && part !== 0)) return unitPrice;
    const written = (['unitTotal', 'unitTotalUnit', 'unitBase', 'unitBaseUnit'] as const).filter(
      (field) => this.#file.cell(record, field) !== '' && !/^0(\.0+)?$/.test(this.#file.cell(record, field)),
    );
    const [first] = written;
    if (first === undefined) return undefined;
    const message = 'belongs to an incomplete unit price, which is left out: fill in all four columns';
    this.#tell(record, 'warning', 'unit-price-incomplete', first, message);
    return undefined;
  }

  /** The URL of the variant's image among the product's images; it is added if it is not there. */
  #imageOf(record: CsvRecord, images: DraftImage[]): string | undefined {
    const [url] = this.#urlsIn(record, 'variantImage');
    if (url === undefined) return undefined;
    const listed = images.find((image) => pictureOf(image.url) === pictureOf(url));
    if (listed) return listed.url;
    images.push({ url, position: (images.at(-1)?.position ?? 0) + 1 });
    const message = 'is not among the images of the product: it is added at the end';
    this.#tell(record, 'warning', 'image-added-to-list', 'variantImage', message);
    return url;
  }
}

/** Normalises text as option values are compared. */
const fold = (text: string): string => text.trim().normalize('NFC').toLowerCase();

/** A URL without the version that Shopify adds: `?v=1` and `?v=2` are the same image. */
function pictureOf(url: string): string {
  const address = new URL(url);
  address.searchParams.delete('v');
  return address.href;
}
