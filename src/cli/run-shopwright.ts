import { createRequire } from 'node:module';
import { isShopwrightError } from '../errors/errors.ts';
import { similarName } from '../internal/names.ts';
import { wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const help = `shopwright: tools of the Shopify Admin SDK

Usage: shopwright <command> [options]

Commands:
  plan           Show what pushing a CSV or JSON file would change in a shop
  apply          Push it, or a saved plan, after confirmation
  rollback       Undo the changes of a run
  import         Read a shop's products into a CSV or JSON file and the sync records
  export         Write everything a query finds to a file, using a bulk operation
  demo           Show plan, apply and rollback on a fake Shopify
  health         Report the health of a shop's product sync
  doctor         Find what is wrong with a setup, and how to fix it
  report         Record what happened, for a problem report (experimental)
  replay         Play such a report on a fake Shopify (experimental)
  fake           Run a fake Shopify on localhost
  fake compare   Find where the fake differs from a development store
  schema pull    Write a shop's Admin API schema to a file, for types and tests
  tokens report  List shops whose token never expires
  tokens migrate Exchange those tokens for ones that expire (experimental)
  codegen        Write types for your operations
  upgrade        Show what another API version means for your operations, topics and pinned versions

Options:
  -h, --help     Show this help; with a command, its options
  -v, --version  Show the version of this package

Exit codes: 0 done or nothing to do, 1 an error, 2 there are changes, differences or warnings.
Experimental commands may change with any minor version; docs/stability.md lists them.`;

type Command = (args: readonly string[], terminal: Terminal) => Promise<ExitCode>;

/** Loaded on demand, so that the help and other commands do not wait for the schema and its libraries. */
const commands: Readonly<Record<string, Command>> = {
  plan: async (args, terminal) => (await import('./sync-command.ts')).runSync('plan', args, terminal),
  apply: async (args, terminal) => (await import('./sync-command.ts')).runSync('apply', args, terminal),
  rollback: async (args, terminal) => (await import('./sync-command.ts')).runSync('rollback', args, terminal),
  import: async (args, terminal) => (await import('./import-command.ts')).runImport(args, terminal),
  export: async (args, terminal) => (await import('./export-command.ts')).runExport(args, terminal),
  demo: async (args, terminal) => (await import('./demo-command.ts')).runDemo(args, terminal),
  health: async (args, terminal) => (await import('./health-command.ts')).runHealth(args, terminal),
  doctor: async (args, terminal) => (await import('./doctor-command.ts')).runDoctor(args, terminal),
  report: async (args, terminal) => (await import('./report-command.ts')).runReport(args, terminal),
  replay: async (args, terminal) => (await import('./replay-command.ts')).runReplay(args, terminal),
  fake: async (args, terminal) =>
    args[0] === 'compare'
      ? (await import('./compare-command.ts')).runCompare(args.slice(1), terminal)
      : (await import('./fake-command.ts')).runFake(args, terminal),
  schema: async (args, terminal) => (await import('./schema-command.ts')).runSchema(args, terminal),
  tokens: async (args, terminal) => (await import('./tokens-command.ts')).runTokens(args, terminal),
  codegen: async (args, terminal) => (await import('./codegen-command.ts')).runCodegen(args, terminal),
  upgrade: async (args, terminal) => (await import('./upgrade-command.ts')).runUpgrade(args, terminal),
};

/** Runs one command line, given without the name of the program. */
export async function runShopwright(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  switch (name) {
    case '-h':
    case '--help':
    case 'help':
      terminal.out(help);
      return 0;
    case '-v':
    case '--version':
      terminal.out(ownVersion());
      return 0;
    case undefined:
      terminal.error(help);
      return 1;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) return await command(rest, terminal);
    const nearest = similarName(name, Object.keys(commands));
    const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
    throw wrong('command', `"${name}" does not exist.${hint} See all commands with: shopwright --help`);
  } catch (error) {
    terminal.error(`shopwright: ${oneLine(error)}`);
    return 1;
  }
}

function ownVersion(): string {
  const { version }: { readonly version: string } = createRequire(import.meta.url)('shopwright/package.json');
  return version;
}

function oneLine(error: unknown): string {
  if (isShopwrightError(error, 'CONFIG_INVALID'))
    return error.issues.map(({ field, message }) => `${field} ${message}`).join(' ');
  return error instanceof Error ? error.message : String(error);
}
