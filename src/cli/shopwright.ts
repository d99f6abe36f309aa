#!/usr/bin/env node
import { runShopwright } from './run-shopwright.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `, { signal: stopping.signal })).trim());
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
});
