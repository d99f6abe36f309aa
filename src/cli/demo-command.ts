import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { generatedApiVersion } from '../config/generated/api-versions.ts';
import { ProductPushDocument } from '../graphql/operations/generated/graphql.ts';
import { isRecord } from '../internal/json.ts';
import { deletionsOf } from '../sync/plan/plan.ts';
import { formatPlan, type PlannedProduct, type RunPlan } from '../sync/plan/run-plan.ts';
import { toProductInput } from '../sync/push/product-input.ts';
import { createFakeShopify } from '../testing/fake/fake-shopify.ts';
import type { FakeShopify } from '../testing/fake/fake-shopify-options.ts';
import type { FakeCall } from '../testing/fake/model.ts';
import type { StoredVariant } from '../testing/fake/store/entities.ts';
import type { ProductDraft } from '../validation/product-draft.ts';
import { readArguments } from './arguments.ts';
import { corrected, demoCatalogue } from './demo-catalogue.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const demoHelp = `shopwright demo: push a catalogue into a fake Shopify, and undo it

Usage: shopwright demo [options]

Plans, applies, is killed and continues, corrects an option value while a merchant works in the shop, and rolls
everything back, with shopwright's own commands as separate processes. Meanwhile, a naive loop (all products at once,
each retried a second after it was throttled) pushes the same to a similar shop. Nothing leaves this machine.

Options:
  --verbose      List what is wrong with each invalid row
  --dashboard    Instead, show a running service on its dashboard, and print the URL
  -h, --help     Show this help

Exit code: 0, or 1 if something was sent twice or not restored.`;

const shop = 'demo.myshopify.com';

/** A second shop with the same bucket, for the naive loop. */
const naiveShop = 'naive.myshopify.com';

/**
 * Smaller than any plan's bucket, so that the demo is throttled; half the restore rate of Plus, so that it ends soon.
 */
const bucket = { maximumAvailable: 1_000, restoreRate: 500 };

const tokens = { app: 'shpat_demo', merchant: 'shpat_merchant' };

/** How long the naive loop waits after a throttled response. */
const naiveWaitMs = 1_000;

/** Units that the merchant sells. */
const sale = 3;

const columns = 80;

/** `shopwright demo`: plans, pushes, kills the push and undoes it, on a fake. */
export async function runDemo(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { help, verbose, dashboard } = readOptions(args);
  if (help) {
    terminal.out(demoHelp);
    return 0;
  }
  if (dashboard) return (await import('./demo-dashboard.ts')).showDashboard(terminal);
  const folder = await mkdtemp(join(tmpdir(), 'shopwright-demo-'));
  const fake = createFakeShopify({
    shops: [
      { domain: shop, bucket, tokens: { [tokens.app]: 'app', [tokens.merchant]: 'merchant' } },
      { domain: naiveShop, bucket, tokens: { [tokens.app]: 'app' } },
    ],
    latencyMs: 3,
  });
  const demo = new Demo(fake, folder, terminal);
  const stop = (): void => demo.stop();
  terminal.stop.addEventListener('abort', stop, { once: true });
  try {
    return await demo.tell(verbose);
  } catch (error) {
    if (!terminal.stop.aborted) throw error;
    terminal.error('Stopped.');
    return 1;
  } finally {
    terminal.stop.removeEventListener('abort', stop);
    demo.stop();
    await fake.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readOptions(args: readonly string[]): Readonly<Record<'help' | 'verbose' | 'dashboard', boolean>> {
  const flag = { type: 'boolean', default: false } as const;
  return readArguments('demo', args, {
    options: { verbose: flag, dashboard: flag, help: { ...flag, short: 'h' } },
  }).values;
}

/** A shopwright command that runs as a separate process. */
interface Running {
  readonly kill: () => void;
  /** Its exit code (`null`: killed) and what it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly errors: string }>;
}

/** One run of the demo. The figures it prints come from the fake's log of calls or from the shop. */
class Demo {
  readonly #fake: FakeShopify;
  readonly #folder: string;
  readonly #terminal: Terminal;
  /** Running commands. */
  readonly #running = new Set<ChildProcess>();
  /** Values that the merchant has changed, by their paths. */
  readonly #byMerchant = new Set<string>();
  #origin = '';

  constructor(fake: FakeShopify, folder: string, terminal: Terminal) {
    this.#fake = fake;
    this.#folder = folder;
    this.#terminal = terminal;
  }

  /** Runs the demo. @returns 1 if something was sent twice or not restored. */
  async tell(isVerbose: boolean): Promise<ExitCode> {
    const startedAt = performance.now();
    ({ origin: this.#origin } = await this.#fake.listen());
    this.#say(`A fake Shopify at ${this.#origin}: no real shop is touched.`);
    for (const state of ['last-month', 'today', 'corrected'] as const)
      await writeFile(join(this.#folder, `${state}.csv`), demoCatalogue(state));
    await this.#done(this.#start('apply', 'last-month.csv', '--yes'));
    await this.#ask(
      shop,
      tokens.merchant,
      setStock,
      this.#stock('quantities', { quantity: 12, changeFromQuantity: 0 }),
    );
    const start = this.#shopState();

    const held = this.#fake.products(shop).length;
    this.#say(
      `The shop has ${held} products. Its bucket holds ${number(bucket.maximumAvailable)} points and gets ${number(bucket.restoreRate)} a second.`,
    );
    const plan = await this.#plan(isVerbose);
    const isOnce = await this.#applyAndKill(plan);
    await this.#correct();
    const isRestored = await this.#undo(start);

    const { calls, throttled } = this.#fake.stats(shop);
    const points = this.#fake.calls.filter(isOurs).reduce((sum, { actualCost }) => sum + actualCost, 0);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    this.#say();
    this.#say(`${number(calls)} calls, ${number(Math.round(points))} points, ${throttled} throttled; ${seconds} s.`);
    return isOnce && isRestored ? 0 : 1;
  }

  /** Ends the running commands. */
  stop(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  async #plan(isVerbose: boolean): Promise<RunPlan> {
    this.#say();
    this.#title('plan today.csv --out plan.json');
    const { out, errors } = await this.#done(this.#start('plan', 'today.csv', '--out', 'plan.json', '--json'));
    const plan = JSON.parse(out) as RunPlan;
    const planned = plan.products.filter(({ plan: ofProduct }) => ofProduct);
    const shortest = planned.toSorted((a, b) => changesOf(a).length - changesOf(b).length);
    const some = (['would-create', 'would-update', 'remove'] as const).flatMap(
      (what) => shortest.find((one) => one.outcome === what || changesOf(one).some(({ kind }) => kind === what)) ?? [],
    );
    const more = planned.length - some.length;
    const lines = formatPlan({ ...plan, products: some }, this.#style)
      .split('\n')
      .slice(0, -1);
    for (const line of [...lines, `  … and ${more} more products`]) this.#say(line);
    this.#say(formatPlan(plan).split('\n').at(-1));
    const invalid = plan.products.flatMap(({ localId, issues = [] }) =>
      issues.map(({ field, message }) => `${localId}: ${field} ${message}`),
    );
    const wrong = [...errors.split('\n').filter((line) => line !== ''), ...invalid];
    this.#say(`! ${wrong.length} errors: their products are left out${isVerbose ? '' : ' (--verbose lists them)'}`);
    if (isVerbose) for (const line of wrong) this.#say(`  ${line}`);
    return plan;
  }

  /**
   * Kills the process half-way, and applies the same plan again. Meanwhile, a naive loop pushes the same to a similar
   * shop.
   *
   * @returns Whether no mutation was executed twice.
   */
  async #applyAndKill(plan: RunPlan): Promise<boolean> {
    const planned = plan.products.flatMap(({ plan: ofProduct, draft }) => (ofProduct && draft ? [draft] : []));
    const gone = deletionsOf(plan.products.flatMap(({ plan: ofProduct }) => ofProduct ?? [])).variants;
    const args = ['plan.json', '--run', 'monday', '--max-deletes', String(gone.length), '--skip-invalid'];
    this.#say();
    this.#title(`apply ${args.join(' ')}`);
    const mark = this.#fake.calls.length;
    const naiveLoop = Promise.all(planned.map((draft) => this.#pushNaively(draft)));
    const first = this.#start('apply', ...args, '--yes');
    // An error of the naive loop ends the demo, where it is awaited below.
    naiveLoop.catch(() => first.kill());
    await this.#follow(mark, plan, first.ended, () => {
      if (this.#sent(mark).length >= plan.calls / 2) first.kill();
    });
    const { code } = await first.ended;
    if (code !== null) await this.#done(first);
    this.#say(code === null ? 'Killed (SIGKILL). The same command again:' : 'It finished before it could be killed.');
    const restartedAt = Date.now();
    await this.#follow(mark, plan, Promise.all([this.#done(this.#start('apply', ...args, '--yes')), naiveLoop]));
    const sent = this.#sent(mark);
    const before = sent.filter(({ at }) => at < restartedAt).length;
    const different = new Set(sent.map(({ operation, variables }) => JSON.stringify([operation, variables]))).size;
    const twice = sent.length - different;
    this.#say(`${before} mutations by the killed process, ${sent.length - before} by the second, ${twice} twice.`);
    return twice === 0;
  }

  /** Corrects an option value, while a merchant edits and sells the same product. */
  async #correct(): Promise<void> {
    const before = this.#variant();
    const { handle, sku } = corrected;
    const product = this.#fake.products(shop).find((one) => one['handle'] === handle);
    this.#say();
    this.#say(`A merchant renames ${handle}, and sells ${sale} while an option is corrected:`);
    await this.#asMerchant(rename, { id: product?.id, title: `${String(product?.['title'])}, last few` });
    this.#title('apply corrected.csv --run tuesday --skip-invalid');
    const mark = this.#fake.calls.length;
    const applied = this.#start('apply', 'corrected.csv', '--run', 'tuesday', '--skip-invalid', '--yes');
    await this.#until(() => this.#fake.calls.slice(mark).some(isOurs), applied.ended);
    await this.#asMerchant(adjustStock, this.#stock('changes', { delta: -sale, changeFromQuantity: before.stock }));
    const { out } = await this.#done(applied);
    const plan = out.slice(0, out.indexOf('\nPlan for ')).split('\n');
    for (const line of plan) if (!line.startsWith('!')) this.#say(line);
    const after = this.#variant();
    const id =
      before.id === after.id ? `is ${lastPart(after.id)} as before` : `was created again as ${lastPart(after.id)}`;
    this.#say(`${sku} ${id}, with ${after.stock} of ${before.stock} in stock.`);
  }

  /** Rolls both runs back. @returns Whether the shop equals the start, except for the merchant's changes. */
  async #undo(start: ReadonlyMap<string, unknown>): Promise<boolean> {
    this.#say();
    for (const run of ['tuesday', 'monday']) {
      this.#title(`rollback ${run}`);
      const { out } = await this.#done(this.#start('rollback', run, '--json'));
      const { counts } = JSON.parse(out) as { counts: Record<string, number> };
      const words = Object.entries(counts).flatMap(([outcome, count]) => (count > 0 ? [`${count} ${outcome}`] : []));
      this.#say(words.join(', '));
    }
    const differs = differing(start, this.#shopState());
    const merchants = differs.filter((path) => this.#byMerchant.has(path));
    const remade = differs.filter(isId);
    const others = differs.filter((path) => !merchants.includes(path) && !remade.includes(path));
    const variants = remade.filter((path) => / variants \d+ id$/.test(path)).length;
    const parts = [
      `the merchant's changes (${merchants.join(', ')})`,
      ...(remade.length > 0 ? [`ids of ${variants} variants that were deleted and created again`] : []),
      ...others,
    ];
    const same = start.size - differs.length;
    this.#say(
      `The shop equals the start, ${number(same)} of ${number(start.size)} values, except for ${parts.join('; ')}.`,
    );
    return others.length === 0;
  }

  /** Starts `shopwright` as a separate process, on the shop of the demo. */
  #start(command: string, ...args: readonly string[]): Running {
    const [program = ''] = process.argv.slice(1);
    const where = ['--shop', shop, '--token-env', 'SHOPWRIGHT_DEMO_TOKEN', '--origin', this.#origin, '--db', 'sync.db'];
    const child = spawn(process.execPath, [...process.execArgv, program, command, ...args, ...where], {
      cwd: this.#folder,
      // The program starts several times: later processes reuse what the first one compiled.
      env: { ...process.env, SHOPWRIGHT_DEMO_TOKEN: tokens.app, NODE_COMPILE_CACHE: join(this.#folder, 'cache') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const ended = once(child, 'close').then(([code]) => {
      this.#running.delete(child);
      return { code: code as number | null, out, errors };
    });
    return { ended, kill: () => void child.kill('SIGKILL') };
  }

  /** Waits for a command. @throws Error if it did not complete. */
  async #done({ ended }: Running): Promise<{ readonly out: string; readonly errors: string }> {
    const { out, errors } = await ended;
    if (out.startsWith('{') || out.includes('\nUndo it with: ')) return { out, errors };
    throw new Error(`A command of the demo failed. ${errors.trim()}`);
  }

  /** Shows the progress until the work is done, then prints the final state. */
  async #follow(
    mark: number,
    plan: RunPlan,
    work: Promise<unknown>,
    onStep: () => unknown = () => undefined,
  ): Promise<void> {
    const line = (): string => {
      const sent = this.#sent(mark).length;
      const throttled = (of: string): number =>
        this.#fake.calls.slice(mark).filter((call) => call.shop === of && call.outcome === 'throttled').length;
      const bar = '█'.repeat(Math.min(20, Math.round((20 * sent) / plan.calls))).padEnd(20, '░');
      return `${bar} ${sent}/${plan.calls} calls; throttled: ${throttled(shop)}, a naive loop: ${throttled(naiveShop)}`;
    };
    await this.#until(() => {
      this.#terminal.redraw?.(line());
      onStep();
      return false;
    }, work);
    await work;
    this.#terminal.redraw?.('');
    this.#say(line());
  }

  /** Waits until a condition holds or the work is done. */
  async #until(holds: () => boolean, work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    work.then(end, end);
    while (!holds() && !isDone) await sleep(20, undefined, { signal: this.#terminal.stop });
  }

  /** Sends a product like a program without a limiter: immediately, and again after a throttled response. */
  async #pushNaively(draft: ProductDraft): Promise<void> {
    const { metafields: _, ...input } = toProductInput(draft, new Map());
    const handle = draft.localId;
    const variables = { identifier: { handle }, input: { ...input, handle }, images: 1, withImages: true };
    while ((await this.#ask(naiveShop, tokens.app, ProductPushDocument.toString(), variables)) === 'throttled')
      await sleep(naiveWaitMs, undefined, { signal: this.#terminal.stop });
  }

  /** Makes a change like a merchant in the admin, and records which values it changed. */
  async #asMerchant(query: string, variables: object): Promise<void> {
    const before = this.#shopState();
    await this.#ask(shop, tokens.merchant, query, variables);
    for (const path of differing(before, this.#shopState())) this.#byMerchant.add(path);
  }

  async #ask(domain: string, token: string, query: string, variables: object): Promise<'done' | 'throttled'> {
    const response = await this.#fake.fetch(`https://${domain}/admin/api/${generatedApiVersion}/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
      body: JSON.stringify({ query, variables }),
      signal: this.#terminal.stop,
    });
    const text = await response.text();
    if (text.includes('"THROTTLED"')) return 'throttled';
    if (text.includes('"errors"') || !/"userErrors":\[\]/.test(text))
      throw new Error(`${domain} refused a call: ${text}`);
    return 'done';
  }

  /** The app's mutations that the demo's shop has executed since a mark. */
  #sent(mark: number): readonly FakeCall[] {
    return this.#fake.calls.slice(mark).filter((call) => isOurs(call) && call.kind === 'mutation' && call.executed);
  }

  /** The corrected variant in the shop. */
  #variant(): { readonly id: string; readonly itemId: string; readonly stock: number } {
    for (const product of this.#fake.products(shop)) {
      for (const variant of product['variants'] as readonly StoredVariant[]) {
        if (variant.sku !== corrected.sku) continue;
        const itemId = variant.inventoryItem.id;
        const level = this.#fake.store.all(shop, 'InventoryLevel').find((one) => one['itemId'] === itemId);
        const { available = 0 } = (level?.['quantities'] ?? {}) as { available?: number };
        return { id: variant.id, itemId, stock: available };
      }
    }
    throw new Error(`${shop} has no variant ${corrected.sku}.`);
  }

  /** Variables that change the stock of that variant. */
  #stock(list: 'quantities' | 'changes', change: object): object {
    const inventoryItemId = this.#variant().itemId;
    const locationId = this.#fake.store.all(shop, 'Location')[0]?.id;
    return { input: { name: 'available', reason: 'other', [list]: [{ inventoryItemId, locationId, ...change }] } };
  }

  /** All values of products and their stock except times, by path. */
  #shopState(): ReadonlyMap<string, unknown> {
    const state = new Map<string, unknown>();
    const walk = (value: unknown, path: string): void => {
      if (Array.isArray(value)) for (const [index, one] of value.entries()) walk(one, `${path} ${index + 1}`);
      else if (isRecord(value)) {
        for (const [key, one] of Object.entries(value))
          if (!/^(?:createdAt|updatedAt|uploadedAtMs)$/.test(key)) walk(one, `${path} ${key}`);
      } else state.set(path, value);
    };
    const stock = new Map(
      this.#fake.store.all(shop, 'InventoryLevel').map((level) => [level['itemId'], level['quantities']]),
    );
    for (const product of this.#fake.products(shop)) {
      walk(product, String(product['handle']));
      for (const { sku, inventoryItem } of product['variants'] as readonly StoredVariant[])
        walk(stock.get(inventoryItem.id), `stock of ${sku}`);
    }
    return state;
  }

  get #style() {
    return { colours: this.#terminal.hasColours ?? false };
  }

  #title(command: string): void {
    this.#say(this.#terminal.hasColours ? `\u001b[1m$ shopwright ${command}\u001b[0m` : `$ shopwright ${command}`);
  }

  /** Prints a text in lines of at most 80 columns. */
  #say(text = ''): void {
    for (const line of wrapped(text)) this.#terminal.out(line);
  }
}

const setStock = `mutation SetStock($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) @idempotent(key: "stock-of-the-demo") { userErrors { message } }
}`;

const adjustStock = `mutation SellSome($input: InventoryAdjustQuantitiesInput!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: "sale-of-the-demo") { userErrors { message } }
}`;

const rename = `mutation Rename($id: ID!, $title: String!) {
  productUpdate(product: { id: $id, title: $title }) { userErrors { message } }
}`;

const changesOf = (product: PlannedProduct) => product.plan?.changes ?? [];

const isOurs = (call: FakeCall): boolean => call.shop === shop && call.app === 'app';

/** Paths of the values that differ. */
const differing = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): readonly string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path));

const isId = (path: string): boolean => / (?:id|mediaIds \d+|productId)$/.test(path);

const number = (value: number): string => value.toLocaleString('en');

const lastPart = (gid: string): string => gid.split('/').slice(-2).join(' ');

/** Wraps a text to the screen's width; continuation lines are indented by two more columns. */
function wrapped(text: string): readonly string[] {
  // Colour codes take no column.
  const width = (line: string): number => stripVTControlCharacters(line).length;
  const indent = `${/^ */.exec(text)?.[0]}  `;
  const lines: string[] = [''];
  for (const word of text.split(/(?<= )/)) {
    const last = lines.at(-1) ?? '';
    if (width(`${last}${word}`.trimEnd()) <= columns) lines[lines.length - 1] = last + word;
    else lines.push(indent + word);
  }
  return lines.map((line) => line.trimEnd());
}
