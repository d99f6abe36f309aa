import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const fuzz = resolve(import.meta.dirname, '../webhooks/fuzz.ts');

/**
 * Runs one of the fuzz functions on the built package, in a separate process: a test runner makes it ten times slower.
 */
function run(name: 'fuzzVerifiers' | 'fuzzHandler', seed: number, count: number): unknown {
  const program = `
    const fuzz = await import(${JSON.stringify(fuzz)});
    console.log(JSON.stringify(await fuzz.${name}(${seed}, ${count})));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

it('accepts none of a million altered bodies, signatures, headers and secrets, and never throws', () => {
  expect(run('fuzzVerifiers', 2026, 1_000_000)).toEqual({ tried: 1_000_000, accepted: [], threw: [] });
});

it('passes none of 100,000 altered deliveries to a handler, and never throws', () => {
  expect(run('fuzzHandler', 2027, 100_000)).toEqual({ tried: 100_000, accepted: [], threw: [] });
});
