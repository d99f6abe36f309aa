// Finds flaky tests: runs the suite repeatedly in random order of files and tests, alternating between half and double
// the cores. `npm run test:flaky -- --runs 3 test/storage` is a shorter run.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a number of runs, not ${values.runs}.`);

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const workerCounts = [Math.max(1, Math.floor(availableParallelism() / 2)), availableParallelism() * 2];
const folder = mkdtempSync(join(tmpdir(), 'shopwright-flaky-'));
const reportFile = join(folder, 'report.json');

/** Runs the suite in the order of that seed, and returns a line for each failure. */
function failuresOf(seed, workers) {
  rmSync(reportFile, { force: true });
  const order = ['--sequence.shuffle.files', '--sequence.shuffle.tests', `--sequence.seed=${seed}`];
  const report = ['--reporter=dot', '--reporter=json', `--outputFile.json=${reportFile}`];
  const { status, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', ...order, `--maxWorkers=${workers}`, ...report, ...positionals],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status === 0) return [];
  const failures = failedTests(reportFile);
  // An error outside of a test fails the run too, and is in no report.
  return failures.length > 0 ? failures : [`vitest ended with ${status}:\n${stderr.trim()}`];
}

function failedTests(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const path = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [`${path}: ${firstLine(message)}`];
    return failed.map((test) => `${path} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
}

function firstLine(text) {
  return (text ?? '').trim().split('\n', 1)[0];
}

let failedRuns = 0;
try {
  for (let run = 0; run < runs; run += 1) {
    const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed) + run;
    const workers = workerCounts[run % workerCounts.length];
    const startedAt = performance.now();
    const failures = failuresOf(seed, workers);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(
      `run ${run + 1}/${runs}, seed ${seed}, workers ${workers}, ${seconds} s: ${failures.length || 'no'} failure${failures.length === 1 ? '' : 's'}`,
    );
    for (const failure of failures) console.log(`  ${failure}`);
    if (failures.length > 0) {
      failedRuns += 1;
      const order = `--sequence.shuffle.files --sequence.shuffle.tests --sequence.seed=${seed}`;
      console.log(`  again: npx vitest run ${[order, `--maxWorkers=${workers}`, ...positionals].join(' ')}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${failedRuns} of ${runs} runs failed`);
process.exitCode = failedRuns > 0 ? 1 : 0;
