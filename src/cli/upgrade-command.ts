import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { SchemaText } from '../codegen/schema-usage.ts';
import { generatedApiVersion } from '../config/generated/api-versions.ts';
import { topicToEnum, webhookTopics } from '../webhooks/topics.ts';
import { readArguments, wrong } from './arguments.ts';
import { documentChanges, upgradeSchemas } from './codegen-command.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const upgradeHelp = `shopwright upgrade: show what another API version means for your project

Usage: shopwright upgrade VERSION [options]

Checks your operations, the webhook topics in your code, and pinned versions. Writes nothing, needs no network, and exits
with 2 if there is something to do.

Options:
  --documents GLOB  Files with operations; may be repeated (default ./src/**/*.graphql)
  --sources FOLDER  Folder to look for topics and pinned versions in; may be repeated (default .)
  --from V          Version that your operations are written for (default ${generatedApiVersion})
  --schema FILE     Schema of VERSION from "shopwright schema pull", if this package does not include it
  -h, --help        Show this help`;

/** Matches the usual ways to pin a version in code or configuration. */
const pin =
  /\bapi_?version['"]?\s*[:=]\s*['"`](\d{4}-\d{2})\b|\bSHOPIFY_API_VERSION['"]?\s*[:=]\s*['"]?(\d{4}-\d{2})\b|\/admin\/api\/(\d{4}-\d{2})\/|\bApiVersion\.(January|April|July|October)(\d{2})\b/gi;
const quartersOf: Readonly<Record<string, string>> = { january: '01', april: '04', july: '07', october: '10' };
const quoted = /['"`]([a-z][a-z_]*(?:\/[a-z_]+)+)['"`]/g;
const isSource = /(\.([cm]?[jt]sx?|toml|ya?ml|json)|(^|[\\/])\.env[^\\/]*)$/;
const isForeign = /(^|[\\/])(node_modules|dist|build|coverage|generated|\.git|\.next|package-lock\.json)([\\/]|$)/;

interface Place {
  /** File and line, such as `src/shop.ts:12`. */
  readonly at: string;
  readonly text: string;
}

/** `shopwright upgrade VERSION`: checks a project's operations, topics and pinned versions against another version. */
export async function runUpgrade(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args);
  if (values.help) {
    terminal.out(upgradeHelp);
    return 0;
  }
  const [version, extra] = positionals;
  if (extra !== undefined)
    throw wrong('upgrade', `takes one version, not also ${extra}. Try: shopwright upgrade --help`);
  const { from, to } = upgradeSchemas('upgrade', version, values.schema, values.from);

  const findings: string[] = [];
  const checked: string[] = [];
  const folders = values.sources ?? ['.'];
  const sources = (await Promise.all(folders.map(filesOf))).flat();
  if (values.documents !== undefined || sources.some((file) => file.endsWith('.graphql'))) {
    const { lines } = await documentChanges(values.documents ?? ['./src/**/*.graphql'], from, to);
    findings.push(...lines);
    checked.push('operations');
  } else {
    terminal.error('No .graphql files were found, so no operations were checked. Name them with --documents.');
  }

  const lost = lostTopics(from, to);
  for (const file of sources.filter((name) => isSource.test(name))) {
    const { topics, pins } = readSource(file, await readFile(file, 'utf8'));
    for (const { at, text } of topics) {
      if (lost.has(text)) findings.push(`${at}: the topic ${text} was removed`);
    }
    for (const { at, text } of pins) if (text !== version) findings.push(`${at}: pins ${text}`);
  }
  checked.push('topics', 'pinned versions');
  for (const line of findings) terminal.out(line);
  const outcome = findings.length === 0 ? 'nothing to do' : `${findings.length} to look at`;
  terminal.out(`${values.from} → ${version}: ${outcome}. Checked: ${checked.join(', ')}.`);
  return findings.length === 0 ? 0 : 2;
}

/** Topics that only the first version has, as in `X-Shopify-Topic`. */
function lostTopics(from: string, to: string): ReadonlySet<string> {
  const [before, after] = [from, to].map((text) => new SchemaText(text).members('WebhookSubscriptionTopic'));
  const gone = (topic: string): boolean => before?.has(topicToEnum(topic)) === true && !after?.has(topicToEnum(topic));
  return new Set(webhookTopics.filter(gone));
}

function readSource(
  file: string,
  text: string,
): { readonly topics: readonly Place[]; readonly pins: readonly Place[] } {
  const topics: Place[] = [];
  const pins: Place[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const at = `${relative(process.cwd(), file)}:${index + 1}`;
    for (const [, topic = ''] of line.matchAll(quoted)) topics.push({ at, text: topic });
    for (const [, option, variable, path, month, year] of line.matchAll(pin)) {
      const named = month === undefined ? undefined : `20${year}-${quartersOf[month.toLowerCase()]}`;
      pins.push({ at, text: option ?? variable ?? path ?? named ?? '' });
    }
  }
  return { topics, pins };
}

/** All files of a folder except those of packages and builds. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const open = [resolve(folder)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch((error: unknown) => {
      throw wrong('--sources', `is ${folder}, which cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
    });
    for (const entry of entries) {
      if (isForeign.test(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isFile()) found.push(path);
    }
  }
  return found.sort();
}

function readOptions(args: readonly string[]) {
  return readArguments('upgrade', args, {
    allowPositionals: true,
    options: {
      documents: { type: 'string', multiple: true },
      sources: { type: 'string', multiple: true },
      from: { type: 'string', default: generatedApiVersion },
      schema: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
