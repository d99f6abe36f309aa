// Mutation tests: changes the sources in small ways, and asks whether a test notices. Fails where fewer than 80 % are found.
//
//   npm run mutate                            the lines that changed since main
//   npm run mutate -- --base v0.1.0           since another commit
//   npm run mutate -- --all                   each file of the modules below, at a release: some hours
//   npm run mutate -- src/limiter/bucket.ts   those files
//   npm run mutate -- --minutes 20            stops then, and says what was not judged
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { git, root } from './tools/programs.ts';

/** The code in which a mistake costs most, and the tests that must detect it. */
const modules = [
  // Without the Redis part, whose tests wait for servers and for real time.
  {
    name: 'limiter',
    sources: /^src\/limiter\/(?!redis\/)/,
    tests: ['test/limiter/*.test.ts', 'test/limiter/bottleneck/!(cluster).test.ts'],
  },
  {
    name: 'resilience',
    sources: /^src\/resilience\//,
    // A shared breaker, and the number of sends of a call, are tested through the client.
    tests: ['test/resilience/**/*.test.ts', 'test/client/{shared-breaker,policies,retries}.test.ts'],
  },
  { name: 'webhooks/verify', sources: /^src\/webhooks\/verify\.ts/, tests: ['test/webhooks/verify*.test.ts'] },
  { name: 'auth', sources: /^src\/auth\//, tests: ['test/auth/**/*.test.ts'] },
  { name: 'sync/plan', sources: /^src\/sync\/plan\//, tests: ['test/sync/plan/**/*.test.ts'] },
] as const;

const wanted = 80;
/** The most survivors allowed for a small change, where one is more than a fifth. */
const fewSurvivors = 2;

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, base: { type: 'string' }, minutes: { type: 'string' } },
  allowPositionals: true,
});
const endsAt = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000;

/** Files, or `file:first-last` for lines of one. */
function filesToMutate(): readonly string[] {
  if (positionals.length > 0) return positionals;
  if (values.all) return git(['ls-files', 'src']).split('\n');
  return changedLines(baseOf(values.base ?? 'main'));
}

/** Where this branch left the main one; on the main one, or before the first push of a branch, the previous commit. */
function baseOf(branch: string): string {
  const base = /^0+$/.test(branch) ? '' : git(['merge-base', branch, 'HEAD']).trim();
  return base === '' || base === git(['rev-parse', 'HEAD']).trim() ? 'HEAD^' : base;
}

function changedLines(base: string): readonly string[] {
  const ranges: string[] = [];
  let file = '';
  for (const line of git(['diff', '--unified=0', '--no-renames', base, '--', 'src']).split('\n')) {
    if (line.startsWith('+++ ')) file = line.replace(/^\+\+\+ (?:b\/)?/, '');
    const [, first, count = '1'] = /^@@ .*\+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (first !== undefined && count !== '0') ranges.push(`${file}:${first}-${Number(first) + Number(count) - 1}`);
  }
  return ranges;
}

interface Mutant {
  readonly status: 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'RuntimeError' | 'CompileError' | 'Ignored';
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

/** @returns `undefined` if the time is up. */
function mutate(files: readonly string[], tests: readonly string[], report: string): Report | undefined {
  const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const args = ['run', '.ci/tools/stryker.config.mjs', '--mutate', files.join(',')];
  const { status, signal } = spawnSync(process.execPath, [stryker, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MUTATE_TESTS: JSON.stringify(tests), MUTATE_REPORT: report },
    ...(Number.isFinite(endsAt) && { timeout: Math.max(1, endsAt - Date.now()) }),
  });
  if (signal !== null) return undefined;
  if (status !== 0) throw new Error(`Stryker ended with ${status}.`);
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

const files = filesToMutate().filter((name) => /\.ts(?::|$)/.test(name));
const folder = mkdtempSync(join(tmpdir(), 'shopwright-mutants-'));
const summary: string[] = [];
try {
  for (const { name, sources, tests } of modules) {
    const own = files.filter((file) => sources.test(file));
    if (own.length === 0) continue;
    const report = mutate(own, tests, join(folder, 'report.json'));
    if (!report) {
      summary.push(`!! ${name}: not judged, the time is up (${own.join(', ')})`);
      continue;
    }
    const mutants = Object.entries(report.files).flatMap(([file, { mutants: all }]) =>
      all.map((mutant) => ({ file, ...mutant })),
    );
    const found = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout');
    const missed = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    for (const { file, location, mutatorName, replacement, status } of missed) {
      const { line, column } = location.start;
      const what = replacement?.replaceAll(/\s+/g, ' ').slice(0, 100) ?? '';
      console.log(`${file}:${line}:${column} ${status === 'NoCoverage' ? 'reached by no test' : mutatorName}: ${what}`);
    }
    const judged = found.length + missed.length;
    const score = judged === 0 ? 100 : (100 * found.length) / judged;
    const isBad = score < wanted && missed.length > fewSurvivors;
    if (isBad) process.exitCode = 1;
    summary.push(`${isBad ? '!!' : 'ok'} ${name}: ${score.toFixed(1)} % of ${judged} found (at least ${wanted} %)`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(summary.length > 0 ? summary.join('\n') : 'No file of the modules has changed.');
