import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, root, run } from '../../.ci/tools/programs.ts';

const project = mkdtempSync(join(tmpdir(), 'shopwright-newcomer-'));
const pageOf = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a text, in order. */
const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));

const section = (page: string, heading: string): readonly Block[] =>
  blocksOf(page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '');

/** An empty project with the packed package, by the first commands of the page. */
beforeAll(() => {
  npm(['pack', '--ignore-scripts', '--pack-destination', project]);
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? 'missing';
  npm(['init', '--yes'], { cwd: project });
  npm(['install', '--no-audit', '--no-fund', `./${tarball}`], { cwd: project });
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

it('prints what the README shows, when its first block is pasted into an empty project', () => {
  const [install, block, printed] = blocksOf(pageOf('README.md'));
  expect(install?.text).toBe('npm install shopwright\n');
  writeFileSync(join(project, 'newest.mjs'), block?.text ?? '');
  // A shop at Shopify's own address: the fake replaces the network, and has two products.
  const shop = `
    import { createFakeShopify } from 'shopwright/testing';
    const fake = createFakeShopify({ shops: [{ domain: 'acme.myshopify.com', tokens: { shpat_test: 'default' } }] });
    const create = (title) => fake.fetch('https://acme.myshopify.com/admin/api/2026-10/graphql.json', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_test' },
      body: JSON.stringify({ query: 'mutation { productCreate(product: { title: "' + title + '" }) { product { id } } }' }),
    });
    await create('Linen shirt');
    await create('Organic cotton tee');
    globalThis.fetch = fake.fetch;`;
  writeFileSync(join(project, 'shop.mjs'), shop);
  const env = { ...process.env, SHOPIFY_ACCESS_TOKEN: 'shpat_test' };
  expect(run(process.execPath, ['--import', './shop.mjs', 'newest.mjs'], { cwd: project, env })).toBe(printed?.text);
});

/** Into one folder, with all imports. */
const bundlers = {
  esbuild: (entry: string, outdir: string) =>
    esbuild({
      ...{ entryPoints: [entry], absWorkingDir: project, outdir, outExtension: { '.js': '.mjs' } },
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'error' },
    }),
  Vite: (entry: string, outDir: string) =>
    vite({
      ...{ root: project, configFile: false, logLevel: 'error', ssr: { noExternal: true } },
      build: { outDir, ssr: entry, rollupOptions: { output: { entryFileNames: '[name].mjs' } } },
    }),
};

it.each(Object.entries(bundlers))('runs the program of the README bundled by %s', async (name, bundle) => {
  const program = /This program works as it stands:\n\n```ts\n([\s\S]*?)```/.exec(pageOf('README.md'))?.[1] ?? '';
  writeFileSync(join(project, 'program.mjs'), program);
  await bundle('program.mjs', `bundled-${name}`);
  const printed = run(process.execPath, [`bundled-${name}/program.mjs`], { cwd: project });
  expect(printed).toContain('"handle":"organic-cotton-tee"');
});

/** Shell words in POSIX syntax. */
describe.skipIf(process.platform === 'win32')('docs/getting-started.md', () => {
  const page = pageOf('docs/getting-started.md');
  let fake: ChildProcess | undefined;
  let origin = '';

  beforeAll(async () => {
    fake = spawn('npx', ['--no', 'shopwright', 'fake', '--port', '0'], { cwd: project, detached: true });
    let told = '';
    for await (const text of fake.stdout ?? []) {
      told += String(text);
      origin = /origin\s+(\S+)/.exec(told)?.[1] ?? '';
      if (origin !== '') break;
    }
  }, 60_000);

  afterAll(async () => {
    if (fake?.pid === undefined) return;
    const ended = once(fake, 'exit');
    process.kill(-fake.pid, 'SIGKILL');
    await ended;
  });

  const here = (text: string): string => text.replaceAll('http://127.0.0.1:4010', origin);
  /** The output of a block; the commands of "shopwright" end with 2 if there are changes. */
  const inShell = (before: string, block: string): string =>
    execFileSync('sh', ['-c', `${before}\n${here(block)}\n[ $? -eq 0 ] || [ $? -eq 1 ] || exit 1`], {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('prints what the page shows, from the first plan to the rollback', () => {
    const blocks = section(page, 'Push into the fake');
    const csv = blocks.find(({ language }) => language === 'csv');
    writeFileSync(join(project, 'products.csv'), csv?.text ?? '');
    const settings = here(blocks.find(({ text }) => text.startsWith('export'))?.text ?? '');
    const commands = blocks.filter(({ language, text }) => language === 'sh' && text.includes('$SHOP'));
    const printed = blocks.filter(({ language }) => language === 'text');
    expect(commands.length).toBe(4);
    for (const [index, command] of commands.entries()) {
      expect(inShell(settings, command.text)).toContain(printed[index]?.text);
    }
  });

  it('has a program with the same result', () => {
    const [program, , printed] = section(page, 'The same from code');
    writeFileSync(join(project, 'push.mjs'), here(program?.text ?? ''));
    expect(run(process.execPath, ['push.mjs'], { cwd: project })).toContain(printed?.text);
  });

  it('gets a token by the command for a development store, and passes the doctor', () => {
    const [, token = { text: '' }, doctor = { text: '' }] = section(page, 'Push into a development store').filter(
      ({ language }, index) => language === 'sh' || index === 0,
    );
    const command = token.text
      .replace('https://acme-dev.myshopify.com', origin)
      .replace('client_id=CLIENT_ID', 'client_id=fake-client-id')
      .replace('client_secret=CLIENT_SECRET', 'client_secret=shpss_fake')
      .replaceAll('acme-dev', 'demo');
    const told = inShell(
      `${command}\nexport SHOPIFY_API_KEY= SHOPIFY_API_SECRET=`,
      `${doctor.text.trim().replace('acme-dev', 'demo')} --origin ${origin}`,
    );
    expect(told).toContain('0 errors, 0 warnings');
  });
});
