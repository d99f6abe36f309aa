#!/usr/bin/env node
import { runShopwright } from './run-shopwright.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

/**
 * Asks a question. The first Ctrl-C cancels it; a question asked after that Ctrl-C waits for an answer or a second one.
 */
async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const until = stopping.signal.aborted ? {} : { signal: stopping.signal };
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `, until)).trim());
  } finally {
    terminal.close();
  }
}

void runShopwright(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
  stop: stopping.signal,
  hasColours: process.stdout.isTTY === true,
  ...(process.stdout.isTTY && { redraw: (line: string) => process.stdout.write(`\r\u001b[K${line}`) }),
  ...(process.stderr.isTTY && { bar: (line: string) => process.stderr.write(`\r\u001b[K${line}`) }),
  ...(process.stdin.isTTY && { ask }),
}).then((code) => {
  process.exitCode = code;
  // A recorded program may otherwise keep running.
  if (stopping.signal.aborted) process.exit();
});
