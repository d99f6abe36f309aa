// @ts-nocheck
import { type ChildProcess, spawn } from 'node:child_process';
import { sourceProgram } from '../../../source-program.ts';

/** A program that runs beside the test. */
export interface RunningProgram {
  /** Lines of that text which it has written so far. */
  count(line: string): number;
  /** Resolves when it has written that line so many times; rejects when it ends before. */
  until(line: string, times: number): Promise<void>;
  /** Stops it where it stands, and has it go on. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
}

/** Starts a program of this folder in a Node process of its own. */
export function startProgram(name: string, args: readonly string[]): RunningProgram {
  const child: ChildProcess = spawn(process.execPath, sourceProgram(new URL(name, import.meta.url), args), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  let errors = '';
  const count = (line: string): number => output.split('\n').filter((one) => one === line).length;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return {
    count,
    until: (line, times) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (count(line) >= times) resolve();
        };
        child.stdout?.on('data', check);
        void ended.then(() => reject(new Error(`The program has ended: ${errors}`)));
        check();
      }),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
