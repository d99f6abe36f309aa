import { createShopifyClient } from '../client/client.ts';
import { sqliteStores } from '../storage/sqlite.ts';
import type { ImportedProduct, ImportResult } from '../sync/import.ts';
import { createProductSync } from '../sync/product-sync.ts';
import { writeCsv } from '../sync/sources/csv/write-csv.ts';
import { readArguments, wrong } from './arguments.ts';
import { writeWhole } from './export-command.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const help = `shopwright import: read a shop's products into a file and the sync records

Usage: shopwright import [FILE] --shop SHOP --token-env NAME [options]

FILE is a product CSV (*.csv) as exported by Shopify, or one draft per line (*.jsonl). "shopwright plan" and "apply" can
read both. Without FILE, only the records are created. Changes nothing in the shop.

Options:
  --record WHICH         Products that get a record: new, all or none (default new)
  --query TEXT           Only matching products, in Shopify's search syntax, such as vendor:Acme
  --via HOW              bulk or pages (default bulk; pages if the app may not run bulk queries)
  --variant-metafield N  Metafield of variants to read, such as custom.care; may be repeated
  --shop SHOP            Domain of the shop, such as acme.myshopify.com
  --token-env NAME       Environment variable that holds an Admin API access token
  --db FILE              SQLite file of records and journal (default shopwright.db); keep it between runs
  --json                 Print JSON for machines
  --origin URL           Test server instead of the shop, such as a fake on http://127.0.0.1:4010
  -h, --help             Show this help

Exit code: 0 everything was imported, 2 something was skipped and is listed, 1 an error or a product not imported.`;

/** `shopwright import`. */
export async function runImport(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args);
  if (values.help) {
    terminal.out(help);
    return 0;
  }
  const [file, ...more] = positionals;
  const { shop, 'token-env': variable, origin, query } = values;
  if (more.length > 0) throw wrong('import', `takes one file, not ${positionals.length}.`);
  if (file !== undefined && !/\.(csv|jsonl)$/i.test(file)) throw wrong(file, 'is neither *.csv nor *.jsonl.');
  if (!shop) throw wrong('--shop', "is missing. Pass the shop's domain, such as acme.myshopify.com.");
  if (!variable) throw wrong('--token-env', 'is missing. Pass the name of the variable with the access token.');
  const accessToken = process.env[variable];
  if (!accessToken)
    throw wrong('--token-env', `is ${variable}, which is not set in the environment. Set it, or name another.`);
  const record = oneOf('--record', values.record, ['new', 'all', 'none'] as const);
  const via = oneOf('--via', values.via, ['bulk', 'pages'] as const);
  const client = createShopifyClient({ shop, accessToken, ...(origin !== undefined && { origin }) });
  const stores = sqliteStores({ path: values.db ?? 'shopwright.db' });
  try {
    const sync = createProductSync({ client, stores });
    const variantMetafields = values['variant-metafield'] ?? [];
    const options = { record, via, variantMetafields, signal: terminal.stop, ...(query !== undefined && { query }) };
    const seen = new Seen(terminal);
    const products = seen.of(sync.importAll(options));
    if (file === undefined) for await (const _ of products);
    else await writeWhole(/\.csv$/i.test(file) ? csvOf(products, seen) : linesOf(products), 'import', file);
    return seen.report(file, values.json);
  } finally {
    await stores.close();
  }
}

/** Counts and reports the results of an import. */
class Seen {
  readonly #counts: Record<ImportResult['outcome'], number> = {
    ...{ imported: 0, known: 0, read: 0, gone: 0, invalid: 0, failed: 0 },
  };
  readonly #terminal: Terminal;
  #leftOut = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Yields the products that were read, and prints the problems of the others. */
  async *of(results: AsyncIterable<ImportResult>): AsyncGenerator<ImportedProduct> {
    for await (const result of results) {
      this.#counts[result.outcome] += 1;
      if ('draft' in result) {
        for (const { kind, gid } of result.leftOut)
          this.leftOut(`${result.localId}: the ${kind} ${gid} cannot be part of a draft`);
        yield result;
      } else if (result.outcome === 'failed') this.#terminal.error(`${result.gid}: ${result.error.message}`);
      else if (result.outcome === 'invalid')
        for (const { field, message } of result.issues) this.#terminal.error(`${result.gid}: ${field} ${message}`);
    }
  }

  leftOut(text: string): void {
    this.#leftOut += 1;
    this.#terminal.error(text);
  }

  report(file: string | undefined, isJson: boolean): ExitCode {
    const { imported, known, read, gone, invalid, failed } = this.#counts;
    if (isJson) this.#terminal.out(JSON.stringify({ counts: this.#counts, leftOut: this.#leftOut }));
    else
      this.#terminal.out(
        `${imported + known + read} products${file === undefined ? '' : ` in ${file}`}: ${imported} with a new record, ${known} with an existing one, ${read} without. ${gone} gone, ${invalid} invalid, ${failed} failed.`,
      );
    if (invalid + failed > 0) return 1;
    return this.#leftOut > 0 ? 2 : 0;
  }
}

async function* linesOf(products: AsyncIterable<ImportedProduct>): AsyncGenerator<string> {
  for await (const { draft } of products) yield `${JSON.stringify(draft)}\n`;
}

/** Collects all products first: the metafield columns are known only at the end. */
async function* csvOf(products: AsyncIterable<ImportedProduct>, seen: Seen): AsyncGenerator<string> {
  const all: ImportedProduct[] = [];
  for await (const product of products) all.push(product);
  for (const { localId, draft } of all) {
    const item = draft.variants.flatMap(({ inventoryItem = {} }) => Object.keys(inventoryItem));
    const names = ['harmonizedSystemCode', 'countryCodeOfOrigin'].filter((name) => item.includes(name));
    if (draft.variants.some(({ metafields }) => metafields)) names.push('metafields of variants');
    if (names.length > 0) seen.leftOut(`${localId}: a product CSV has no column for ${names.join(', ')}`);
  }
  yield* writeCsv(all, { unwritable: 'omit' });
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  return readArguments('import', args, {
    allowPositionals: true,
    options: {
      ...{ shop: text, 'token-env': text, db: text, origin: text, query: text },
      'variant-metafield': { type: 'string', multiple: true },
      record: { type: 'string', default: 'new' },
      via: { type: 'string', default: 'bulk' },
      json: flag,
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function oneOf<Word extends string>(field: string, given: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === given);
  if (found === undefined) throw wrong(field, `is "${given}". Use one of ${words.join(', ')}.`);
  return found;
}
