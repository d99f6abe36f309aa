// Starts npm and git on every platform, without a shell: for the scripts of this folder, for tests and for the bench.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

export const root: string = resolve(import.meta.dirname, '../..');

export interface ProgramOptions {
  /** Default: the root of the project. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  /** Shows what the program prints, and returns none of it. */
  readonly show?: boolean;
}

/**
 * Runs npm to its end and returns what it printed.
 *
 * @throws when it fails; the error holds `stdout`, `stderr` and `status`.
 */
export function npm(args: readonly string[], options: ProgramOptions = {}): string {
  // On Windows npm is a batch file, which only a shell can start. In a script run by npm, npm_execpath is its program.
  const program = process.env['npm_execpath'];
  if (program?.endsWith('npm-cli.js')) return run(process.execPath, [program, ...args], options);
  return run('npm', args, options, process.platform === 'win32');
}

/** Runs git to its end and returns what it printed. */
export function git(args: readonly string[], options: ProgramOptions = {}): string {
  return run('git', args, options);
}

/** Runs a program to its end and returns what it printed. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = root, env = process.env, timeoutMs, show = false }: ProgramOptions = {},
  shell = false,
): string {
  const printed = execFileSync(command, args, {
    cwd,
    env,
    shell,
    timeout: timeoutMs,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  return printed ?? '';
}
