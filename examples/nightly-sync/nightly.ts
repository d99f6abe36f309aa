import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isShopwrightError } from 'shopwright';
import { type DeleteLimits, formatPlan, type ProductSync, readCsv } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

/** The exit code for cron: 0 all is well, 2 somebody should look, 1 nothing or not everything was pushed. */
export type ExitCode = 0 | 1 | 2;

export interface NightlyOptions {
  readonly sync: ProductSync;
  /** A product CSV as exported by Shopify, or a JSON list of drafts. */
  readonly file: string;
  /** What a night may delete. A truncated file must not empty the shop. */
  readonly maxDeletes: DeleteLimits;
  readonly log: (line: string) => void;
}

/** One night: read the catalogue, plan, apply, compare with the shop, check the health of the sync. */
export async function nightly({ sync, file, maxDeletes, log }: NightlyOptions): Promise<ExitCode> {
  const { drafts, problems } = await readCatalogue(file);
  for (const problem of problems) log(`! ${problem}`);

  // Products that left the file are archived, not deleted, so that it can be undone. A product with a bad row has not
  // left it.
  const plan = await sync.plan(drafts, { missing: problems.length > 0 ? 'keep' : 'archive' });
  log(formatPlan(plan));
  try {
    const { counts, stoppedBy, runId } = await sync.apply(plan, { maxDeletes });
    log(`Pushed: ${said(counts)}. To undo it: sync.rollback({ runId: '${runId}' })`);
    if (stoppedBy !== undefined) {
      log(`Stopped: ${String(stoppedBy)}`);
      return 1;
    }
  } catch (error) {
    // More would be removed than `maxDeletes` allows: nothing was sent.
    if (!isShopwrightError(error)) throw error;
    log(`Nothing was pushed: ${error.message}`);
    return 1;
  }

  const { consistency, counts } = await sync.reconcile();
  log(`${consistency} % in step with the shop: ${said(counts) || 'nothing was found'}.`);
  const { status, reasons } = await sync.health({ maxAgeMs: 0 });
  log([status, ...reasons].join('; '));
  if (status === 'critical') return 1;
  return status === 'degraded' || consistency < 100 || problems.length > 0 ? 2 : 0;
}

async function readCatalogue(file: string) {
  if (file.endsWith('.json')) {
    const drafts = JSON.parse(await readFile(file, 'utf8')) as readonly ProductDraftInput[];
    return { drafts, problems: [] };
  }
  const { drafts, issues } = await readCsv(createReadStream(file), { format: 'shopify' }).collect();
  const errors = issues.filter(({ severity }) => severity === 'error');
  return { drafts, problems: errors.map(({ row, column, message }) => `row ${row}, "${column}": ${message}`) };
}

const said = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
    .join(', ');
