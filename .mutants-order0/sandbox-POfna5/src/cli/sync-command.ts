// @ts-nocheck
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createShopifyClient, type ShopifyClient } from '../client/client.ts';
import type { Stores } from '../ports/stores.ts';
import { sqliteStores } from '../storage/sqlite.ts';
import { formatPlan, parsePlan, type RunPlan, serializePlan } from '../sync/plan/run-plan.ts';
import { type ApplyOptions, createProductSync, type ProductSync } from '../sync/product-sync.ts';
import { missingProducts } from '../sync/push/missing-products.ts';
import type { PushSummary } from '../sync/push/push-many.ts';
import { createDefinitionTypes } from '../sync/sources/csv/definition-types.ts';
import { readCsv } from '../sync/sources/csv/read-csv.ts';
import type { CsvIssue } from '../sync/sources/csv/records.ts';
import { createReferences } from '../sync/sources/csv/references.ts';
import { parseRows } from '../sync/sources/rows.ts';
import type { ProductDraftInput } from '../validation/product-draft.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const shared = `  --shop SHOP            Domain of the shop, such as acme.myshopify.com
  --token-env NAME       Environment variable that holds an Admin API access token
  --db FILE              SQLite file of records and journal (default shopwright.db); keep it between runs
  --json                 Print JSON for machines
  --origin URL           A server in place of the shop's, such as a fake on http://127.0.0.1:4010
  -h, --help             Show this help`;

const ofFiles = `  --publish-to NAME      Sales channel for new products; may be given several times
  --adopt-by WHAT        Take over products of the shop by handle, sku or barcode; may be given several times
  --refresh              Compare unchanged products with the shop too
  --on-drift WHOSE       report, ours or theirs: values that only the shop changed (default report)
  --on-conflict WHOSE    report, ours or theirs: values that both changed (default report)
  --missing WHAT         keep, archive or delete products that earlier runs pushed and the file lacks (default keep)
  --limit N              Products that are shown (default 50)`;

const helps = {
  plan: `shopwright plan: say what a push of a file would change in a shop

Usage: shopwright plan FILE --shop SHOP --token-env NAME [options]

FILE is a product CSV as Shopify exports it, or JSON (a list, or one product a line). Nothing is changed.

Options:
${ofFiles}
  --out PLAN             Save the plan, to apply it after review (experimental)
${shared}

Exit code: 0 nothing to do, 2 there are changes, 1 an error or an invalid product.`,
  apply: `shopwright apply: push a file, or a plan that was saved (experimental)

Usage: shopwright apply FILE --shop SHOP --token-env NAME [options]

Shows the plan and asks. Prints the name of the run, by which "shopwright rollback" undoes it.
Call it again where it was cut off: nothing is sent twice.

Options:
${ofFiles}
  --max-deletes N        Variants that may be deleted, those with stock included (default 0)
  --max-stock-deletes N  Variants that have units in stock, those of deleted products included (default 0)
  --max-products N       Products that --missing may archive or delete (default 0)
  --skip-invalid         Push the valid products of a file that has others too
  --run NAME             Name of the run; take the same to continue one that was cut off (default: a new one)
  --yes                  Do not ask
${shared}

Exit code: 0 nothing to do, 2 the shop was changed, 1 an error, or a product that was not pushed.`,
  rollback: `shopwright rollback: put back what a run changed

Usage: shopwright rollback RUN --shop SHOP --token-env NAME [options]

What others changed since is left as it is, and listed. Call it again where it was cut off.

Options:
  --product ID           Undo the last push of this local id, in place of a run
  --dry-run              Only say what would be done
  --archive-created      Archive products that the run created, in place of deleting them
${shared}

Exit code: 0 nothing to undo, 2 the shop was changed, 1 an error, or something that was not put back.`,
};

/** A command on the products of a shop. */
export type SyncCommand = keyof typeof helps;

/** `shopwright plan`, `apply` and `rollback`. */
export async function runSync(command: SyncCommand, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(command, args);
  if (values.help) {
    terminal.out(helps[command]);
    return 0;
  }
  const [target, ...more] = positionals;
  const what = command === 'rollback' ? 'run' : 'file';
  if (more.length > 0) throw wrong(command, `takes one ${what}, not ${positionals.length}.`);
  if (target === undefined && command !== 'rollback')
    throw wrong(command, `needs a file. Try: shopwright ${command} --help`);
  const { shop, 'token-env': variable } = values;
  if (!shop) throw wrong('--shop', 'is missing. Give the domain of the shop, such as acme.myshopify.com.');
  if (!variable) throw wrong('--token-env', 'is missing. Give the name of the variable that holds the access token.');
  const accessToken = process.env[variable];
  if (!accessToken)
    throw wrong('--token-env', `is ${variable}, which the environment does not have. Set it, or name another.`);
  const adoptBy = (values['adopt-by'] ?? []).map((by) =>
    oneOf('--adopt-by', by, ['handle', 'sku', 'barcode'] as const),
  );
  const client = createShopifyClient({
    shop,
    accessToken,
    ...(values.origin !== undefined && { origin: values.origin }),
  });
  const stores = sqliteStores({ path: values.db ?? 'shopwright.db' });
  try {
    const sync = createProductSync({ client, stores, adoptBy, publishTo: values['publish-to'] ?? [] });
    if (command === 'rollback') return await undo(sync, target, values, terminal);
    return await push(command, { sync, stores, client }, target ?? '', values, terminal);
  } finally {
    await stores.close();
  }
}

type Values = ReturnType<typeof readOptions>['values'];

async function push(
  command: 'plan' | 'apply',
  { sync, stores, client }: { readonly sync: ProductSync; readonly stores: Stores; readonly client: ShopifyClient },
  file: string,
  values: Values,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = {
    signal: terminal.stop,
    refresh: values.refresh,
    onDrift: oneOf('--on-drift', values['on-drift'], ['report', 'ours', 'theirs']),
    onConflict: oneOf('--on-conflict', values['on-conflict'], ['report', 'ours', 'theirs']),
  } as const;
  const maxDeletes = {
    products: wholeNumber('--max-products', values['max-products']),
    variants: wholeNumber('--max-deletes', values['max-deletes']),
    variantsWithStock: wholeNumber('--max-stock-deletes', values['max-stock-deletes']),
  };
  if (values.run === '') throw wrong('--run', 'is empty. Give any name, or leave it out.');
  const missing = oneOf('--missing', values.missing, ['keep', 'archive', 'delete']);
  const { products, problems, warnings, saved } = await readProducts(file, client);
  for (const warning of warnings) terminal.error(warning);
  for (const problem of problems) terminal.error(problem);
  // What a damaged file lacks may be only what cannot be read.
  if (problems.length > 0 && missing !== 'keep') {
    const listed = new Set(products.map(({ localId }) => localId));
    const kept: string[] = [];
    for await (const localId of missingProducts(stores.records, client.shop, missing, (id) => listed.has(id)))
      kept.push(localId);
    if (kept.length > 0)
      terminal.error(
        `${file} is not whole, so what it lacks is not touched (--missing ${missing}): ${kept.join(', ')}`,
      );
  }
  const plan = saved ?? (await sync.plan(products, { ...options, missing: problems.length > 0 ? 'keep' : missing }));
  const isInvalid = problems.length > 0 || plan.products.some(({ outcome }) => /^(invalid|failed)$/.test(outcome));
  const isLeft = plan.products.some(({ outcome }) => outcome === 'conflict');
  const isEmpty = !plan.products.some(({ plan: ofProduct }) => ofProduct && ofProduct.action !== 'unchanged');
  if (command === 'plan') {
    terminal.out(values.json ? JSON.stringify(plan) : formatPlan(plan, shown(values, terminal)));
    if (values.out !== undefined) await write(values.out, serializePlan(plan));
    return isInvalid ? 1 : isEmpty ? 0 : 2;
  }

  if (!values.json) terminal.out(formatPlan(plan, shown(values, terminal)));
  if (isInvalid && !values['skip-invalid'])
    throw wrong(file, 'has products that are invalid, listed above. Fix them, or leave them out with --skip-invalid.');
  if (isEmpty) {
    // A run that was cut off may have left sync records open, of products that lack nothing.
    if (plan.products.some((product) => product.plan)) await sync.apply(plan, options);
    if (values.json) terminal.out(JSON.stringify({ counts: plan.counts, failed: [] }));
    return isInvalid || isLeft ? 1 : 0;
  }
  if (!values.yes && !(await terminal.ask?.(`Apply this to ${plan.shop}?`)))
    throw wrong('--yes', 'was not given, and nobody said yes. Nothing was changed.');
  return report(
    await applyPlan(sync, plan, { ...options, maxDeletes }, values, terminal),
    isInvalid || isLeft,
    values,
    terminal,
  );
}

function applyPlan(
  sync: ProductSync,
  plan: RunPlan,
  options: ApplyOptions,
  values: Values,
  terminal: Terminal,
): Promise<PushSummary> {
  const total = plan.products.filter((product) => product.plan).length;
  const step = Math.ceil(total / 10);
  let next = step;
  return sync.apply(plan, {
    ...options,
    ...(values.run !== undefined && { runId: values.run }),
    onProgress: ({ finished }) => {
      if (values.json || finished < next) return;
      next += step;
      terminal.error(`${finished} of ${total} products`);
    },
  });
}

function report(summary: PushSummary, isPartial: boolean, values: Values, terminal: Terminal): ExitCode {
  const { counts, failed, stoppedBy, runId } = summary;
  if (stoppedBy instanceof Error && !failed.some(({ error }) => error === stoppedBy)) terminal.error(stoppedBy.message);
  if (values.json) terminal.out(JSON.stringify({ runId, counts, failed: failed.map(({ localId }) => localId) }));
  else {
    for (const { localId, error } of failed) terminal.error(`${localId}: ${error.message}`);
    terminal.out(
      [
        `${counts.created} created, ${counts.updated} updated`,
        ...(['deleted', 'archived'] as const).flatMap((word) => (counts[word] > 0 ? [`${counts[word]} ${word}`] : [])),
        `${counts.failed} failed, ${counts.outdated} outdated.`,
      ].join(', '),
    );
    terminal.out(`Undo it with: shopwright rollback ${runId} --shop … --token-env …`);
  }
  const isIncomplete = counts.failed + counts.conflict + counts.blocked + counts.outdated + counts.skipped > 0;
  return isIncomplete || isPartial || stoppedBy !== undefined ? 1 : 2;
}

async function undo(
  sync: ProductSync,
  runId: string | undefined,
  values: Values,
  terminal: Terminal,
): Promise<ExitCode> {
  const localId = values.product;
  if ((runId === undefined) === (localId === undefined))
    throw wrong('rollback', 'needs a run, or --product with a local id: give one of them.');
  const { counts, notable } = await sync.rollback(localId === undefined ? { runId: runId ?? '' } : { localId }, {
    signal: terminal.stop,
    dryRun: values['dry-run'],
    created: values['archive-created'] ? 'archive' : 'delete',
  });
  if (values.json) terminal.out(JSON.stringify({ counts, notable }));
  else {
    for (const result of notable) {
      const others = result.others.map(({ list, name, field }) => `${list} ${name} ${field ?? ''}`.trim());
      const more = [
        ...others.map((one) => `${one} was changed since`),
        ...result.remade.map((sku) => `${sku} was created again: it has another id, and no stock`),
        ...result.lost.map((one) => `not brought back: ${one}`),
      ];
      terminal.error(`${result.localId}: ${result.outcome}${result.error ? `: ${result.error.message}` : ''}`);
      for (const line of more) terminal.error(`  ${line}`);
    }
    const words = Object.entries(counts).flatMap(([outcome, count]) => (count > 0 ? [`${count} ${outcome}`] : []));
    terminal.out(`${values['dry-run'] ? 'Would be: ' : ''}${words.join(', ')}.`);
  }
  if (counts.failed + counts.partly > 0 || notable.some(({ lost }) => lost.length > 0)) return 1;
  return counts.restored + counts.removed + counts.recreated > 0 ? 2 : 0;
}

/** What a file holds: products, a saved plan, and what is wrong with the rest. */
interface Contents {
  readonly products: readonly ProductDraftInput[];
  readonly problems: readonly string[];
  /** What was left out of products that are pushed all the same. */
  readonly warnings: readonly string[];
  readonly saved?: RunPlan;
}

/** What a push would be refused for, or do otherwise than the file says: those that read a file see it in its issues. */
const toldOnce: ReadonlySet<string> = new Set([
  ...['metafield-undefined', 'metafield-reference', 'linked-option', 'column-missing'],
]);

async function readProducts(file: string, client: ShopifyClient): Promise<Contents> {
  try {
    if (/\.csv$/i.test(file)) {
      const definitionType = createDefinitionTypes(client);
      const options = { format: 'shopify', definitionType, resolveReference: createReferences(client) } as const;
      const { drafts, issues } = await readCsv(createReadStream(file), options).collect();
      const line = ({ row, column, message }: CsvIssue): string =>
        `${file}, row ${row}${column && `, ${column}`}: ${message}`;
      return {
        products: drafts as readonly ProductDraftInput[],
        problems: issues.filter(({ severity }) => severity === 'error').map(line),
        warnings: issues.filter(({ code, severity }) => severity === 'warning' && toldOnce.has(code)).map(line),
      };
    }
    const text = await readFile(file, 'utf8');
    if (/^\s*\{\s*"format"/.test(text)) return { products: [], problems: [], warnings: [], saved: parsePlan(text) };
    const { rows, rejected } = parseRows<ProductDraftInput>(text, { name: file });
    return { products: rows, problems: rejected.map(({ reason }) => reason), warnings: [] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw wrong(file, `cannot be read (${code}).`);
    throw error;
  }
}

const shown = (values: Values, terminal: Terminal) => ({
  limit: wholeNumber('--limit', values.limit),
  colours: terminal.hasColours ?? false,
});

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw wrong('--out', `is ${file}, which cannot be written (${code}). Give a file in a folder that exists.`);
  }
}

function readOptions(command: SyncCommand, args: readonly string[]) {
  const parsed = parse(command, args);
  // An option of another command must not be taken for one of this: apply would not heed a --dry-run.
  for (const { name } of parsed.tokens.filter((token) => token.kind === 'option')) {
    if (!new RegExp(`^ .*--${name} `, 'm').test(helps[command]))
      throw wrong(`--${name}`, `is not an option of ${command}. Try: shopwright ${command} --help`);
  }
  return parsed;
}

function parse(command: SyncCommand, args: readonly string[]) {
  const text = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean', default: false } as const;
  return readArguments(command, args, {
    allowPositionals: true,
    tokens: true,
    options: {
      ...{ shop: text, 'token-env': text, db: text, origin: text, out: text, product: text, run: text },
      ...{ 'publish-to': several, 'adopt-by': several },
      ...{ json: flag, refresh: flag, yes: flag, 'skip-invalid': flag, 'dry-run': flag, 'archive-created': flag },
      'on-drift': { type: 'string', default: 'report' },
      'on-conflict': { type: 'string', default: 'report' },
      'max-deletes': { type: 'string', default: '0' },
      'max-stock-deletes': { type: 'string', default: '0' },
      'max-products': { type: 'string', default: '0' },
      missing: { type: 'string', default: 'keep' },
      limit: { type: 'string', default: '50' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function oneOf<Word extends string>(field: string, given: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === given);
  if (found === undefined) throw wrong(field, `is "${given}". Give one of ${words.join(', ')}.`);
  return found;
}

function wholeNumber(field: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw wrong(field, `is "${text}". Give a whole number.`);
}
