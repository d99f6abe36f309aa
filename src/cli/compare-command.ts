import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createShopifyClient, type ShopifyClient } from '../client/client.ts';
import { generatedApiVersion, schemaVersions } from '../config/generated/api-versions.ts';
import { InvalidResponseError, isShopwrightError } from '../errors/errors.ts';
import { kyTransport } from '../http/ky.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { TransportResponse } from '../ports/transport.ts';
import { createFakeShopify } from '../testing/fake/fake-shopify.ts';
import { readArguments, wrong } from './arguments.ts';
import { type CompareDocument, fakeSeeds, readingDocuments, writingDocuments } from './compare-documents.ts';
import { type Answer, answerOf, compareResponses, type Difference, mapTexts, valueAt } from './compare-responses.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

/** The help text of `shopwright fake compare`. */
const compareHelp = `shopwright fake compare: find where the fake differs from a shop

Usage: shopwright fake compare --shop DEV_STORE --token-env NAME [options]

Sends a fixed list of documents to the shop and to a fake, and prints what differs: data, user errors, errors, search
warnings and requested costs. The report contains no token, shop data or ids: you can attach it to an issue.

Sends only queries, unless --write is given. Then a draft product is created, changed, and always deleted again.

Options:
  --shop SHOP          Domain of a development store, such as acme-dev.myshopify.com
  --token-env NAME     Environment variable that holds an Admin API access token
  --write              Also send mutations, to one product created for this and deleted afterwards
  --any-shop           With --write: allow a shop that is not a development store
  --list               Print the documents (with --write, also those that write), and send nothing
  --out FILE           Write the report to FILE
  --json               Print JSON for machines
  --api-version V      Version to compare: ${schemaVersions.join(', ')} (default ${generatedApiVersion})
  --origin URL         Test server instead of the shop, such as a fake on http://127.0.0.1:4010
  -h, --help           Show this help

Exit code: 0 nothing differs, 2 something differs, 1 an error.`;

/** Something that could not be compared, and why. */
interface Omission {
  readonly document: string;
  readonly why: string;
}

interface Report {
  readonly apiVersion: string;
  readonly write: boolean;
  /** Documents whose responses were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  readonly notCompared: readonly Omission[];
}

/** `shopwright fake compare`: runs the documents against a shop and the fake, and reports what differs. */
export async function runCompare(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const wanted = parseCompareArguments(args);
  if (wanted === 'help') {
    terminal.out(compareHelp);
    return 0;
  }
  const documents = [...readingDocuments, ...(wanted.write ? writingDocuments : [])];
  if ('list' in wanted) {
    terminal.out(wanted.json ? JSON.stringify(documents) : documents.map(documentText).join('\n\n'));
    return 0;
  }

  const { accessToken, apiVersion } = wanted;
  const handle = `shopwright-check-${randomUUID()}`;
  const shop = connect({ ...wanted, accessToken, handle });
  const fakeToken = 'shpat_fake';
  const fake = createFakeShopify({ shops: [{ domain: shop.client.shop, tokens: { [fakeToken]: 'default' } }] });
  try {
    if (wanted.write && !wanted.anyShop) await requireDevelopmentStore(shop, terminal.stop);
    const pretended = connect({
      shop: shop.client.shop,
      accessToken: fakeToken,
      apiVersion,
      handle,
      fetch: fake.fetch,
    });
    for (const { query, variables } of fakeSeeds) await pretended.client.graphql(query, variables);
    const run = async (): Promise<Report> => {
      const report = await compareAll(documents, { shop, fake: pretended }, wanted, terminal.stop);
      await print(report, wanted, terminal);
      return report;
    };
    const report = wanted.write ? await withRemoval(shop, handle, run) : await run();
    return report.differences.length > 0 ? 2 : 0;
  } finally {
    await fake.close();
  }
}

/** The shop or the fake: a client, its last response, and the ids that documents have kept. */
interface Side {
  readonly client: ShopifyClient;
  /** The response to the last request, once received. */
  readonly responses: TransportResponse[];
  readonly kept: Map<string, string>;
  readonly accessToken: string;
}

interface SideOptions {
  readonly shop: string;
  readonly accessToken: string;
  readonly apiVersion: string;
  readonly handle: string;
  readonly origin?: string | undefined;
  readonly fetch?: typeof fetch;
}

function connect({ shop, accessToken, apiVersion, handle, origin, fetch }: SideOptions): Side {
  const http = kyTransport(fetch ? { fetch } : {});
  const responses: TransportResponse[] = [];
  const client = createShopifyClient({
    ...{ shop, accessToken, apiVersion, isolated: true },
    ...(origin !== undefined && { origin }),
    transport: {
      name: http.name,
      async send(request) {
        responses.length = 0;
        const response = await http.send(request);
        responses.push(response);
        return response;
      },
    },
  });
  return { client, accessToken, responses, kept: new Map([['handle', handle]]) };
}

/** Refuses to write to any other shop, where a mistake could do damage. */
async function requireDevelopmentStore({ client }: Side, signal: AbortSignal): Promise<void> {
  const { data } = await client.graphql<{ shop: { plan: { partnerDevelopment: boolean } } }>(
    'query ShopPlan { shop { plan { partnerDevelopment } } }',
    {},
    { signal },
  );
  if (data.shop.plan.partnerDevelopment) return;
  throw wrong(
    '--write',
    `would write to ${client.shop}, which is not a development store. Use one, or add --any-shop if you mean it.`,
  );
}

/** Runs a function, and afterwards deletes the product with that handle, even on failure. */
async function withRemoval(side: Side, handle: string, run: () => Promise<Report>): Promise<Report> {
  let report: Report;
  try {
    report = await run();
  } catch (error) {
    await remove(side, handle).catch((left: Error) => {
      throw new AggregateError([error, left], `${messageOf(error)} ${left.message}`);
    });
    throw error;
  }
  await remove(side, handle);
  return report;
}

/** Milliseconds for the removal, which also runs after Ctrl-C. */
const removalMs = 60_000;

async function remove({ client, kept }: Side, handle: string): Promise<void> {
  try {
    const limit = { deadlineMs: removalMs };
    // By id, which no document changes; by handle if the response to the creation was lost.
    const id = kept.get('product');
    const { data } = await client.graphql<{ productByIdentifier: { id: string } | null }>(
      'query ProductFind($by: ProductIdentifierInput!) { productByIdentifier(identifier: $by) { id } }',
      { by: id === undefined ? { handle } : { id } },
      limit,
    );
    const product = data.productByIdentifier;
    if (product === null) return;
    await client.graphql(
      'mutation ProductRemove($input: ProductDeleteInput!) { productDelete(input: $input) { userErrors { field message } } }',
      { input: { id: product.id } },
      // Deleting it twice does no harm.
      { ...limit, retry: { idempotency: 'idempotent' } },
    );
  } catch (error) {
    throw new Error(
      `The product with the handle ${handle} may still be in ${client.shop}: delete it. (${messageOf(error)})`,
    );
  }
}

interface Sides {
  readonly shop: Side;
  readonly fake: Side;
}

async function compareAll(
  documents: readonly CompareDocument[],
  sides: Sides,
  { write }: { readonly write: boolean },
  signal: AbortSignal,
): Promise<Report> {
  const differences: Difference[] = [];
  const notCompared: Omission[] = [];
  let compared = 0;
  for (const document of documents) {
    const id = nameOf(document);
    const missing = missingIds(document, sides);
    if (missing.length > 0) {
      notCompared.push({ document: id, why: `an earlier document returned no ${missing.join(', ')}` });
      continue;
    }
    const shop = await send(sides.shop, document, signal);
    const fake = await send(sides.fake, document, signal);
    const denied = shop.errors.find(
      (error) => isRecord(error['extensions']) && error['extensions']['code'] === 'ACCESS_DENIED',
    );
    if (denied) {
      notCompared.push({ document: id, why: String(denied['message']) });
      continue;
    }
    compared += 1;
    const found = compareResponses(document, shop, fake);
    for (const one of found.differences) differences.push({ document: id, ...one });
    for (const why of found.empty) notCompared.push({ document: id, why });
  }
  return { apiVersion: sides.shop.client.apiVersion, write, compared, differences, notCompared };
}

const nameOf = ({ query }: Pick<CompareDocument, 'query'>): string =>
  /^(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';

/** Placeholder for a kept id in the variables of a document. */
const placeholder = /^\{(\w+)\}$/;

function missingIds({ variables = {} }: CompareDocument, { shop, fake }: Sides): readonly string[] {
  const names = new Set<string>();
  mapTexts(variables, (text) => {
    const [, name] = placeholder.exec(text) ?? [];
    if (name !== undefined && !(shop.kept.has(name) && fake.kept.has(name))) names.add(name);
    return text;
  });
  return [...names];
}

/** Codes of errors whose response can be compared. */
const refusals: ReadonlySet<string> = new Set([
  'GRAPHQL_ERROR',
  'ACCESS_DENIED',
  'MAX_COST_EXCEEDED',
  'USER_ERROR',
  'OUTCOME_UNKNOWN',
]);

async function send(side: Side, document: CompareDocument, signal: AbortSignal): Promise<Answer> {
  const { client, kept, responses } = side;
  responses.length = 0;
  const given = mapTexts(document.variables ?? {}, (text) => kept.get(placeholder.exec(text)?.[1] ?? '') ?? text);
  try {
    await client.graphql(document.query, isRecord(given) ? given : {}, {
      ...{ signal, userErrors: 'return', errors: 'return' },
      ...(document.cost !== undefined && { cost: document.cost }),
    });
  } catch (error) {
    if (!isShopwrightError(error) || !refusals.has(error.code) || responses[0]?.status !== 200) throw error;
  }
  const [response] = responses;
  const body = parseJson(response?.body ?? '');
  if (!isRecord(body))
    throw new InvalidResponseError(`The response to ${nameOf(document)} is not JSON.`, { shop: client.shop });
  const served = response?.headers.get('x-shopify-api-version') ?? client.apiVersion;
  if (served !== client.apiVersion)
    throw wrong(
      '--api-version',
      `is ${client.apiVersion}, but ${client.shop} served ${served}. Compare a version that it supports.`,
    );

  for (const [name, path] of Object.entries(document.keep ?? {})) {
    const value = valueAt(body['data'], path);
    if (typeof value === 'string') kept.set(name, value);
  }
  return answerOf(body, { shop: client.shop, accessToken: side.accessToken, kept });
}

async function print(
  report: Report,
  { out, json }: { readonly out: string | undefined; readonly json: boolean },
  terminal: Terminal,
): Promise<void> {
  const text = json ? JSON.stringify(report) : reportText(report);
  if (out === undefined) {
    terminal.out(text);
    return;
  }
  try {
    await writeFile(out, `${text}\n`);
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw wrong('--out', `is ${out}, which cannot be written (${code}). Use a file in an existing folder.`);
  }
  terminal.out(`Wrote ${out}: ${summaryOf(report)}`);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const summaryOf = ({ differences, compared }: Report): string =>
  `${counted(differences.length, 'difference')} in ${counted(compared, 'document')}.`;

/** Maximum length of a value in a report, in characters. */
const maxShown = 400;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  const short = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
  return `\`${short.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

function reportText(report: Report): string {
  const { apiVersion, write, differences, notCompared } = report;
  const rows = differences.map(
    ({ document, area, path, shop, fake }) =>
      `| ${document} | ${area} | \`${path}\` | ${shown(shop)} | ${shown(fake)} |`,
  );
  const omissions = notCompared.map(({ document, why }) => `- ${document}: ${why}`);
  return [
    `# Contract check of the fake, Admin API ${apiVersion}, ${write ? 'with' : 'without'} writes`,
    '',
    summaryOf(report),
    ...(rows.length > 0
      ? ['', '| document | what | where | shop | fake |', '| --- | --- | --- | --- | --- |', ...rows]
      : []),
    ...(omissions.length > 0 ? ['', 'Not compared:', '', ...omissions] : []),
  ].join('\n');
}

function documentText({ query, variables }: CompareDocument): string {
  return variables ? `${query}\n# variables: ${JSON.stringify(variables)}` : query;
}

/** The arguments of `shopwright fake compare`. */
interface CompareArguments {
  readonly shop: string;
  readonly accessToken: string;
  readonly apiVersion: string;
  readonly origin: string | undefined;
  readonly write: boolean;
  readonly anyShop: boolean;
  readonly out: string | undefined;
  readonly json: boolean;
}

/**
 * Reads the arguments of `shopwright fake compare`.
 *
 * @throws ConfigError for the first missing or invalid argument.
 */
function parseCompareArguments(
  args: readonly string[],
): CompareArguments | { readonly list: true; readonly write: boolean; readonly json: boolean } | 'help' {
  const values = readOptions(args);
  if (values.help) return 'help';
  const {
    shop,
    write,
    json,
    out,
    origin,
    'token-env': variable,
    'api-version': apiVersion,
    'any-shop': anyShop,
  } = values;
  if (values.list) return { list: true, write, json };
  if (!shop)
    throw wrong('--shop', 'is missing. Pass the domain of a development store, such as acme-dev.myshopify.com.');
  if (!variable) throw wrong('--token-env', 'is missing. Pass the name of the variable with the access token.');
  const accessToken = process.env[variable];
  if (!accessToken)
    throw wrong('--token-env', `is ${variable}, which is not set in the environment. Set it, or name another.`);
  if (!schemaVersions.some((version) => version === apiVersion))
    throw wrong('--api-version', `is "${apiVersion}". Use one of ${schemaVersions.join(', ')}.`);
  if (anyShop && !write) throw wrong('--any-shop', 'is only for --write. Add that, or omit this.');
  return { shop, accessToken, apiVersion, origin, write, anyShop, out, json };
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  return readArguments('fake compare', args, {
    options: {
      ...{ shop: text, 'token-env': text, out: text, origin: text },
      ...{ write: flag, 'any-shop': flag, list: flag, json: flag },
      'api-version': { type: 'string', default: generatedApiVersion },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
