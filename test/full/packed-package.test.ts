import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, root, run } from '../../.ci/tools/programs.ts';

const project = mkdtempSync(join(tmpdir(), 'shopwright-consumer-'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  devDependencies: Record<string, string>;
};
const entries = Object.keys(manifest.exports)
  .filter((path) => !/schema|package\.json/.test(path))
  .map((path) => `shopwright${path.slice(1)}`);

/** Entries that cannot do without an optional peer, and those whose types name one. */
const needsPeer = ['shopwright/queue/bullmq', 'shopwright/transport/undici'];
const typesNamePeer = [
  ...needsPeer,
  'shopwright/codegen',
  'shopwright/fastify',
  'shopwright/hono',
  'shopwright/testing',
];
const alone = entries.filter((entry) => !needsPeer.includes(entry));

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const example = /This program works as it stands:\n\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

const node = (...args: string[]): string => run(process.execPath, args, { cwd: project });

/** An empty project that installs the packed tarball, as a user would. */
beforeAll(() => {
  npm(['pack', '--ignore-scripts', '--pack-destination', project]);
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? 'missing';
  const { typescript, '@types/node': nodeTypes } = manifest.devDependencies;
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  writeFileSync(join(project, 'example.ts'), example);
  const packages = [`./${tarball}`, `typescript@${typescript}`, `@types/node@${nodeTypes}`];
  npm(['install', '--no-audit', '--no-fund', '--omit=peer', ...packages], { cwd: project });
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed package', () => {
  it('runs the example of the README as it stands', () => {
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
  const typeCheck = (files: readonly string[], options: object): string => {
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...strict, ...options }, files }),
    );
    const { stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], {
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

  it('has types that check by themselves, without any optional peer', () => {
    const lines = entries
      .filter((entry) => !typesNamePeer.includes(entry))
      .map((entry) => `export type * from '${entry}';`);
    // Two entries may export one name.
    for (const [index, line] of lines.entries()) writeFileSync(join(project, `entry-${index}.ts`), line);
    expect(
      typeCheck(
        lines.map((_line, index) => `entry-${index}.ts`),
        { skipLibCheck: false },
      ),
    ).toBe('');
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

  it('loads no package at all with the webhook verifier', () => {
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await import('shopwright/webhooks');
      console.log(loaded.filter((url) => url.includes('node_modules') && !url.includes('node_modules/shopwright/')).length);`;
    expect(node('--input-type=module', '-e', program)).toBe('0\n');
  });

  it('has a working bin', () => {
    expect(npm(['exec', '--no', '--', 'shopwright', '--help'], { cwd: project })).toContain('fake');
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
        console.log(bucket, two.isConfigError(error), one.ConfigError === two.ConfigError);
      })();`;
    expect(node('--input-type=module', '-e', program)).toBe('4321 true false\n');
  });
});
