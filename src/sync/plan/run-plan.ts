import { ValidationError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { ValidationIssue } from '../../validation/issues.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import type { PushOutcome, PushResult } from '../push/push.ts';
import type { ProductChange, ProductDifference } from './change.ts';
import { isOrderField, orderFields } from './order.ts';
import { DeleteBudget, type DeleteLimits, deletionsOf, listed, type ProductPlan, stockOf } from './plan.ts';
import { contentHash, type FactValue, type OptionPairs } from './product-facts.ts';

/** A product of a plan with something to apply or to decide. */
export interface PlannedProduct {
  readonly localId: string | undefined;
  readonly outcome: PushOutcome;
  /**
   * What would be sent; present for `would-create`, `would-update`, `would-delete`, `would-archive` and `blocked`. It
   * has no changes if a push was interrupted after it had sent everything: `apply` then only completes the sync record.
   */
  readonly plan?: ProductPlan;
  /** The draft for which it was planned: `apply` pushes it. */
  readonly draft?: ProductDraft;
  readonly drifts?: readonly ProductDifference[];
  readonly conflicts?: readonly ProductDifference[];
  /** Why it is invalid. */
  readonly issues?: readonly ValidationIssue[];
  /** Why it could not be planned. */
  readonly problem?: string;
}

/** What a run of pushes would do. Plain JSON, without tokens. `formatPlan` formats it, `serializePlan` saves it. */
export interface RunPlan {
  /** Shop domain. */
  readonly shop: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly counts: Readonly<Partial<Record<PushOutcome, number>>>;
  /**
   * The products, in the order in which they were planned; products that left the list come last. Does not include
   * unchanged products without anything to report, or products outside the rollout.
   */
  readonly products: readonly PlannedProduct[];
  /** Points that the changes will cost by Shopify's published rules, and the number of calls. */
  readonly points: number;
  readonly calls: number;
}

/** One product of a plan, from the result of a dry run. */
export function plannedProduct(result: PushResult, draft: ProductDraft | undefined): PlannedProduct {
  const { localId, outcome } = result;
  return {
    ...{ localId, outcome },
    ...('plan' in result && result.plan && { plan: result.plan }),
    ...('plan' in result && draft && { draft }),
    ...('drifts' in result && result.drifts && { drifts: result.drifts }),
    ...('conflicts' in result && result.conflicts && { conflicts: result.conflicts }),
    ...('issues' in result && { issues: result.issues }),
    ...('error' in result && { problem: result.error.message }),
  };
}

/** The cost of a product's changes: https://shopify.dev/docs/api/usage/limits and the changelog's dynamic costs. */
export function costOf({ action, changes }: ProductPlan): { readonly points: number; readonly calls: number } {
  const count = (list: ProductChange['list'], ...kinds: ProductChange['kind'][]): number =>
    changes.filter((change) => change.list === list && kinds.includes(change.kind)).length;
  if (action === 'delete') return { points: 10, calls: 1 };
  const [variants, images] = [count('variants', 'add'), count('images', 'add')];
  const metafields = count('metafields', 'add', 'update');
  if (action === 'create')
    return { points: Math.ceil(10 + 0.2 * variants + 1.9 * images + 0.4 * (metafields + 1)), calls: 1 };
  const updated = count('variants', 'update');
  const fields = changes.flatMap((change) => (change.list === 'product' ? Object.keys(change.fields) : []));
  const parts: readonly (readonly [calls: number, points: number])[] = [
    [Math.sign(fields.filter((field) => !isOrderField(field)).length), 20],
    [fields.filter(isOrderField).length, 10],
    [Math.sign(count('tags', 'add')), 10],
    [Math.sign(count('tags', 'remove')), 10],
    [Math.ceil(metafields / 25), 10],
    [Math.sign(count('metafields', 'remove')), 10],
    [Math.ceil(images / 100), 10 + 1.9 * Math.min(images, 100)],
    [Math.sign(count('images', 'update', 'remove')), 10],
    [Math.ceil(updated / 250), 10 + 0.2 * Math.min(updated, 250)],
    [Math.ceil(variants / 250), 10 + 0.2 * Math.min(variants, 250)],
    [Math.ceil(count('variants', 'remove') / 250), 10],
  ];
  const calls = parts.reduce((sum, [number]) => sum + number, 0);
  return { calls, points: Math.ceil(parts.reduce((sum, [number, points]) => sum + number * points, 0)) };
}

/** The plans of the products that would be applied. */
const plansOf = ({ products }: Pick<RunPlan, 'products'>): readonly ProductPlan[] =>
  products.flatMap(({ plan }) => plan ?? []);

/** @throws ValidationError that names products and variants, if plans delete more than allowed. */
export function checkDeletes(plans: readonly ProductPlan[], limits: DeleteLimits | undefined, shop: string): void {
  const message = new DeleteBudget(limits).take(plans);
  if (message === undefined) return;
  throw new ValidationError('Nothing was changed', { issues: [{ field: 'maxDeletes', message }], shop });
}

/** The format of a saved plan. A release that saves something else uses the next number. */
const planFormat = 1;

/**
 * Serialises a plan, so that it can be reviewed and applied later, even by another process. The text contains the
 * drafts but no tokens. `parsePlan` detects changes to the text.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @example
 * await writeFile('plan.json', serializePlan(await sync.plan(products)));
 */
export function serializePlan(plan: RunPlan): string {
  return `${JSON.stringify({ format: planFormat, hash: contentHash(plan), plan }, null, 2)}\n`;
}

/**
 * Parses the text of `serializePlan`.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ValidationError for text that is not a plan, was changed, or was saved by a newer release.
 *
 * @example
 * await sync.apply(parsePlan(await readFile('plan.json', 'utf8')));
 */
export function parsePlan(text: string): RunPlan {
  const refuse = (message: string): never => {
    throw new ValidationError('The plan cannot be read', { issues: [{ field: 'plan', message }] });
  };
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch {
    return refuse('is not JSON. Pass the text that serializePlan returned.');
  }
  if (!isRecord(saved) || !isRecord(saved['plan']))
    return refuse('is not a saved plan. Pass the text that serializePlan returned.');
  if (saved['format'] !== planFormat)
    return refuse(
      `has format ${String(saved['format'])}, but this release reads format ${planFormat}. Create the plan again.`,
    );
  if (saved['hash'] !== contentHash(saved['plan']))
    return refuse('was changed after it was saved. Change the drafts instead, and create a new plan.');
  return saved['plan'] as unknown as RunPlan;
}

/** Options of `formatPlan`. */
export interface FormatPlanOptions {
  /** Colours for a terminal. Default `false`. */
  readonly colours?: boolean;
  /** How many products are shown; one line counts the others. Default: all. */
  readonly limit?: number;
}

const colours = { '+': '\u001b[32m', '~': '\u001b[33m', '-': '\u001b[31m', '!': '\u001b[35m', '?': '\u001b[36m' };

/**
 * Formats a plan for people: `+` for additions, `~` for changes, `-` for deletions, `!` for conflicts and invalid or
 * blocked products, `?` for changes that others made in the shop.
 *
 * @example
 * console.log(formatPlan(await sync.plan(products), { colours: process.stdout.isTTY }));
 */
export function formatPlan(plan: RunPlan, { colours: isColoured = false, limit }: FormatPlanOptions = {}): string {
  const shown = plan.products.slice(0, limit ?? plan.products.length);
  const lines = shown.flatMap(linesOf);
  const hidden = plan.products.length - shown.length;
  if (hidden > 0) lines.push(`  … and ${counted(hidden, 'more product')}`);
  const painted = lines.map((line) => {
    const colour = colours[line.trimStart()[0] as keyof typeof colours];
    return isColoured && colour ? `${colour}${line}\u001b[0m` : line;
  });
  return [...painted, summaryOf(plan)].join('\n');
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function summaryOf(plan: RunPlan): string {
  const count = (outcome: PushOutcome): number => plan.counts[outcome] ?? 0;
  const { deleted, archived, variants } = deletionsOf(plansOf(plan));
  const parts = [
    `${count('would-create')} to create`,
    `${count('would-update')} to update`,
    ...(deleted.length > 0 ? [`${counted(deleted.length, 'product')} to delete`] : []),
    ...(archived.length > 0 ? [`${counted(archived.length, 'product')} to archive`] : []),
    `${counted(variants.length, 'variant')} to delete`,
    `${count('unchanged')} unchanged`,
    ...(count('skipped') > 0 ? [`${count('skipped')} not in the rollout`] : []),
    ...(['conflict', 'blocked', 'invalid', 'failed'] as const).flatMap((outcome) =>
      count(outcome) > 0 ? [`${count(outcome)} ${outcome}`] : [],
    ),
  ];
  return `Plan for ${plan.shop}: ${parts.join(', ')}; ${counted(plan.points, 'point')} in ${counted(plan.calls, 'call')}.`;
}

function linesOf({
  localId = '(no local id)',
  outcome,
  plan,
  drifts = [],
  conflicts = [],
  issues,
  problem,
}: PlannedProduct): string[] {
  if (issues) return issues.map(({ field, message }) => `! ${localId}: ${field} ${message}`);
  const planned = plan?.changes ?? [];
  const head = heads[outcome]?.replace('ID', localId) ?? `! ${localId}: ${outcome}`;
  const changes =
    outcome === 'would-create'
      ? [`+ ${wholeText(planned)}`]
      : outcome === 'would-delete' && plan
        ? [`- ${wholeText(planned)}${unitsText(stockOf(plan))}, permanently`]
        : planned.flatMap(changeLines);
  return [
    problem && outcome !== 'blocked' ? `${head}: ${problem}` : head,
    ...changes.map((line) => `  ${line}`),
    ...(plan?.unpriced ? [unpricedLine(plan.unpriced, outcome)] : []),
    ...conflicts.map((one) => `  ! ${differenceText(one)} (both sides changed it)`),
    ...drifts.map((one) => `  ? ${differenceText(one)} (changed in the shop)`),
  ];
}

const unpricedLine = (names: readonly string[], outcome: PushOutcome): string =>
  `  ! no price for ${listed(names)}: ${outcome === 'blocked' ? 'would be sold for 0.00' : 'kept as a draft at 0.00'}`;

const heads: Readonly<Partial<Record<PushOutcome, string>>> = {
  'would-create': '+ ID',
  'would-update': '~ ID',
  'would-delete': '- ID: no longer listed',
  'would-archive': '~ ID: no longer listed',
  unchanged: '  ID: nothing to send',
};

function wholeText(changes: readonly ProductChange[]): string {
  const count = (list: ProductChange['list']): number => changes.filter((change) => change.list === list).length;
  const title = changes.find(({ list }) => list === 'product')?.fields['title'];
  return `${show(title?.to ?? title?.from)}, ${counted(count('variants'), 'variant')}, ${counted(count('images'), 'image')}`;
}

const words: Readonly<Record<ProductChange['list'], string>> = {
  product: '',
  tags: 'tag',
  metafields: 'metafield',
  collections: 'collection',
  images: 'image',
  variants: 'variant',
};

function changeLines({ kind, list, name, fields, stock }: ProductChange): string[] {
  const what = `${words[list]} ${name}`.trim();
  if (kind === 'add') return [`+ ${what}`];
  if (kind === 'remove') return [`- ${what}${unitsText(stock)}${list === 'variants' ? ', permanently' : ''}`];
  return Object.entries(fields).map(([field, { from, to }]) =>
    isOrderField(field)
      ? `~ order of ${orderFields[field]}`
      : `~ ${`${what} ${field}`.trim()}: ${show(from)} → ${show(to)}`,
  );
}

const unitsText = (stock: number | undefined): string => (stock ? ` and ${counted(stock, 'unit')} in stock` : '');

function differenceText({ list, name, field, base, ours, theirs }: ProductDifference): string {
  if (field !== null && isOrderField(field)) return `order of ${orderFields[field]}: was changed`;
  const what = `${words[list]} ${name} ${field ?? ''}`.trim();
  if (field === null) return `${what}: ${theirs === undefined ? 'was removed' : 'was changed'}`;
  return `${what}: was ${show(base)}, shop has ${show(theirs)}, draft says ${show(ours)}`;
}

/** A value for display, cut to 60 characters. */
function show(value: FactValue | undefined): string {
  if (Array.isArray(value)) return (value as OptionPairs).map(([name, one]) => `${name}: ${one}`).join(', ');
  if (typeof value !== 'string') return String(value ?? 'nothing');
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
}
