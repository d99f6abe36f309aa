import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSchema, type ShopifyCodegenOptions, shopifyCodegen } from '../codegen/shopify-codegen.ts';
import { upgradeReport } from '../codegen/upgrade.ts';
import { generatedApiVersion, schemaVersions } from '../config/generated/api-versions.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const codegenHelp = `shopwright codegen: write types for your operations

Usage: shopwright codegen [options]
       shopwright codegen upgrade VERSION [options]

Needs no configuration file and no network. "upgrade" writes nothing: it reports what another version's schema means for
your operations, and exits with 2 if something was removed, changed or deprecated, or needs a key.

Options:
  --documents GLOB     Files with operations; may be repeated (default ./src/**/*.graphql)
  --out FOLDER         Folder to write to (default ./src/generated/)
  --api-version V      Version of the operations (default ${generatedApiVersion})
  --schema FILE        Use a schema file from "shopwright schema pull" instead of the package's;
                       with upgrade, that of VERSION, for versions other than ${schemaVersions.join(', ')}
  --import-extension E Extension of imports in the generated files: .js (default), .ts or none
  --input-enums KIND   Enum values that variables accept: known (default) or open
  --strict             Treat use of anything deprecated as an error
  -h, --help           Show this help`;

/** Packages that the user must install. */
const needed = ['@graphql-codegen/cli', '@graphql-codegen/client-preset'] as const;

/** The used part of `@graphql-codegen/cli`. */
interface Codegen {
  generate(config: object, write: boolean): Promise<readonly { readonly filename: string }[]>;
  readonly CodegenContext: new (options: {
    readonly config: object;
  }) => {
    cwd: string;
    loadDocuments(pointers: readonly string[]): Promise<readonly { readonly document?: never }[]>;
  };
}

/** `shopwright codegen`: types for a project's operations, and what an upgrade means for them. */
export async function runCodegen(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args);
  if (values.help) {
    terminal.out(codegenHelp);
    return 0;
  }
  const [action, version, ...more] = positionals;
  if ((action !== undefined && action !== 'upgrade') || more.length > 0) {
    throw wrong('codegen', `does not know ${more[0] ?? action}. Try: shopwright codegen --help`);
  }
  const documents = values.documents ?? ['./src/**/*.graphql'];
  const { schema, 'api-version': apiVersion } = values;
  if (action === 'upgrade') return upgrade({ documents, version, schema, apiVersion }, terminal);

  const codegen = await loadCodegen();
  const output = join(resolve(values.out), '/');
  const warnings: string[] = [];
  const config = shopifyCodegen({
    ...{ documents, output, importExtension: importExtension(values['import-extension']) },
    inputEnums: values['input-enums'] as 'known',
    strict: values.strict,
    onWarning: (message) => warnings.push(message),
    ...(schema !== undefined && { schema }),
    ...(apiVersion !== undefined && { apiVersion }),
  });
  const files = await codegen
    .generate({ ...config, silent: true, cwd: process.cwd() }, true)
    .catch((error: unknown) => {
      throw readable(error);
    });
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
  terminal.out(`Wrote ${files.map(({ filename }) => relative(process.cwd(), filename)).join(', ') || 'nothing new'}.`);
  return 0;
}

interface UpgradeArguments extends Pick<ShopifyCodegenOptions, 'schema' | 'apiVersion'> {
  readonly documents: readonly string[];
  readonly version: string | undefined;
}

async function upgrade(
  {
    documents,
    version,
    schema,
    apiVersion = generatedApiVersion,
  }: { readonly [Name in keyof UpgradeArguments]: UpgradeArguments[Name] | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  const { from, to } = upgradeSchemas('codegen upgrade', version, schema, apiVersion);
  const report = await documentChanges(documents ?? [], from, to);
  for (const line of report.lines) terminal.out(line);
  const count = report.lines.length;
  terminal.out(
    `${report.from} → ${report.to}: ${count === 0 ? 'nothing changes for your operations' : `${count} to look at`}.`,
  );
  return count === 0 ? 0 : 2;
}

/**
 * The texts of the two schemas of an upgrade.
 *
 * @throws ConfigError if the package does not include the version and no file is given.
 */
export function upgradeSchemas(
  command: string,
  version: string | undefined,
  schema: string | undefined,
  apiVersion: string,
): { readonly from: string; readonly to: string } {
  if (version === undefined) throw wrong('upgrade', `needs a version, such as: shopwright ${command} 2027-01`);
  const isCarried = schemaVersions.some((one) => one === version);
  if (schema === undefined && !isCarried) {
    throw wrong(
      'upgrade',
      `needs the schema of ${version}, which this package does not include (only ${schemaVersions.join(', ')}). Get it with "shopwright schema pull --api-version ${version}", and pass the file as --schema.`,
    );
  }
  return {
    from: readSchema({ apiVersion }),
    to: readSchema(schema === undefined ? { apiVersion: version } : { schema }),
  };
}

/** Returns what another schema means for the operations in some files, one line each. */
export async function documentChanges(
  documents: readonly string[],
  from: string,
  to: string,
): Promise<{ readonly from: string; readonly to: string; readonly lines: readonly string[] }> {
  const { CodegenContext } = await loadCodegen();
  const context = new CodegenContext({ config: { generates: {} } });
  context.cwd = process.cwd();
  const sources = await context.loadDocuments(documents).catch((error: unknown) => {
    throw readable(error);
  });
  const parsed = sources.flatMap(({ document }) => document ?? []);
  const report = upgradeReport(parsed, from, to);
  const parts = [
    ['is gone', report.removed],
    ['must be given', report.required],
    ['is of another type', report.changed],
    ['is deprecated', report.deprecated],
    ['needs an idempotency key', report.keyed],
  ] as const;
  const lines = parts.flatMap(([what, found]) =>
    found.map(({ operation, what: place }) => `${operation}: ${place} ${what}`),
  );
  return { from: report.from, to: report.to, lines };
}

/** Loads the graphql-codegen that the user's project has installed. */
async function loadCodegen(): Promise<Codegen> {
  const { resolve: find } = createRequire(join(process.cwd(), 'package.json'));
  const missing: string[] = [];
  let path = '';
  for (const name of needed) {
    try {
      const found = find(name);
      if (name === '@graphql-codegen/cli') path = found;
    } catch {
      missing.push(name);
    }
  }
  if (missing.length > 0) {
    throw wrong(
      'codegen',
      `needs ${missing.join(' and ')}. Install: npm install --save-dev ${needed.map((name) => `${name}@${name.endsWith('cli') ? 7 : 6}`).join(' ')}`,
    );
  }
  return (await import(pathToFileURL(path).href)) as Codegen;
}

/** Joins the errors of all graphql-codegen tasks, without stack traces. */
function readable(error: unknown): Error {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const texts = errors.map((one: unknown) =>
    (one instanceof Error ? one.message : String(one)).replace(/\n\s+at [\s\S]*$/, ''),
  );
  return new Error(texts.join('\n'), { cause: error });
}

function importExtension(given: string): '' | '.js' | '.ts' {
  if (given === 'none') return '';
  if (given === '.js' || given === '.ts') return given;
  throw wrong('--import-extension', 'must be .js, .ts or none.');
}

function readOptions(args: readonly string[]) {
  return readArguments('codegen', args, {
    allowPositionals: true,
    options: {
      documents: { type: 'string', multiple: true },
      out: { type: 'string', default: './src/generated/' },
      schema: { type: 'string' },
      'api-version': { type: 'string' },
      'import-extension': { type: 'string', default: '.js' },
      'input-enums': { type: 'string', default: 'known' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
