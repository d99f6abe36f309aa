import {
  type MigratingApp,
  type MigrationReport,
  migrateToExpiringTokens,
  type ShopMigration,
} from '../auth/migrate-tokens.ts';
import { isShopwrightError } from '../errors/errors.ts';
import { loadApp } from './app-module.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

/** The help text of `shopwright tokens`. */
const tokensHelp = `shopwright tokens report: list shops whose token never expires
shopwright tokens migrate: exchange those tokens for ones that expire (experimental)

Usage: shopwright tokens report --app FILE [options]
       shopwright tokens migrate --app FILE [options]

From 2027-01-01, Shopify refuses offline tokens that never expire, for public apps. An exchange cannot be undone.
"migrate" can be stopped at any time and run again: it continues where it stopped, and skips shops that are done.

Options:
  --app FILE         Module that exports \`app\`: { clientId, clientSecret, tokens, store }, as for migrateToExpiringTokens
  --concurrency N    Shops processed at the same time (default 4)
  --yes              Do not ask
  -h, --help         Show this help

Exit codes: 0 nothing left to do, 1 an error, 2 shops must be migrated, are dead or are unfinished.`;

/** `shopwright tokens`: reports on and migrates the tokens of all shops. */
export async function runTokens(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const wanted = parseTokensArguments(args);
  if (wanted === 'help') {
    terminal.out(tokensHelp);
    return 0;
  }
  const { action, concurrency, signal } = { ...wanted, signal: terminal.stop };
  const app = (await loadApp(wanted.file)) as unknown as MigratingApp;
  const before = await migrateToExpiringTokens(app, { dryRun: true, concurrency, signal });
  const count = before.counts['to-migrate'];
  if (action === 'report') return print(before, terminal);
  if (count === 0) return print(before, terminal);
  terminal.out(`${shops(count)} would stop on 2027-01-01.`);
  if (!wanted.yes && !(await terminal.ask?.(`Exchange the tokens of ${shops(count)}? This cannot be undone.`))) {
    throw wrong('--yes', 'was not given, and nobody confirmed. Nothing was sent.');
  }
  let done = 0;
  const onShop = ({ outcome }: ShopMigration): void => {
    if (outcome !== 'untouched') done += 1;
    terminal.redraw?.(`${done} of ${count}`);
  };
  const report = await migrateToExpiringTokens(app, { concurrency, signal, onShop });
  terminal.redraw?.('');
  return print(report, terminal);
}

const shops = (count: number): string => `${count} ${count === 1 ? 'shop' : 'shops'}`;

/** Labels of the outcomes, in printing order. */
const words: readonly (readonly [outcome: ShopMigration['outcome'], text: string])[] = [
  ['migrated', 'migrated'],
  ['untouched', 'untouched: their tokens expire'],
  ['to-migrate', 'to migrate: their tokens never expire'],
  ['dead', 'dead: they must open or reinstall the app'],
  ['unfinished', 'unfinished: run it again'],
];

function print({ counts, shops: all }: MigrationReport, terminal: Terminal): ExitCode {
  for (const [outcome, text] of words) {
    if (counts[outcome] > 0) terminal.out(`${String(counts[outcome]).padStart(6)}  ${text}`);
  }
  if (all.length === 0) terminal.out('The token store has no shops of this app.');
  for (const one of all) {
    if (one.outcome === 'to-migrate') terminal.out(`${one.shop}  to migrate`);
    if (one.outcome === 'dead') terminal.out(`${one.shop}  dead: ${one.reason}`);
    if (one.outcome === 'unfinished') {
      terminal.out(`${one.shop}  unfinished: ${isShopwrightError(one.error) ? one.error.code : 'unknown error'}`);
    }
  }
  return counts['to-migrate'] + counts.dead + counts.unfinished > 0 ? 2 : 0;
}

/** The arguments of `shopwright tokens`. */
interface TokensArguments {
  readonly action: 'report' | 'migrate';
  readonly file: string;
  readonly concurrency: number;
  readonly yes: boolean;
}

/** @throws ConfigError for the first invalid argument. */
function parseTokensArguments(args: readonly string[]): TokensArguments | 'help' {
  const { values, positionals } = readOptions(args);
  if (values.help) return 'help';
  const [action, ...more] = positionals;
  if ((action !== 'report' && action !== 'migrate') || more.length > 0) {
    throw wrong('tokens', `needs one of report and migrate. Try: shopwright tokens --help`);
  }
  if (!values.app) throw wrong('--app', 'is missing. Pass the module that exports `app`.');
  return { action, file: values.app, concurrency: Number(values.concurrency), yes: values.yes };
}

function readOptions(args: readonly string[]) {
  return readArguments('tokens', args, {
    allowPositionals: true,
    options: {
      app: { type: 'string' },
      concurrency: { type: 'string', default: '4' },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
