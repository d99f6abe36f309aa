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
  --origin URL           Test server instead of the shop, such as a fake on http://127.0.0.1:4010
  -h, --help             Show this help`;

const ofFiles = `  --publish-to NAME      Sales channel for new products; may be repeated
  --adopt-by WHAT        Adopt existing products of the shop by handle, sku or barcode; may be repeated
  --refresh              Compare unchanged products with the shop too
  --on-drift WHOSE       report, ours or theirs: values that only the shop changed (default report)
  --on-conflict WHOSE    report, ours or theirs: values that both changed (default report)
  --missing WHAT         keep, archive or delete products that earlier runs pushed and the file lacks (default keep)
  --limit N              Number of products to show (default 50)`;

const helps = {
  plan: `shopwright plan: show what pushing a file would change in a shop

Usage: shopwright plan FILE --shop SHOP --token-env NAME [options]

FILE is a product CSV as exported by Shopify, or JSON (a list, or one product per line). Changes nothing.

Options:
${ofFiles}
  --out PLAN             Save the plan, to apply it after review (experimental)
${shared}

Exit code: 0 nothing to do, 2 there are changes, 1 an error or an invalid product.`,
  apply: `shopwright apply: push a file, or a saved plan (experimental)

Usage: shopwright apply FILE --shop SHOP --token-env NAME [options]

Shows the plan and asks for confirmation. Prints the name of the run, for "shopwright rollback".
If it is interrupted, run it again: nothing is sent twice.

Options:
${ofFiles}
  --max-deletes N        Variants that may be deleted, including those in stock (default 0)
  --max-stock-deletes N  Variants in stock that may be deleted, including those of deleted products (default 0)
  --max-products N       Products that --missing may archive or delete (default 0)
  --skip-invalid         Push the valid products of a file, even if others are invalid
  --run NAME             Name of the run; reuse it to continue an interrupted one (default: a new one)
  --yes                  Do not ask
${shared}

Exit code: 0 nothing to do, 2 the shop was changed, 1 an error or a product not pushed.`,
  rollback: `shopwright rollback: undo the changes of a run

Usage: shopwright rollback RUN --shop SHOP --token-env NAME [options]

Leaves alone and lists what others have changed since. If it is interrupted, run it again.

Options:
  --product ID           Undo the last push of this local id, instead of a run
  --dry-run              Only show what would be done
  --archive-created      Archive products that the run created, instead of deleting them
${shared}

Exit code: 0 nothing to undo, 2 the shop was changed, 1 an error or something not restored.`,
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
  if (!shop) throw wrong('--shop', "is missing. Pass the shop's domain, such as acme.myshopify.com.");
  if (!variable) throw wrong('--token-env', 'is missing. Pass the name of the variable with the access token.');
  const accessToken = process.env[variable];
  if (!accessToken)
    throw wrong('--token-env', `is ${variable}, which is not set in the environment. Set it, or name another.`);
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
  if (values.run === '') throw wrong('--run', 'is empty. Set any name, or omit it.');
  const missing = oneOf('--missing', values.missing, ['keep', 'archive', 'delete']);
  const { products, problems, warnings, saved } = await readProducts(file, client);
  for (const warning of warnings) terminal.error(warning);
  for (const problem of problems) terminal.error(problem);
  // Products that a damaged file seems to lack may only be unreadable.
  if (problems.length > 0 && missing !== 'keep') {
    const listed = new Set(products.map(({ localId }) => localId));
    const kept: string[] = [];
    for await (const localId of missingProducts(stores.records, client.shop, missing, (id) => listed.has(id)))
      kept.push(localId);
    if (kept.length > 0)
      terminal.error(`${file} is incomplete, so products it lacks are kept (--missing ${missing}): ${kept.join(', ')}`);
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
    throw wrong(file, 'has invalid products, listed above. Fix them, or skip them with --skip-invalid.');
  if (isEmpty) {
    // An interrupted run may have left open sync records for products that need no change.
    if (plan.products.some((product) => product.plan)) await sync.apply(plan, options);
    if (values.json) terminal.out(JSON.stringify({ counts: plan.counts, failed: [] }));
    return isInvalid || isLeft ? 1 : 0;
  }
  if (!values.yes && !(await terminal.ask?.(`Apply this to ${plan.shop}?`)))
    throw wrong('--yes', 'was not given, and nobody confirmed. Nothing was changed.');
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
    throw wrong('rollback', 'needs a run, or --product with a local id.');
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
        ...others.map((one) => `${one} has changed since`),
        ...result.remade.map((sku) => `${sku} was created again: it has a new id and no stock`),
        ...result.lost.map((one) => `not restored: ${one}`),
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

/** The contents of a file: products or a saved plan, and its problems. */
interface Contents {
  readonly products: readonly ProductDraftInput[];
  readonly problems: readonly string[];
  /** Values left out of products that are pushed anyway. */
  readonly warnings: readonly string[];
  readonly saved?: RunPlan;
}

/** Codes of warnings to print: values that Shopify would refuse, or that are pushed differently from the file. */
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
    throw wrong('--out', `is ${file}, which cannot be written (${code}). Use a file in an existing folder.`);
  }
}

function readOptions(command: SyncCommand, args: readonly string[]) {
  const parsed = parse(command, args);
  // Options of other commands are refused: apply would ignore a --dry-run.
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
  if (found === undefined) throw wrong(field, `is "${given}". Use one of ${words.join(', ')}.`);
  return found;
}

function wholeNumber(field: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw wrong(field, `is "${text}". Use a whole number.`);
}
