// @ts-nocheck
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { docExamples } from './doc-examples.ts';

const root = resolve(import.meta.dirname, '../..');
const examples = docExamples();

/** Where the compiler finds the packages of this repository, and nothing else looks. */
function workFolder(): string {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'doc-examples-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('every TypeScript example of the README and of docs/ type-checks', () => {
  expect(examples.length).toBeGreaterThan(30);
  const folder = workFolder();
  for (const { file, program } of examples) writeFileSync(join(folder, file), program);
  const compilerOptions = {
    // `strict` alone, as most hosts have it.
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions,
    include: [],
    // The last one because the names of the package stand for its sources here.
    files: [...examples.map(({ file }) => join(folder, file)), join(root, 'src/internal/text-files.d.ts')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript7/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', folder],
    { cwd: folder, encoding: 'utf8' },
  );
  const told = examples.reduce((text, { file, place }) => text.replaceAll(file, place), stdout);
  expect(told).toBe('');
});
