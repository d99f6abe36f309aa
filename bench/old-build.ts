import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The commit that measurements compare with: before start-up was optimized, and before processes shared costs. */
export const oldCommit = '8fdfb16';

const root = resolve(import.meta.dirname, '..');

/** The folder of the old commit, built once and kept in the temporary folder. */
export function oldBuild(): string {
  const folder = join(tmpdir(), `shopwright-bench-${oldCommit}`);
  if (existsSync(folder)) {
    // The checkout that created it may be gone, including its packages.
    rmSync(join(folder, 'node_modules'), { force: true });
    linkPackages(folder);
    return folder;
  }
  const draft = `${folder}-${process.pid}`;
  mkdirSync(draft);
  try {
    const archive = execFileSync('git', ['archive', oldCommit], { cwd: root, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', draft], { input: archive });
    linkPackages(draft);
    const tsup = join(root, 'node_modules/tsup/dist/cli-default.js');
    execFileSync(process.execPath, [tsup, '--no-dts', '--silent'], {
      cwd: draft,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

function linkPackages(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
}
