// Runs the everyday tests on future dates, each with all its processes: `npm run test:dates -- [FILTER…]`. 2027-01-02
// is after the release of a version, 2027-10-17 after the end of the one that this package is made for.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const otherDate = pathToFileURL(resolve(import.meta.dirname, 'tools/other-date.mjs')).href;

for (const date of ['2027-01-02', '2027-10-17']) {
  console.log(`== on ${date}`);
  const env = {
    ...process.env,
    TEST_DATE: date,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${otherDate}`.trim(),
  };
  const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  if (status !== 0) process.exit(status ?? 1);
}
