// The settings of Stryker; `.ci/mutate.ts` passes the files. https://stryker-mutator.io/docs/stryker-js/configuration/

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
// biome-ignore lint/style/noDefaultExport: Stryker reads the default export
export default {
  testRunner: 'vitest',
  // Only the tests that reach a mutant run.
  coverageAnalysis: 'perTest',
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: process.env.MUTATE_REPORT },
  tempDirName: '.mutants',
  ignorePatterns: ['dist', 'coverage', 'bench', 'findings', 'docs/images'],
  // Under load a test takes longer, which must not count as a detected mutant.
  timeoutMS: 10_000,
};
