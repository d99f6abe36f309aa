/**
 * Brings the schema of one API version into this folder:
 *
 *     npm run schema -- 2027-01 --from FILE|PACKAGE [--drop 2026-01]
 *
 * FILE is an introspection result (JSON, also gzipped) or what `shopwright schema pull` wrote; PACKAGE is a pinned npm
 * package with a file `admin_VERSION.json.gz`, such as `@shopify/dev-mcp@1.16.0`. It makes
 *
 * - `admin-<newest>.graphql`: the newest schema with names, types, arguments, directives and deprecation flags, and
 *   without descriptions and reasons, so that a new version shows as a readable diff; the patches of `extensions/` for
 *   this version and earlier ones are in it;
 * - `admin-<older>.patch`: what differs in each older version from the next newer one;
 * - `admin-<newest>.json`: what only descriptions and side tables hold (manual costs, required scopes);
 * - `src/config/generated/api-versions.ts` and `src/graphql/keyed-mutations.ts`: what the code needs of them.
 *
 * Other versions stay as they are. `npm run codegen` follows.
 */
// @ts-nocheck

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { npm, root } from '../.ci/tools/programs.ts';
import { keyRules, patchedSchema, printIntrospection, withKeyRules } from '../src/graphql/schema-file.ts';
import { apiVersions, keyedMutations } from './keyed-mutations.ts';
import { schemaPatch } from './patch.ts';
import { type Published, type SideTables, sideTables } from './side-tables.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { from: { type: 'string' }, drop: { type: 'string', multiple: true }, into: { type: 'string' } },
});
const [version] = positionals;
const { from, drop = [], into = root } = values;
if (version === undefined || !/^\d{4}-(01|04|07|10)$/.test(version) || from === undefined) {
  throw new Error(
    'Usage: npm run schema -- VERSION --from FILE|PACKAGE [--drop VERSION], with a version such as 2027-01',
  );
}
const folder = join(into, 'schema');

/** A schema as it was found, and where. */
interface Source {
  readonly bytes: Buffer;
  /** What the head says of it. */
  readonly origin: string;
  readonly isReleased: boolean;
  readonly licence?: string;
}

/** From its release day at 17:00 UTC on (https://shopify.dev/docs/api/usage/versioning) a source shows the version as released. */
const isReleasedAt = (time: number): boolean => time >= Date.parse(`${version}-01T17:00:00Z`);

function sourceFrom(where: string): Source {
  if (existsSync(where))
    return { bytes: readFileSync(where), origin: basename(where), isReleased: isReleasedAt(Date.now()) };
  const unpacked = mkdtempSync(join(tmpdir(), 'admin-schema-'));
  try {
    const packed: unknown = JSON.parse(
      npm(['pack', where, '--json', '--ignore-scripts', '--pack-destination', unpacked]),
    );
    // The shape of `npm pack --json` is a list or an object by npm version.
    const [first] = Object.values(packed as Record<string, { filename: string; name: string; version: string }>);
    if (!first) throw new Error(`npm packed nothing for ${where}`);
    const tarball = join(unpacked, first.filename);
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n');
    const file = names.find((name) => name.endsWith(`/admin_${version}.json.gz`));
    if (file === undefined) throw new Error(`${where} has no file admin_${version}.json.gz`);
    const times = JSON.parse(npm(['view', first.name, 'time', '--json'])) as Record<string, string>;
    const published = times[first.version] ?? '';
    return {
      bytes: execFileSync('tar', ['-xzOf', tarball, file], { maxBuffer: 2 ** 26 }),
      origin: `${file} of ${first.name}@${first.version}, published ${published.slice(0, 10)}`,
      isReleased: isReleasedAt(Date.parse(published)),
      // Only such a schema may be shipped.
      licence: 'Licence: ISC, see LICENSE in this folder',
    };
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

const source = sourceFrom(from);
const isGzipped = source.bytes[0] === 0x1f && source.bytes[1] === 0x8b;
const content = (isGzipped ? gunzipSync(source.bytes) : source.bytes).toString();
const head = [
  `Shopify Admin API ${version} (${source.isReleased ? 'released' : 'candidate'}), without descriptions. Made by "npm run schema".`,
  `Source: ${source.origin}`,
  `SHA-256: ${createHash('sha256').update(source.bytes).digest('hex')}`,
  ...(source.licence === undefined ? [] : [source.licence]),
];
const introspection = content.startsWith('{') ? (JSON.parse(content) as Published & { __schema?: unknown }) : undefined;
const published = introspection?.__schema ? ({ data: introspection } as unknown as Published) : introspection;

/** A schema without its head, and then with this one; its key rules stay. */
function withHead(text: string): string {
  const body = text.slice(text.indexOf('\n\n'));
  return withKeyRules(head.map((line) => `# ${line}`).join('\n') + body, keyRules(text));
}

/** Adds what `extensions/` says of a version. */
function extended(text: string, of: string): string {
  const files = readdirSync(join(folder, 'extensions')).filter((name) => name.replace('.patch', '') <= of);
  return files.sort().reduce((so, name) => {
    const patch = readFileSync(join(folder, 'extensions', name), 'utf8');
    const [own, added] = [keyRules(so), keyRules(`${patch}\n`)];
    const body = patch.includes('\n\n') ? patch.slice(patch.indexOf('\n\n')) : '\n';
    return withKeyRules(patchedSchema(so, so.slice(0, so.indexOf('\n\n')) + body), {
      required: [...own.required, ...added.required],
      optional: [...own.optional, ...added.optional].filter((name) => !own.required.includes(name)),
    });
  }, text);
}

/** The schemas that stand in the folder, newest first. */
function standing(): Map<string, string> {
  const named = (end: string): string[] =>
    readdirSync(folder)
      .flatMap((name) => new RegExp(`^admin-(.+)\\.${end}$`).exec(name)?.[1] ?? [])
      .sort()
      .reverse();
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const texts = new Map<string, string>();
  for (const newest of named('graphql')) texts.set(newest, read(`admin-${newest}.graphql`));
  for (const older of named('patch')) {
    texts.set(older, patchedSchema([...texts.values()].at(-1) ?? '', read(`admin-${older}.patch`)));
  }
  return texts;
}

const before = standing();
const newestBefore = [...before.keys()][0];
const text = published ? printIntrospection(published.data, version, head) : withHead(content);
const all = new Map([...before, [version, extended(text, version)]]);
const texts = new Map(
  [...all].filter(([each]) => !drop.includes(each)).sort(([one], [other]) => (one < other ? 1 : -1)),
);
const versions = [...texts.keys()];
const newest = versions[0] ?? version;

const tablesFile = (of: string): string => join(folder, `admin-${of}.json`);
const tablesBefore =
  newestBefore === undefined || !existsSync(tablesFile(newestBefore))
    ? undefined
    : (JSON.parse(readFileSync(tablesFile(newestBefore), 'utf8')) as SideTables);
const tables = sideTables(newest, version === newest ? published : undefined, tablesBefore);

for (const name of readdirSync(folder)) if (/^admin-.*\.(graphql|patch|json)$/.test(name)) rmSync(join(folder, name));
for (const [index, each] of versions.entries()) {
  const whole = texts.get(each) ?? '';
  const newer = versions[index - 1];
  if (newer === undefined) writeFileSync(join(folder, `admin-${each}.graphql`), whole);
  else writeFileSync(join(folder, `admin-${each}.patch`), schemaPatch(texts.get(newer) ?? '', whole));
}
writeFileSync(tablesFile(newest), `${JSON.stringify(tables, null, 1)}\n`);
writeFileSync(join(into, 'src/config/generated/api-versions.ts'), apiVersions(versions));
writeFileSync(join(into, 'src/graphql/keyed-mutations.ts'), keyedMutations(texts));
