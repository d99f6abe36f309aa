import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { npm } from '../../.ci/tools/programs.ts';

const bench = resolve(import.meta.dirname, '../../bench');

/** Vitest's own environment would reach the processes that start here. What npm needs stays. */
const foreign = /^(NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL|npm_lifecycle_.*|npm_package_.*)$/;
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !foreign.test(name)),
) as NodeJS.ProcessEnv;

it('the official Shopify client and shopify-api-node work against the fake as they come from npm', () => {
  npm(['ci'], { cwd: bench, env });
  const output = npm(['run', '--silent', 'bench:peers'], { cwd: bench, env });
  expect(output).toMatch(/ fail 0$/m);
  expect(Number(/ pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThanOrEqual(9);
});
