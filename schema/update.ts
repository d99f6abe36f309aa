/**
 * Makes the two data files of this folder from Shopify's own introspection result:
 *
 * - `admin-<version>.graphql`: the Admin schema with names, types, arguments,
 *   directives and deprecation flags, and without descriptions and reasons, so
 *   that a new version shows as a readable diff;
 * - `admin-<version>.json`: what only descriptions and side tables hold (which
 *   mutations take an idempotency key, manual costs, required scopes);
 *
 * and the part of the latter that the client needs at run time, as
 * `src/graphql/keyed-mutations.ts`.
 *
 * The source is one file in one pinned npm tarball, checked by its hash.
 * Run it with `npm run schema`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { npm } from '../.ci/tools/programs.ts';
import { keyedMutations } from './keyed-mutations.ts';
import { type Published, type SchemaSource, sideTables } from './side-tables.ts';
import { stripDescriptions } from './strip.ts';

const version = '2026-10';
/** Under the ISC licence, as `LICENSE` in this folder says: only such a schema may be shipped. */
const source: SchemaSource = {
  package: '@shopify/dev-mcp@1.16.0',
  file: `package/dist/data/admin_${version}.json.gz`,
  sha256: 'f3b522f264556925eada700e795e4a002a9cba83444ebcc6c0d724254a0c6593',
  published: '2026-09-28',
  // Three days before the release of the version, and labelled so.
  state: 'candidate',
};

function download(): Published {
  const folder = mkdtempSync(join(tmpdir(), 'admin-schema-'));
  try {
    const packed: unknown = JSON.parse(
      npm(['pack', source.package, '--json', '--ignore-scripts', '--pack-destination', folder]),
    );
    // The shape of `npm pack --json` is a list or an object by npm version.
    const [first] = Object.values(packed as Record<string, { filename: string }>);
    if (!first) throw new Error(`npm packed nothing for ${source.package}`);
    const gz = execFileSync('tar', ['-xzOf', join(folder, first.filename), source.file], { maxBuffer: 2 ** 26 });
    const found = createHash('sha256').update(gz).digest('hex');
    if (found !== source.sha256) {
      throw new Error(`${source.file} of ${source.package} has hash ${found}, expected ${source.sha256}`);
    }
    return JSON.parse(gunzipSync(gz).toString('utf8')) as Published;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const published = download();
const introspection = stripDescriptions(published.data);
const schema = lexicographicSortSchema(buildClientSchema(introspection, { assumeValid: true }));
const here = import.meta.dirname;
const head = `# Shopify Admin API ${version} (${source.state}), without descriptions. Made by "npm run schema".
# Source: ${source.file} of ${source.package}, published ${source.published}
# SHA-256: ${source.sha256}
# Licence: ISC, see LICENSE in this folder
`;
writeFileSync(join(here, `admin-${version}.graphql`), `${head}\n${printSchema(schema)}\n`);
const tables = sideTables(version, source, published);
writeFileSync(join(here, `admin-${version}.json`), `${JSON.stringify(tables, null, 1)}\n`);
writeFileSync(join(here, '../src/graphql/keyed-mutations.ts'), keyedMutations(tables));
