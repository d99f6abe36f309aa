import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, root, run } from '../../.ci/tools/programs.ts';
import tsup from '../../tsup.config.ts';

const project = mkdtempSync(join(tmpdir(), 'shopwright-consumer-'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const entries = Object.keys(manifest.exports)
  .filter((path) => !/schema|package\.json/.test(path))
  .map((path) => `shopwright${path.slice(1)}`);

/** Entries that require an optional peer, and those whose types use one. */
const needsPeer = ['shopwright/otel', 'shopwright/queue/bullmq', 'shopwright/transport/undici'];
const typesNamePeer = [...needsPeer, 'shopwright/codegen', 'shopwright/fastify', 'shopwright/hono'];
const alone = entries.filter((entry) => !needsPeer.includes(entry));

const { noExternal = [] } = tsup as { noExternal?: (string | RegExp)[] };
const bundledPackages = noExternal.map((name) =>
  typeof name === 'string' ? name : name.source.replaceAll(/[\^$]/g, ''),
);

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const example = /This program works as it stands:\n\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

const node = (...args: string[]): string => run(process.execPath, args, { cwd: project });

/** An empty project that installs the packed tarball, as a user would. */
beforeAll(() => {
  npm(['pack', '--ignore-scripts', '--pack-destination', project]);
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? 'missing';
  const { typescript, typescript7, '@types/node': nodeTypes } = manifest.devDependencies;
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  writeFileSync(join(project, 'example.ts'), example);
  const compilers = [`typescript@${typescript}`, 'typescript5@npm:typescript@5.9.3', `typescript7@${typescript7}`];
  const packages = [`./${tarball}`, ...compilers, `@types/node@${nodeTypes}`];
  npm(['install', '--no-audit', '--no-fund', '--omit=peer', ...packages], { cwd: project });
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed package', () => {
  it('runs the example of the README unchanged', () => {
    expect(example.split('\n').length).toBeLessThanOrEqual(26);
    const output = node('example.ts');
    expect(output).toMatch(/created: 1/);
    expect(output).toMatch(/unchanged: 1/);
    expect(output).toContain('"handle":"organic-cotton-tee"');
  });

  const strict = {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    noEmit: true,
  };
  const typeCheck = (files: readonly string[], options: object, compiler = 'typescript'): string => {
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...strict, ...options }, files }),
    );
    const { stdout } = spawnSync(process.execPath, [`node_modules/${compiler}/bin/tsc`, '-p', '.'], {
      cwd: project,
      encoding: 'utf8',
    });
    return stdout;
  };

  it('type-checks the example under the strictest settings', () => {
    expect(
      typeCheck(['example.ts'], {
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: true,
      }),
    ).toBe('');
  });

  it('has valid types, without any optional peer', () => {
    const lines = entries
      .filter((entry) => !typesNamePeer.includes(entry))
      .map((entry) => `export type * from '${entry}';`);
    // Two entries may export the same name.
    for (const [index, line] of lines.entries()) writeFileSync(join(project, `entry-${index}.ts`), line);
    expect(
      typeCheck(
        lines.map((_line, index) => `entry-${index}.ts`),
        { skipLibCheck: false },
      ),
    ).toBe('');
  });

  it.each(['typescript5', 'typescript', 'typescript7'])('has types for a whole program, with %s', (compiler) => {
    const program = `
      import { createShopifyClient, memoryStores } from 'shopwright';
      import { createProductSync } from 'shopwright/sync';
      import { createFakeShopify } from 'shopwright/testing';
      import { createWebhookHandler } from 'shopwright/webhooks';
      const fake = createFakeShopify();
      const client = createShopifyClient({ shop: 'acme', accessToken: 'shpat_x', fetch: fake.fetch });
      export const sync = createProductSync({ client, stores: memoryStores() });
      export const handler = createWebhookHandler({ secrets: 'x', on: {} });`;
    writeFileSync(join(project, 'program.ts'), program);
    expect(typeCheck(['program.ts'], { skipLibCheck: false, exactOptionalPropertyTypes: true }, compiler)).toBe('');
  });

  it('reads no types of zod, cockatiel, graphql or another framework for the client and documents', () => {
    writeFileSync(
      join(project, 'client.ts'),
      "import { createShopifyClient } from 'shopwright';\ncreateShopifyClient;\n",
    );
    const read = typeCheck(['client.ts'], { skipLibCheck: true, listFiles: true, lib: ['es2023'] });
    const packages = [...read.matchAll(/node_modules\/((?:@[^/]+\/)?[^/\n]+)/g)].map(([, name = '']) => name);
    const others = new Set(packages.filter((name) => !/^(?:typescript|@types|undici-types)/.test(name)));
    expect([...others].sort()).toEqual(['ky', 'shopwright']);
  });

  it.each(alone)('imports %s, without any optional peer', (entry) => {
    expect(node('--input-type=module', '-e', `console.log(typeof Object.keys(await import('${entry}')).length)`)).toBe(
      'number\n',
    );
  });

  it.each(alone)('requires %s from CommonJS', (entry) => {
    expect(node('--input-type=commonjs', '-e', `console.log(Object.keys(require('${entry}')).length > 0)`)).toBe(
      'true\n',
    );
  });

  it('loads neither zod, Bottleneck nor graphql with the main entry', () => {
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await import('shopwright');
      console.log(loaded.filter((url) => /node_modules\\/(zod|bottleneck|graphql|kysely|msw)\\//.test(url)).length);`;
    expect(node('--input-type=module', '-e', program)).toBe('0\n');
  });

  it.each(['shopwright', 'shopwright/sync', 'shopwright/storage/sqlite', 'shopwright/webhooks'])(
    'loads no package at all with %s',
    (entry) => {
      const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await import('${entry}');
      console.log(loaded.filter((url) => url.includes('node_modules') && !url.includes('node_modules/shopwright/')).length);`;
      expect(node('--input-type=module', '-e', program)).toBe('0\n');
    },
  );

  const published = (path: string): string => readFileSync(join(project, 'node_modules/shopwright', path), 'utf8');

  it('contains its licence, and those of copied code', () => {
    expect(published('LICENSE')).toContain('MIT License');
    expect(published('schema/LICENSE')).toContain('this permission notice appear in all copies');
    const notices = published('THIRD-PARTY-NOTICES');
    expect(notices).toContain('schema/LICENSE');
    expect(bundledPackages.length).toBeGreaterThan(0);
    for (const bundled of bundledPackages) {
      expect(existsSync(join(project, 'node_modules', bundled))).toBe(false);
      expect(notices).toContain(readFileSync(join(root, 'node_modules', bundled, 'LICENSE'), 'utf8').trim());
    }
  });

  it('imports only packages that its manifest names', () => {
    const { dependencies, peerDependencies } = JSON.parse(published('package.json')) as Record<string, object>;
    const named = ['shopwright', ...Object.keys({ ...dependencies, ...peerDependencies })];
    const files = readdirSync(join(project, 'node_modules/shopwright/dist'), { recursive: true, encoding: 'utf8' });
    const imported = files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => ts.preProcessFile(published(join('dist', file))).importedFiles)
      .map(({ fileName }) => /^(?:@[^/]+\/)?[^/]+/.exec(fileName)?.[0] ?? '');
    expect([...new Set(imported)].filter((name) => !/^(?:node:|\.)/.test(name) && !named.includes(name))).toEqual([]);
    expect(imported).toContain('zod');
  });

  it('does not contain its sources twice', () => {
    const files = readdirSync(join(project, 'node_modules/shopwright'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.map') || /^src\b/.test(file))).toEqual([]);
    const schemas = files.filter((file) => /\.(graphql|json)$/.test(file) && file !== 'package.json');
    expect(schemas.every((file) => /^schema[\\/]admin-/.test(file))).toBe(true);
  });

  it('contains the pages that its README links to', () => {
    const links = [...published('README.md').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(join(project, 'node_modules/shopwright', link)))).toEqual([]);
  });

  it('names the source of each schema', () => {
    const folder = readdirSync(join(project, 'node_modules/shopwright/schema'));
    // The table beside the newest schema is generated from it.
    for (const file of folder.filter((name) => /\.(graphql|patch)$/.test(name))) {
      const text = published(`schema/${file}`).slice(0, 1_000);
      expect(text, file).toMatch(/@shopify\/[a-z-]+@\d+\.\d+\.\d+/);
      expect(text, file).toMatch(/[0-9a-f]{64}/);
      expect(text, file).toMatch(/\d{4}-\d{2}-\d{2}/);
      expect(text, file).toMatch(/candidate|released/);
    }
  });

  it('has a working bin', () => {
    expect(npm(['exec', '--no', '--', 'shopwright', '--help'], { cwd: project })).toContain('fake');
  });

  it('runs the demo', () => {
    const told = npm(['exec', '--no', '--', 'shopwright', 'demo'], { cwd: project });
    expect(told).toContain(', 0 twice.');
    expect(told).toContain('The shop equals the start');
  });

  it('shares one bucket and knows its errors across two copies of the module', () => {
    cpSync(join(project, 'node_modules/shopwright'), join(project, 'copy'), { recursive: true });
    const program = `
      (async () => {
        const one = await import('shopwright');
        const two = await import('./copy/dist/index.js');
        const status = { maximumAvailable: 4321, currentlyAvailable: 4000, restoreRate: 100 };
        const cost = { requestedQueryCost: 1, actualQueryCost: 1, throttleStatus: status };
        const fetch = async () => Response.json({ data: {}, extensions: { cost } });
        const options = { shop: 'acme', accessToken: 'shpat_x', fetch };
        await one.createShopifyClient(options).graphql('{ shop { id } }');
        const bucket = two.createShopifyClient(options).status().limiter?.maximumAvailable;
        let error;
        try { one.createShopifyClient({ shop: 'evil.example', accessToken: 'x' }); } catch (e) { error = e; }
        console.log(bucket, two.isShopwrightError(error, 'CONFIG_INVALID'), one.ConfigError === two.ConfigError);
      })();`;
    expect(node('--input-type=module', '-e', program)).toBe('4321 true false\n');
  });

  it('works with the lowest versions of its ranges', () => {
    const lowest = Object.entries(manifest.dependencies).map(([name, range]) => `${name}@${range.replace('^', '')}`);
    npm(['install', '--no-audit', '--no-fund', '--omit=peer', ...lowest], { cwd: project });
    expect(node('example.ts')).toMatch(/created: 1/);
    const all = alone.map((entry) => `await import('${entry}');`).join('\n');
    expect(node('--input-type=module', '-e', `${all}\nconsole.log('imported');`)).toBe('imported\n');
  });
});
