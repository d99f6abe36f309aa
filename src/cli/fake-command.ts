import { parseArgs } from 'node:util';
import { ConfigError } from '../errors/errors.ts';
import type { FakePlan } from '../testing/fake/model.ts';

/** What `shopwright fake` was asked for. */
export interface FakeArguments {
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
  /** File for the certificate of `tls`. */
  readonly ca: string | undefined;
}

/** The help text of `shopwright fake`. */
export const fakeHelp = `shopwright fake: run a fake Shopify on a port of this machine

Usage: shopwright fake [options]

Options:
  --port PORT        Port on 127.0.0.1; 0 takes a free one (default 4010)
  --plan PLAN        standard, advanced or plus: how many points the shop has (default standard)
  --faults SHARE     Share of the calls that meet a fault, from 0 to 1 (default 0)
  --seed NUMBER      Seed of all chance; the same seed gives the same faults (default 1)
  --shop DOMAIN      Domain of the shop (default demo.myshopify.com)
  --token TOKEN      Access token that the shop takes (default shpat_fake)
  --client-id ID     Client id of the app, for OAuth (default fake-client-id)
  --client-secret S  Its secret, which also signs webhooks (default shpss_fake)
  --tls              Serve HTTPS, by a certificate for localhost that signs itself
  --ca FILE          Write that certificate there, for NODE_EXTRA_CA_CERTS of the client
  --snapshot FILE    Keep the state in this file, over restarts (default: memory only)
  --latency MS       Milliseconds one call takes (default 0)
  -h, --help         Show this text`;

const plans: readonly FakePlan[] = ['standard', 'advanced', 'plus'];

/**
 * Reads the arguments of `shopwright fake`.
 *
 * @throws ConfigError for the first argument that does not fit.
 */
export function parseFakeArguments(args: readonly string[]): FakeArguments {
  const values = readOptions(args);
  const plan = plans.find((known) => known === values.plan);
  if (!plan) throw wrong('--plan', `is "${values.plan}". Give one of: ${plans.join(', ')}.`);
  for (const name of ['token', 'client-id', 'client-secret'] as const) {
    if (values[name] === '') throw wrong(`--${name}`, 'is empty. Give any text, or leave it out.');
  }
  if (values.ca !== undefined && !values.tls) throw wrong('--ca', 'is for HTTPS only. Give --tls too.');
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
  try {
    return parseArgs({
      args: [...args],
      strict: true,
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
  } catch (error) {
    // Node's message goes on with hints about its own API; the first sentence says what is wrong.
    const [sentence] = (error as Error).message.split(/\.\s|\n/);
    throw wrong('arguments:', `${sentence}. Try: shopwright fake --help`);
  }
}

function numberBetween(option: string, text: string, least: number, most: number, whole: boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw wrong(option, `is "${text}". Give a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
}

function wrong(field: string, message: string): ConfigError {
  return new ConfigError([{ field, message }]);
}
