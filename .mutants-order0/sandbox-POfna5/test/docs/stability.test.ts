// @ts-nocheck
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import tsup from '../../tsup.config.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = textOf('docs/stability.md');

/** The names and the stability of each row of a section. */
const rowsOf = (heading: string): readonly (readonly [name: string, stability: string])[] =>
  (page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([name = '', stability = '']) => [name.replaceAll('`', ''), stability]);

async function helpOf(...command: string[]): Promise<string> {
  const lines: string[] = [];
  const stop = new AbortController().signal;
  await runShopwright([...command, '--help'], { out: (line) => lines.push(line), error: () => undefined, stop });
  return lines.join('\n');
}

/** The doc comment right before what declares a name in a file. */
function commentOf(file: string, name: string): string {
  const text = textOf(file);
  const at = text.search(new RegExp(`^export (?:async )?(?:function|const|class|interface) ${name}\\b`, 'm'));
  const [comment = ''] = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(text.slice(0, Math.max(at, 0))) ?? [];
  return comment;
}

const builds = (tsup as { entry: Record<string, string> }).entry;
const stabilities = /^(?:stable|experimental|deprecated)(?:[,;] .+)?$/;

describe('docs/stability.md', () => {
  it('has each entry of the package', () => {
    const { exports } = JSON.parse(textOf('package.json')) as { exports: Record<string, unknown> };
    const entries = Object.keys(exports)
      .filter((path) => !/schema|package\.json/.test(path))
      .map((path) => `shopwright${path.slice(1)}`);
    expect(rowsOf('Entries').map(([name]) => name)).toEqual(entries.sort());
  });

  it('has each command, in the order of --help', async () => {
    const [, commands = ''] = /Commands:\n([\s\S]*?)\n\n/.exec(await helpOf()) ?? [];
    const names = commands.split('\n').map((line) => /^ {2}([a-z]+(?: [a-z]+)?) +[A-Z]/.exec(line)?.[1]);
    expect(names.length).toBeGreaterThan(10);
    expect(rowsOf('Commands').map(([name]) => name)).toEqual(names);
  });

  it('says stable, experimental or deprecated of each', () => {
    const all = ['Entries', 'Commands', 'Parts of stable entries'].flatMap(rowsOf);
    expect(all.filter(([, stability]) => !stabilities.test(stability))).toEqual([]);
  });
});

describe('what is experimental says so', () => {
  it('in --help', async () => {
    const help = await helpOf();
    for (const [name, stability] of rowsOf('Commands')) {
      const [line = ''] = help.split('\n').filter((one) => one.startsWith(`  ${name} `));
      expect(line.includes('(experimental)'), name).toBe(stability.startsWith('experimental'));
      const own = await helpOf(...name.split(' '));
      expect(own.includes('experimental'), `--help of ${name}`).toBe(
        stability.includes('experimental') || name === 'tokens report',
      );
    }
  });

  it('in the doc comments of its entries', () => {
    const silent: string[] = [];
    for (const [entry, stability] of rowsOf('Entries')) {
      const file = builds[entry.replace(/^shopwright\/?/, '') || 'index'] ?? '';
      const text = textOf(file);
      const isTold = /^\/\*\*[\s\S]*?@experimental[\s\S]*?\*\//.test(text);
      const functions = [...text.matchAll(/export \{([^}]*)\} from '([^']+)'/g)].flatMap(([, names = '', from = '']) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => /^(?:create|instrument|shopify|bottleneck|migrate)/.test(name))
          .map((name) => commentOf(join(dirname(file), from), name)),
      );
      const isExperimental = stability.startsWith('experimental');
      const tells = isTold || (functions.length > 0 && functions.every((comment) => comment.includes('@experimental')));
      if (isExperimental !== tells) silent.push(entry);
    }
    expect(silent).toEqual([]);
  });

  it.each([
    ['src/sync/push/rollout.ts', 'inRollout'],
    ['src/sync/push/rollout.ts', 'Rollout'],
    ['src/sync/plan/run-plan.ts', 'serializePlan'],
    ['src/sync/plan/run-plan.ts', 'parsePlan'],
  ])('in the doc comment of %s, %s', (file, name) => {
    expect(commentOf(file, name)).toContain('@experimental');
  });
});
