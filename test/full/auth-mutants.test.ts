import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const mutants = resolve(import.meta.dirname, '../auth/mutants.ts');

/** Runs a function on the built package, in a process of its own: a test runner makes it ten times as slow. */
function run(name: 'tryMutants' | 'acceptValid', seed: number, count: number): unknown {
  const program = `
    const mutants = await import(${JSON.stringify(mutants)});
    console.log(JSON.stringify(mutants.${name}(${seed}, ${count})));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

it('none of a million mutants of tokens, queries and shops is accepted, and none makes a verifier throw', () => {
  expect(run('tryMutants', 2026, 1_000_000)).toEqual({ tried: 1_000_000, accepted: [], threw: [] });
}, 300_000);

it('100,000 valid tokens, queries and shops are all accepted', () => {
  expect(run('acceptValid', 2027, 100_000)).toBe(100_000);
}, 300_000);
