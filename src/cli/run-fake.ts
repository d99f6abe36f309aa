import { writeFile } from 'node:fs/promises';
import { ConfigError } from '../errors/errors.ts';
import { createFakeShopify } from '../testing/fake/fake-shopify.ts';
import type { FakeShopify } from '../testing/fake/fake-shopify-options.ts';
import type { FakeServer } from '../testing/fake/http/listen.ts';
import { type FakeArguments, fakeHelp, parseFakeArguments } from './fake-command.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** `shopwright fake`: listens until it is told to stop. */
export async function runFake(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const wanted = parseFakeArguments(args);
  if (wanted.help) {
    terminal.out(fakeHelp);
    return 0;
  }
  const fake = createFakeShopify({
    shops: [{ domain: wanted.shop, plan: wanted.plan, tokens: { [wanted.token]: 'default' } }],
    apps: [{ clientId: wanted.clientId, clientSecret: wanted.clientSecret }],
    seed: wanted.seed,
    faults: { rate: wanted.faultRate },
    latencyMs: wanted.latencyMs,
    recordVariables: false,
    ...(wanted.snapshot !== undefined && { persistFile: wanted.snapshot }),
  });
  try {
    const { origin, ca } = await listenOn(fake, wanted);
    if (wanted.ca !== undefined && ca !== undefined) await writeFile(wanted.ca, ca);
    terminal.out('A fake Shopify is listening. Nothing here reaches a real shop.');
    terminal.out(`  origin    ${origin}`);
    terminal.out(`  shop      ${wanted.shop} (${wanted.plan})`);
    terminal.out(`  token     ${wanted.token}`);
    terminal.out(`  app       ${wanted.clientId}, secret ${wanted.clientSecret}`);
    if (wanted.ca !== undefined) terminal.out(`  ca        ${wanted.ca}`);
    if (wanted.snapshot !== undefined) terminal.out(`  snapshot  ${wanted.snapshot}`);
    if (wanted.faultRate > 0)
      terminal.out(`  faults    ${Math.round(wanted.faultRate * 10_000) / 100} % of calls, seed ${wanted.seed}`);
    terminal.out('Stop it with Ctrl-C.');
    await stopped(terminal.stop);
    terminal.out(`Stopped after ${fake.calls.length} calls.`);
    return 0;
  } finally {
    await fake.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken',
  EACCES: 'only an administrator may open',
};

async function listenOn(fake: FakeShopify, { port, tls }: FakeArguments): Promise<FakeServer> {
  try {
    return await fake.listen({ port, tls });
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (!reason) throw error;
    throw new ConfigError([{ field: '--port', message: `is ${port}, which ${reason}. Give another one.` }]);
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
