import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { npm, root, run } from '../../.ci/tools/programs.ts';
import { sourceProgram } from '../source-program.ts';

const bench = resolve(import.meta.dirname, '../../bench');

/** Vitest's own environment would reach the processes started here. The variables for npm are kept. */
const foreign = /^(NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL|npm_lifecycle_.*|npm_package_.*)$/;
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !foreign.test(name)),
) as NodeJS.ProcessEnv;

beforeAll(() => void npm(['ci'], { cwd: bench, env }));

it('the official Shopify client and shopify-api-node work against the fake unchanged', () => {
  const output = npm(['run', '--silent', 'bench:peers'], { cwd: bench, env });
  expect(output).toMatch(/ fail 0$/m);
  expect(Number(/ pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThanOrEqual(9);
});

it('the example of an app on @shopify/shopify-api passes its tests against the fake', () => {
  // A copy with these packages beside it.
  const folder = mkdtempSync(join(tmpdir(), 'app-tests-'));
  try {
    cpSync(join(root, 'examples/app-tests'), folder, { recursive: true });
    symlinkSync(join(bench, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const program = sourceProgram(join(folder, 'official-client.test.mjs'), []);
    const output = run(process.execPath, ['--test', ...program], { cwd: folder, env });
    expect(output).toMatch(/ pass 2$/m);
    expect(output).toMatch(/ fail 0$/m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
