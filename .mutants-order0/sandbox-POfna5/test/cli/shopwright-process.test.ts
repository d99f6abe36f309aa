// @ts-nocheck
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeShopify } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { sourceProgram } from '../source-program.ts';
import { ask, pushMutation, tee } from '../testing/ask.ts';

const program = new URL('../../src/cli/shopwright.ts', import.meta.url);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs the program as its own process. */
function start(...args: string[]) {
  const child = spawn(process.execPath, sourceProgram(program, args), { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, ended: once(child, 'close') as Promise<[number | null]>, output: () => output };
}

async function startFake(...args: string[]) {
  const started = start('fake', '--port', '0', ...args);
  await expect.poll(started.output, { timeout: 20_000 }).toContain('Ctrl-C');
  return { ...started, host: /origin\s+(\S+)/.exec(started.output())?.[1] ?? '' };
}

describe('the program shopwright', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('serves, and ends cleanly at %s', async (signal) => {
    const { child, ended, output, host } = await startFake();
    expect((await ask(globalThis.fetch, { host })).status).toBe(200);
    child.kill(signal);
    expect((await ended)[0]).toBe(0);
    expect(output()).toMatch(/Stopped after 1 calls\.\n$/);
  });

  it('ends with code 2 and one line for wrong arguments', async () => {
    const { ended, output } = start('fake', '--plan', 'huge');
    expect((await ended)[0]).toBe(1);
    expect(output()).toBe('shopwright: --plan is "huge". Give one of: standard, advanced, plus.\n');
  });

  it('has lost nothing when it is killed after a response', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'killed-'));
    try {
      const persistFile = join(folder, 'shop.jsonl');
      const { child, ended, host } = await startFake('--snapshot', persistFile);
      await ask(globalThis.fetch, { host, query: pushMutation, variables: tee('a') });
      await ask(globalThis.fetch, { host, query: pushMutation, variables: tee('b') });
      child.kill('SIGKILL');
      await ended;
      const after = createFakeShopify({ persistFile });
      expect(after.products().map((product) => product.handle)).toEqual(['a', 'b']);
      await after.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}, 60_000);
