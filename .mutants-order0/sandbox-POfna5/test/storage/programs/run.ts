// @ts-nocheck
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { sourceProgram } from '../../source-program.ts';

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** Starts a program of this folder in a Node process of its own. */
export function startProgram(name: string, args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, sourceProgram(new URL(name, import.meta.url), args), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a program of this folder to its end. */
export function runProgram(name: string, args: readonly string[]): Promise<ProgramEnd> {
  const child = startProgram(name, args);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
  });
}
