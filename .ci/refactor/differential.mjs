/**
 * Proves that the restructuring has changed no behaviour: plays one matrix of scenarios against the package of the old
 * commit and against this one, and compares what each did on the wire, what it told, what it threw and what it stored.
 *
 * Needs the whole history and a build of this checkout (`npm run build:js`). Names that differ are in `rename-map.json`
 * (`names`) and, where a scenario calls them, in the table of `adapter.mjs`. Words in messages are not compared.
 * `differential-exceptions.json` lists what differs on purpose: `[{ "scenario", "path", "reason" }]`, where `path` may
 * end with `*`.
 *
 *     node .ci/refactor/differential.mjs [--only <text in a scenario's name>] [--self-test]
 *
 * `--self-test` alters one result of this checkout, and must make the run fail.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCompare } from './compare.mjs';
import { oldCommit } from './old-commit.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = here('../../');
const begun = Date.now();
const selfTest = process.argv.includes('--self-test');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';

const fail = (message) => {
  console.error(message);
  process.exit(1);
};

/** The package of the old commit, built, with the node_modules of this checkout. */
function buildOld(folder) {
  const archive = execFileSync('git', ['archive', '--format=tar', oldCommit], { cwd: root, maxBuffer: 2 ** 28 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const tsup = join(root, 'node_modules/tsup/dist/cli-default.js');
  execFileSync(process.execPath, [tsup, '--no-dts', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Plays all scenarios in a process of its own: two copies of one package share what is global in a process. */
function play(side, folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [here('play.mjs'), side, folder, only, String(selfTest)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      else reject(new Error(`the scenarios of the ${side} package ended with code ${code}`));
    });
  });
}

/** A copy whose last value is another one. */
function altered(value) {
  if (typeof value !== 'object' || value === null) return `not ${value}`;
  const key = Object.keys(value).at(-1);
  if (key === undefined) return 'not empty';
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = altered(value[key]);
  return copy;
}

try {
  execFileSync('git', ['cat-file', '-e', `${oldCommit}^{commit}`], { cwd: root, stdio: 'ignore' });
} catch {
  fail(`The commit ${oldCommit} is not in this clone. Fetch the whole history (git fetch --unshallow).`);
}
if (!existsSync(join(root, 'dist/index.js'))) fail('There is no build of this checkout: npm run build:js');
const sources = execFileSync('git', ['ls-files', '-z', 'src', 'tsup.config.ts'], { cwd: root, encoding: 'utf8' });
const changed = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = Math.max(
  ...sources
    .split('\0')
    .filter(Boolean)
    .map((path) => changed(join(root, path))),
);
if (newest > changed(join(root, 'dist/index.js'))) fail('The build is older than its sources: npm run build:js');

const folder = mkdtempSync(join(tmpdir(), 'shopwright-old-'));
try {
  buildOld(folder);
  const [old, now] = await Promise.all([play('old', folder), play('new', root)]);

  const { names } = JSON.parse(readFileSync(here('rename-map.json'), 'utf8'));
  const exceptions = JSON.parse(readFileSync(here('differential-exceptions.json'), 'utf8'));
  const compare = createCompare(names);
  const isException = (scenario, path) =>
    exceptions.some((exception) => {
      const fits = (pattern, text) =>
        pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
      return exception.reason && fits(exception.scenario, scenario) && fits(exception.path, path);
    });

  const groups = new Map();
  const blind = [];
  for (const [scenario, before] of Object.entries(old)) {
    const name = scenario.split(': ')[0];
    const group = groups.get(name) ?? { scenarios: 0, values: 0, explained: 0, differing: 0 };
    groups.set(name, group);
    group.scenarios += 1;
    const { values, differences } = compare(before, now[scenario]);
    group.values += values;
    const unexplained = differences.filter(({ path }) => !isException(scenario, path));
    group.explained += differences.length - unexplained.length;
    if (unexplained.length > 0) {
      group.differing += 1;
      console.error(`\n--- ${scenario}`);
      for (const { path, was, is } of unexplained) console.error(`${path}\n  was ${was}\n  is  ${is}`);
    }
    // The comparison itself: it must see one altered value, however deep.
    if (compare(before, altered(before)).differences.length === 0) blind.push(scenario);
  }
  const added = Object.keys(now).filter((scenario) => !(scenario in old));

  console.log();
  for (const [name, { scenarios, values, explained, differing }] of groups) {
    const verdict = differing === 0 ? 'equal' : `${differing} DIFFER`;
    const note = explained > 0 ? `, ${explained} values differ on purpose` : '';
    console.log(
      `${name.padEnd(28)} ${String(scenarios).padStart(4)} scenarios ${String(values).padStart(6)} values  ${verdict}${note}`,
    );
  }
  const all = [...groups.values()];
  const sum = (key) => all.reduce((total, group) => total + group[key], 0);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(
    `differential: ${sum('scenarios')} scenarios, ${sum('values')} values, ${sum('differing')} differ; ${seconds} s`,
  );
  if (added.length > 0) console.error(`only played here: ${added.join(', ')}`);
  if (blind.length > 0) console.error(`not really compared: ${blind.join(', ')}`);
  if (sum('scenarios') === 0) console.error('no scenario was played');
  if (sum('differing') + added.length + blind.length > 0 || sum('scenarios') === 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
