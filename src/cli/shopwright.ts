#!/usr/bin/env node
import { runShopwright } from './run-shopwright.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

void runShopwright(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
  stop: stopping.signal,
}).then((code) => {
  process.exitCode = code;
});
