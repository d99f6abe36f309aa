import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Mutated } from '../auth/mutants.ts';
import { secret } from '../auth/signed.ts';

const mutants = resolve(import.meta.dirname, '../auth/mutants.ts');

/** Runs a function on the built package, in a separate process: a test runner makes it ten times slower. */
function run(name: 'tryMutants' | 'acceptValid', seed: number, count: number): unknown {
  const program = `
    const mutants = await import(${JSON.stringify(mutants)});
    console.log(JSON.stringify(mutants.${name}(${seed}, ${count})));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

it('rejects each of a million mutants of tokens, queries and shops, and never throws', () => {
  const { messages, ...outcome } = run('tryMutants', 2026, 1_000_000) as Mutated;
  expect(outcome).toEqual({ tried: 1_000_000, accepted: [], threw: [] });
  // The same few messages for all of them: none repeats a secret, or any part of a mutant.
  expect(messages.length).toBeLessThan(40);
  expect(messages.filter((message) => message.includes(secret.slice(6)))).toEqual([]);
}, 300_000);

it('accepts 100,000 valid tokens, queries and shops', () => {
  expect(run('acceptValid', 2027, 100_000)).toBe(100_000);
}, 300_000);
