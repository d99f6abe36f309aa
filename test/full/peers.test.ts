import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const bench = resolve(import.meta.dirname, '../../bench');

/** Vitest's own environment would reach the processes that start here. What npm needs stays. */
const foreign = /^(NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL|npm_lifecycle_.*|npm_package_.*)$/;
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !foreign.test(name)),
) as NodeJS.ProcessEnv;

/** Runs npm in `bench/`; what it printed is shown only if it fails. */
function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd: bench, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

it('the official Shopify client and shopify-api-node work against the fake as they come from npm', () => {
  npm('ci');
  const output = npm('run', '--silent', 'bench:peers');
  expect(output).toMatch(/ fail 0$/m);
  expect(Number(/ pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThanOrEqual(9);
});
