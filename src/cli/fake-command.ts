import { writeFile } from 'node:fs/promises';
import { ConfigError } from '../errors/errors.ts';
import { createFakeShopify } from '../testing/fake/fake-shopify.ts';
import type { FakeShopify } from '../testing/fake/fake-shopify-options.ts';
import type { FakeServer } from '../testing/fake/http/listen.ts';
import type { FakePlan } from '../testing/fake/model.ts';
import { readArguments, wrong } from './arguments.ts';

/** Where a command writes, and how it is stopped. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Aborted by Ctrl-C or a termination signal. */
  readonly stop: AbortSignal;
  /** Asks the user; absent if there is none. */
  readonly ask?: (question: string) => Promise<boolean>;
  readonly hasColours?: boolean;
  /** Replaces the previously shown line; absent if the output is not a terminal. */
  readonly redraw?: (line: string) => void;
  /** Like `redraw`, but on stderr, for progress while stdout is redirected. */
  readonly bar?: (line: string) => void;
}

/** Exit codes of all commands: 0 done or nothing to do, 1 an error, 2 there are changes, differences or warnings. */
export type ExitCode = 0 | 1 | 2;

/** `shopwright fake`: runs a fake Shopify until stopped. */
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
  EADDRINUSE: 'is in use',
  EACCES: 'only an administrator may open',
};

async function listenOn(fake: FakeShopify, { port, tls }: FakeArguments): Promise<FakeServer> {
  try {
    return await fake.listen({ port, tls });
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (!reason) throw error;
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: '--port', message: `is ${port}, which ${reason}. Use another one.` }],
    });
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** The arguments of `shopwright fake`, with defaults. */
interface FakeArguments {
  readonly help: boolean;
  readonly port: number;
  readonly plan: FakePlan;
  readonly faultRate: number;
  readonly seed: number;
  readonly shop: string;
  readonly token: string;
  readonly snapshot: string | undefined;
  readonly latencyMs: number;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tls: boolean;
  /** File to write the certificate of `tls` to. */
  readonly ca: string | undefined;
}

/** The help text of `shopwright fake`. */
const fakeHelp = `shopwright fake: run a fake Shopify on localhost

Usage: shopwright fake [options]
       shopwright fake compare [options]: find where it differs from a development store

Options:
  --port PORT        Port on 127.0.0.1; 0 picks a free one (default 4010)
  --plan PLAN        standard, advanced or plus: sets the shop's rate limit (default standard)
  --faults SHARE     Share of calls that fail or are disturbed, from 0 to 1 (default 0)
  --seed NUMBER      Random seed; the same seed gives the same faults (default 1)
  --shop DOMAIN      Domain of the shop (default demo.myshopify.com)
  --token TOKEN      Access token that the shop accepts (default shpat_fake)
  --client-id ID     Client id of the app, for OAuth (default fake-client-id)
  --client-secret S  Client secret of the app, which also signs webhooks (default shpss_fake)
  --tls              Serve HTTPS with a self-signed certificate for localhost
  --ca FILE          Write that certificate to FILE, for NODE_EXTRA_CA_CERTS of the client
  --snapshot FILE    Keep the state in FILE across restarts (default: memory only)
  --latency MS       Milliseconds that each call takes (default 0)
  -h, --help         Show this help`;

const plans: readonly FakePlan[] = ['standard', 'advanced', 'plus'];

/**
 * Reads the arguments of `shopwright fake`.
 *
 * @throws ConfigError for the first invalid argument.
 */
function parseFakeArguments(args: readonly string[]): FakeArguments {
  const values = readOptions(args);
  const plan = plans.find((known) => known === values.plan);
  if (!plan) throw wrong('--plan', `is "${values.plan}". Use one of: ${plans.join(', ')}.`);
  for (const name of ['token', 'client-id', 'client-secret'] as const) {
    if (values[name] === '') throw wrong(`--${name}`, 'is empty. Set any value, or omit it.');
  }
  if (values.ca !== undefined && !values.tls) throw wrong('--ca', 'is only for HTTPS. Add --tls.');
  return {
    plan,
    help: values.help,
    port: numberBetween('--port', values.port, 0, 65_535, true),
    faultRate: numberBetween('--faults', values.faults, 0, 1, false),
    seed: numberBetween('--seed', values.seed, 0, 2 ** 32 - 1, true),
    latencyMs: numberBetween('--latency', values.latency, 0, 600_000, false),
    shop: values.shop.includes('.') ? values.shop : `${values.shop}.myshopify.com`,
    token: values.token,
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
    tls: values.tls,
    ca: values.ca,
    snapshot: values.snapshot,
  };
}

function readOptions(args: readonly string[]) {
  return readArguments('fake', args, {
    options: {
      port: { type: 'string', default: '4010' },
      plan: { type: 'string', default: 'standard' },
      faults: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      shop: { type: 'string', default: 'demo.myshopify.com' },
      token: { type: 'string', default: 'shpat_fake' },
      'client-id': { type: 'string', default: 'fake-client-id' },
      'client-secret': { type: 'string', default: 'shpss_fake' },
      tls: { type: 'boolean', default: false },
      ca: { type: 'string' },
      snapshot: { type: 'string' },
      latency: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

function numberBetween(option: string, text: string, least: number, most: number, whole: boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw wrong(option, `is "${text}". Use a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
}
