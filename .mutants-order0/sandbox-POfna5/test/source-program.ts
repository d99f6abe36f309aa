// @ts-nocheck
import { fileURLToPath } from 'node:url';

const textFiles = new URL('../.ci/tools/text-files.mjs', import.meta.url);

/** Arguments of a Node process that runs a program on the sources, where nothing has built them. */
export function sourceProgram(file: URL | string, args: readonly string[] = []): readonly string[] {
  return [
    // Node before 22.18 runs TypeScript only when told to.
    ...(process.features.typescript ? [] : ['--experimental-strip-types', '--no-warnings']),
    `--import=${textFiles.href}`,
    typeof file === 'string' ? file : fileURLToPath(file),
    ...args,
  ];
}
