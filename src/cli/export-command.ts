import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { BulkProgress } from '../bulk/query.ts';
import { createShopifyClient } from '../client/client.ts';
import { stringifyExactJson } from '../internal/json.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const exportHelp = `shopwright export: write everything a query finds, using a bulk operation

Usage: shopwright export QUERY --shop SHOP --token-env NAME [options]

QUERY is GraphQL, or a file with it (*.graphql), such as
  '{ products { edges { node { id title variants { edges { node { id sku } } } } } } }'
Writes one JSON object per line: a node with its children in lists.

Options:
  --shop SHOP          Domain of the shop, such as acme.myshopify.com
  --token-env NAME     Environment variable that holds an Admin API access token
  --out FILE           File to write; created only once complete (default: print)
  --variables JSON     Variables of the query
  --rows               Write Shopify's lines, with __parentId, instead of joined nodes
  --resume ID          Read the result of an earlier operation, instead of a query
  --paginate           Read by pages if the app may not run bulk queries
  --origin URL         Test server instead of the shop, such as a fake on http://127.0.0.1:4010
  -h, --help           Show this help`;

/** `shopwright export`: writes the rows of a bulk query. */
export async function runExport(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args);
  if (values.help) {
    terminal.out(exportHelp);
    return 0;
  }
  const [given, ...more] = positionals;
  const { shop, 'token-env': variable, origin, out, resume } = values;
  if (more.length > 0) throw wrong('export', `takes one query, not ${positionals.length}. Quote it.`);
  if ((given === undefined) === (resume === undefined))
    throw wrong('export', 'needs a query, or --resume with the id of an operation.');
  if (!shop) throw wrong('--shop', "is missing. Pass the shop's domain, such as acme.myshopify.com.");
  if (!variable) throw wrong('--token-env', 'is missing. Pass the name of the variable with the access token.');
  const accessToken = process.env[variable];
  if (!accessToken)
    throw wrong('--token-env', `is ${variable}, which is not set in the environment. Set it, or name another.`);
  const { bulk } = createShopifyClient({ shop, accessToken, isolated: true, ...(origin !== undefined && { origin }) });
  const options = {
    signal: terminal.stop,
    shape: values.rows ? ('rows' as const) : ('tree' as const),
    onProgress: (progress: BulkProgress) => terminal.bar?.(barOf(progress)),
  };
  const run =
    resume !== undefined
      ? await bulk.resume<object>(resume, options)
      : await bulk.query<object>(await queryText(given ?? ''), variablesOf(values.variables), {
          ...options,
          fallback: values.paginate ? 'paginate' : 'throw',
        });
  if (run.id !== undefined) terminal.error(`Operation ${run.id}: continue with --resume ${run.id}`);
  const count = out === undefined ? await print(run, terminal) : await write(run, out);
  terminal.bar?.('');
  terminal.error(`${count} ${values.rows ? 'lines' : 'nodes'}${out === undefined ? '' : ` in ${out}`}.`);
  return 0;
}

async function print(rows: AsyncIterable<object>, terminal: Terminal): Promise<number> {
  let count = 0;
  for await (const row of rows) {
    terminal.out(stringifyExactJson(row));
    count += 1;
  }
  return count;
}

async function write(rows: AsyncIterable<object>, file: string): Promise<number> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      count += 1;
      yield `${stringifyExactJson(row)}\n`;
    }
  }
  await writeWhole(lines(), '--out', file);
  return count;
}

/**
 * Writes to a temporary file, which is renamed when complete.
 *
 * @param field The argument that names the file.
 */
export async function writeWhole(pieces: AsyncIterable<string>, field: string, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const stream = createWriteStream(part);
    const done = finished(stream);
    // Awaited below; an earlier failure must not count as unhandled.
    done.catch(() => undefined);
    for await (const piece of pieces) {
      if (!stream.write(piece))
        await Promise.race([done, new Promise<void>((resolve) => stream.once('drain', () => resolve()))]);
    }
    stream.end();
    await done;
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw wrong(field, `is ${file}, which cannot be written (${code}). Use a file in an existing folder.`);
  }
}

const barWidth = 24;

/** Returns a line such as `reading [######......] 51 % · 12,000 objects · 3,400/s · 4 s left`. */
function barOf({ phase, objects, objectsPerSecond, bytes, totalBytes, leftMs }: BulkProgress): string {
  const share = phase === 'done' ? 1 : phase === 'reading' && totalBytes ? Math.min(1, bytes / totalBytes) : undefined;
  const filled = Math.round((share ?? 0) * barWidth);
  const parts = [
    share === undefined
      ? phase
      : `${phase} [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.round(share * 100)} %`,
    `${objects.toLocaleString('en')} objects`,
    ...(objectsPerSecond >= 1 ? [`${Math.round(objectsPerSecond).toLocaleString('en')}/s`] : []),
    ...(leftMs !== undefined && phase !== 'done' ? [`${Math.ceil(leftMs / 1_000)} s left`] : []),
  ];
  return parts.join(' · ');
}

async function queryText(given: string): Promise<string> {
  if (!/\.(graphql|gql)$/i.test(given)) return given;
  try {
    return await readFile(given, 'utf8');
  } catch (error) {
    throw wrong(given, `cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function variablesOf(text = '{}'): object {
  try {
    const variables: unknown = JSON.parse(text);
    if (typeof variables === 'object' && variables !== null && !Array.isArray(variables)) return variables;
  } catch {
    // Reported below.
  }
  throw wrong('--variables', 'is not a JSON object. Write it as \'{"since": "updated_at:>=2026-11-01"}\'.');
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  return readArguments('export', args, {
    allowPositionals: true,
    options: {
      ...{ shop: text, 'token-env': text, out: text, variables: text, resume: text, origin: text },
      ...{ rows: flag, paginate: flag },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
