import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'shopwright-consumer-'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  devDependencies: Record<string, string>;
};
const entries = Object.keys(manifest.exports)
  .filter((path) => !/schema|package\.json/.test(path))
  .map((path) => `shopwright${path.slice(1)}`);

const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const node = (...args: string[]): string => run(process.execPath, args);

/** An empty project that installs the packed tarball, as a user would. */
beforeAll(() => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: root, stdio: 'ignore' });
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? 'missing';
  const { typescript, '@types/node': nodeTypes } = manifest.devDependencies;
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--omit=peer',
    `./${tarball}`,
    `typescript@${typescript}`,
    `@types/node@${nodeTypes}`,
  ]);
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed package', () => {
  it('runs the example of the README as it stands', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const example = /This program works as it stands:\n\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    expect(example.split('\n').length).toBeLessThanOrEqual(26);
    writeFileSync(join(project, 'example.ts'), example);
    const output = node('example.ts');
    expect(output).toMatch(/created: 1/);
    expect(output).toMatch(/unchanged: 1/);
    expect(output).toContain('"handle":"organic-cotton-tee"');
  });

  it('type-checks the example under strict settings, library types included', () => {
    const options = {
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
      exactOptionalPropertyTypes: true,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['example.ts'] }));
    expect(node('node_modules/typescript/bin/tsc', '-p', '.')).toBe('');
  });

  it.each(entries)('imports %s, without any optional peer', (entry) => {
    expect(node('--input-type=module', '-e', `console.log(typeof Object.keys(await import('${entry}')).length)`)).toBe(
      'number\n',
    );
  });

  it.each(entries)('requires %s from CommonJS', (entry) => {
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
    expect(run('npx', ['--no-install', 'shopwright', '--help'])).toContain('fake');
  });

  it('shares one bucket and knows its errors across two copies of the module', () => {
    const program = `
      const { pathToFileURL } = require('node:url');
      const entry = require.resolve('shopwright');
      (async () => {
        const one = await import(pathToFileURL(entry).href + '?one');
        const two = await import(pathToFileURL(entry).href + '?two');
        const options = { shop: 'acme', accessToken: 'shpat_x' };
        let error;
        try { one.createShopifyClient({ shop: 'evil.example', accessToken: 'x' }); } catch (e) { error = e; }
        console.log(two.isConfigError(error), one.createShopifyClient !== undefined);
      })();`;
    expect(node('--input-type=commonjs', '-e', program)).toBe('true true\n');
  });
});
