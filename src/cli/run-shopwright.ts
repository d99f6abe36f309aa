import { ConfigError, isShopwrightError } from '../errors/errors.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const help = `shopwright: tools of the Shopify Admin SDK

Usage: shopwright <command> [options]

Commands:
  plan           Say what a push of a CSV or JSON file would change in a shop
  apply          Push it, or a plan that was saved, after a look at it
  rollback       Put back what a run changed
  import         Read the products of a shop into a CSV or JSON file, and into the records
  export         Write all that a query finds into a file, by a bulk operation
  demo           Show plan, apply and rollback on a fake Shopify
  health         Say how well the product sync of a shop is doing
  doctor         Find what is wrong with a set-up, and say how to fix it
  report         Put together what happened, for a report of a problem (experimental)
  replay         Play such a report on a fake Shopify (experimental)
  fake           Run a fake Shopify on localhost
  fake compare   Find where the fake differs from a development store
  schema pull    Write the Admin schema of a shop into a file, for types and tests
  tokens report  Say which shops have a token that never expires
  tokens migrate Exchange those tokens for ones that expire (experimental)
  codegen        Write types for your operations
  upgrade        Say what another API version means for your operations, topics and pinned versions

Options:
  -h, --help     Show this help; with a command, its options

Exit codes: 0 done or nothing to do, 1 an error, 2 there are changes, differences or warnings.
What is experimental may change with any minor version; docs/stability.md has the list.`;

/** Runs one command line, given without the name of the program. */
export async function runShopwright(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case 'fake': {
        if (rest[0] === 'compare') {
          const { runCompare } = await import('./compare-command.ts');
          return await runCompare(rest.slice(1), terminal);
        }
        // Loaded here, so that the help and other commands do not wait for the schema and its libraries.
        const { runFake } = await import('./fake-command.ts');
        return await runFake(rest, terminal);
      }
      case 'demo': {
        const { runDemo } = await import('./demo-command.ts');
        return await runDemo(rest, terminal);
      }
      case 'export': {
        const { runExport } = await import('./export-command.ts');
        return await runExport(rest, terminal);
      }
      case 'import': {
        const { runImport } = await import('./import-command.ts');
        return await runImport(rest, terminal);
      }
      case 'doctor': {
        const { runDoctor } = await import('./doctor-command.ts');
        return await runDoctor(rest, terminal);
      }
      case 'report': {
        const { runReport } = await import('./report-command.ts');
        return await runReport(rest, terminal);
      }
      case 'replay': {
        const { runReplay } = await import('./replay-command.ts');
        return await runReplay(rest, terminal);
      }
      case 'health': {
        const { runHealth } = await import('./health-command.ts');
        return await runHealth(rest, terminal);
      }
      case 'schema': {
        const { runSchema } = await import('./schema-command.ts');
        return await runSchema(rest, terminal);
      }
      case 'tokens': {
        const { runTokens } = await import('./tokens-command.ts');
        return await runTokens(rest, terminal);
      }
      case 'codegen': {
        const { runCodegen } = await import('./codegen-command.ts');
        return await runCodegen(rest, terminal);
      }
      case 'upgrade': {
        const { runUpgrade } = await import('./upgrade-command.ts');
        return await runUpgrade(rest, terminal);
      }
      case 'plan':
      case 'apply':
      case 'rollback': {
        const { runSync } = await import('./sync-command.ts');
        return await runSync(command, rest, terminal);
      }
      case '-h':
      case '--help':
      case 'help':
        terminal.out(help);
        return 0;
      case undefined:
        terminal.error(help);
        return 1;
      default:
        throw new ConfigError('Invalid configuration', {
          issues: [{ field: 'command', message: `"${command}" does not exist. Try: shopwright --help` }],
        });
    }
  } catch (error) {
    terminal.error(`shopwright: ${oneLine(error)}`);
    return 1;
  }
}

function oneLine(error: unknown): string {
  if (isShopwrightError(error, 'CONFIG_INVALID'))
    return error.issues.map(({ field, message }) => `${field} ${message}`).join(' ');
  return error instanceof Error ? error.message : String(error);
}
