import { readFile, writeFile } from 'node:fs/promises';
import { createShopifyClient } from '../client/client.ts';
import { generatedApiVersion } from '../config/generated/api-versions.ts';
import { InvalidResponseError } from '../errors/errors.ts';
import { introspectionQuery, printIntrospection, readIntrospection } from '../graphql/schema-file.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

/** The help text of `shopwright schema`. */
const schemaHelp = `shopwright schema pull: write a shop's Admin API schema to a file

Usage: shopwright schema pull --shop SHOP --token-env NAME --out FILE [options]

Requests the shop's schema by introspection. Pass the file to shopifyCodegen({ schema }) for types, and to
createFakeShopify({ schemas: [file] }) for tests. Also works for API versions that this package does not include.

Options:
  --shop SHOP          Domain of the shop, such as acme.myshopify.com
  --token-env NAME     Environment variable that holds an Admin API access token
  --out FILE           File to write, such as ./schema/admin-${generatedApiVersion}.graphql
  --api-version V      Version to request (default ${generatedApiVersion}), or unstable
  --origin URL         Test server instead of the shop, such as a fake on http://127.0.0.1:4010
  -h, --help           Show this help`;

/** Milliseconds for one attempt: an Admin schema is about 10 MB of JSON. */
const timeoutMs = 180_000;

/** `shopwright schema pull`: writes the schema of a shop into a file. */
export async function runSchema(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const wanted = parseSchemaArguments(args);
  if (wanted === 'help') {
    terminal.out(schemaHelp);
    return 0;
  }
  const { shop, accessToken, apiVersion, origin, file } = wanted;
  const client = createShopifyClient({
    ...{ shop, accessToken, apiVersion, timeoutMs, isolated: true },
    ...(origin !== undefined && { origin }),
  });
  const { data, response } = await client.graphql(introspectionQuery(), {}, { signal: terminal.stop });
  const introspection = readIntrospection(data);
  if (!introspection)
    throw new InvalidResponseError('The introspection response has no schema with types.', { shop: client.shop });

  const version = response.headers.get('x-shopify-api-version') ?? client.apiVersion;
  const head = [`Shopify Admin API ${version}, without descriptions. Made by "shopwright schema pull".`];
  const text = printIntrospection(introspection, version, head);
  const isSame = (await readFile(file, 'utf8').catch(() => undefined)) === text;
  if (!isSame) await write(file, text);
  if (version !== client.apiVersion)
    terminal.error(`${client.shop} served ${version} instead of ${client.apiVersion}: the file contains ${version}.`);
  terminal.out(
    `${isSame ? 'Unchanged' : 'Wrote'} ${file}: Admin API ${version}, ${introspection.__schema.types.length} types.`,
  );
  return 0;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
    throw wrong('--out', `is ${file}, which cannot be written (${code}). Use a file in an existing folder.`, cause);
  }
}

/** The arguments of `shopwright schema pull`. */
interface SchemaArguments {
  readonly shop: string;
  readonly accessToken: string;
  readonly apiVersion: string;
  readonly origin: string | undefined;
  readonly file: string;
}

/**
 * Reads the arguments of `shopwright schema`.
 *
 * @throws ConfigError for a missing argument.
 */
function parseSchemaArguments(args: readonly string[]): SchemaArguments | 'help' {
  const { values, positionals } = readOptions(args);
  if (values.help) return 'help';
  const [action, ...more] = positionals;
  if (action === undefined) throw wrong('schema', 'needs the command pull. Try: shopwright schema --help');
  if (action !== 'pull' || more.length > 0)
    throw wrong('schema', `does not know ${action === 'pull' ? more[0] : action}. Try: shopwright schema --help`);
  const { shop, out: file, 'token-env': variable, 'api-version': apiVersion, origin } = values;
  if (!shop) throw wrong('--shop', "is missing. Pass the shop's domain, such as acme.myshopify.com.");
  if (!file) throw wrong('--out', 'is missing. Pass the file to write.');
  if (!variable) throw wrong('--token-env', 'is missing. Pass the name of the variable with the access token.');
  const accessToken = process.env[variable];
  if (!accessToken)
    throw wrong('--token-env', `is ${variable}, which is not set in the environment. Set it, or name another.`);
  return { shop, file, accessToken, apiVersion, origin };
}

function readOptions(args: readonly string[]) {
  return readArguments('schema', args, {
    allowPositionals: true,
    options: {
      shop: { type: 'string' },
      'token-env': { type: 'string' },
      out: { type: 'string' },
      'api-version': { type: 'string', default: generatedApiVersion },
      origin: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
