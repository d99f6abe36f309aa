// @ts-nocheck
// How Stryker runs; `.ci/mutate.ts` says on what. https://stryker-mutator.io/docs/stryker-js/configuration/

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
// biome-ignore lint/style/noDefaultExport: Stryker reads the default export
export default {
  testRunner: 'vitest',
  // The tests that reach a mutant are known, so only they run.
  coverageAnalysis: 'perTest',
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: process.env.MUTATE_REPORT },
  tempDirName: '.mutants',
  ignorePatterns: ['dist', 'coverage', 'bench', 'findings', 'docs/images'],
  // Under load a test takes longer, and that is no mutant found.
  timeoutMS: 10_000,
};
