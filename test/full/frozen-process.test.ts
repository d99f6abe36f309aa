import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../src/testing/conformance/transport-harness.ts';

/** More than the client's `timeoutMs`. */
const frozenMs = 900;

it.each(['ky', 'undici'])('reads what arrived while the process was frozen, on %s', async (transport) => {
  let freezes = 0;
  const shop = await startServer(async ({ body }, response) => {
    const isFrozen = body.includes('Frozen');
    if (isFrozen) child.kill('SIGSTOP');
    response.setHeader('content-type', 'application/json').end('{"data":{"shop":{"name":"acme"}}}');
    if (!isFrozen) return;
    freezes += 1;
    await pass(frozenMs);
    child.kill('SIGCONT');
  });
  const program = fileURLToPath(new URL('programs/frozen-client.ts', import.meta.url));
  const child = spawn(process.execPath, [program, shop.origin, transport], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await shop.close();
  });
  expect(JSON.parse(await text(child.stdout))).toEqual([1, 1]);
  expect(freezes).toBe(2);
});
