import { breakerKey, stateName } from '../client/shop-state.ts';
import { loadConfig, type ShopwrightConfig, variables } from '../config/config.ts';
import { isShopwrightError } from '../errors/errors.ts';
import { kyTransport } from '../http/ky.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { redactText } from '../internal/redact.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { TokenStore } from '../ports/token-store.ts';
import type { Transport } from '../ports/transport.ts';
import { defaultApp } from '../storage/keys.ts';
import { loadApp } from './app-module.ts';
import { readArguments, wrong } from './arguments.ts';
import { breakerCheck } from './doctor/breaker-check.ts';
import { type Check, type FindingId, type Outcomes, skipAll } from './doctor/findings.ts';
import { redisCheck, redisIds } from './doctor/redis-checks.ts';
import { type DoctorReport, runChecks } from './doctor/run-checks.ts';
import { type Probe, shopChecks, shopIds } from './doctor/shop-checks.ts';
import { postgresCheck, sqlIds, sqliteCheck } from './doctor/sql-checks.ts';
import { findToken, refreshTokenCheck } from './doctor/token-checks.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

/** The help text of `shopwright doctor`. */
const doctorHelp = `shopwright doctor: find what is wrong with a setup, and how to fix it

Usage: shopwright doctor [options]

Reads the environment like loadConfig (SHOPIFY_STORE_URL, SHOPIFY_ACCESS_TOKEN, SHOPIFY_API_KEY and so on), and checks
the shop, Redis and the databases that you name. Changes nothing and prints no secrets. Takes at most 10 seconds.

Options:
  --shop SHOP            Domain of the shop (default SHOPIFY_STORE_URL)
  --app FILE             Module that exports \`app\`, as for "shopwright tokens": { clientId, clientSecret, tokens, store }
  --scopes LIST          Scopes that the app needs, such as write_products,read_orders
  --bulk                 The app runs bulk operations: check whether they are enabled
  --webhook-url URL      URL where the app receives webhooks; may be repeated
  --topics LIST          Topics that it subscribes to and handles, such as products/update,app/uninstalled
  --redis URL            Redis of limiter, stores, queue and breaker, such as redis://127.0.0.1:6379
  --queue-prefix TEXT    Prefix of the queue (default {shopwright}); its name is SHOPIFY_SYNC_QUEUE
  --postgres URL         Postgres of the stores
  --schema NAME          Schema of its tables (default public)
  --sqlite FILE          SQLite file of the stores
  --table-prefix TEXT    Prefix of the tables, in Postgres and SQLite (default shopwright_)
  --json                 Print JSON for machines
  --origin URL           Test server instead of the shop, such as a fake on http://127.0.0.1:4010
  -h, --help             Show this help

Exit codes: 0 nothing was found, 1 an error was found or the doctor failed, 2 only warnings.`;

/** `shopwright doctor`: finds problems of a setup, and prints how to fix them. */
export async function runDoctor(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const values = readOptions(args);
  if (values.help) {
    terminal.out(doctorHelp);
    return 0;
  }
  checkValues(values);
  const app: AppModule = values.app === undefined ? {} : await loadApp(values.app);
  const settings = readSettings(values, app);
  const report = await runChecks(checksOf(settings, values), {
    ...{ clock: settings.clock, signal: terminal.stop },
    scrub: scrubber(settings, values),
  });
  print(report, values.json, terminal);
  if (report.findings.some(({ severity }) => severity === 'error')) return 1;
  return report.findings.length > 0 ? 2 : 0;
}

/** What a host's module can export for the doctor: the app of `migrateToExpiringTokens`, or a part of it. */
interface AppModule {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly appId?: string;
  readonly tokens?: TokenStore;
  readonly store?: KeyValueStore;
  readonly origin?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly transport?: Transport;
  readonly clock?: Clock;
}

type Values = ReturnType<typeof readOptions>;

/** Settings from the environment, the options and the host's module. */
interface Settings {
  readonly app: AppModule;
  readonly appId: string;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly origin: string | undefined;
  /** `undefined` if it is invalid. */
  readonly config: ShopwrightConfig | undefined;
  /** Findings about the configuration. */
  readonly problems: Outcomes;
  /** Why no shop can be called. */
  readonly withoutShop: string | undefined;
}

/** Placeholder for a missing shop, so that the rest of the configuration can be read. */
const noShop = 'no-shop';

function readSettings(values: Values, app: AppModule): Settings {
  const { clock = systemClock, appId = defaultApp, fetch } = app;
  const origin = values.origin ?? app.origin;
  const transport = app.transport ?? kyTransport(fetch ? { fetch } : {});
  const common = { app, appId, clock, transport, origin };
  const shop = values.shop || process.env[variables.shop];
  try {
    const config = loadConfig(process.env, shop ? { shop } : { shop: noShop }, clock);
    const withoutShop = shop ? undefined : `the shop is missing: set ${variables.shop}, or pass --shop`;
    return { ...common, config, problems: {}, withoutShop };
  } catch (error) {
    if (!isShopwrightError(error, 'CONFIG_INVALID')) throw error;
    const ofShop = error.issues.filter(({ field }) => field === 'shop');
    const others = error.issues.filter(({ field }) => field !== 'shop');
    const problems: Outcomes = {
      ...(ofShop[0] && { 'shop-domain-wrong': { found: `The shop is not a valid domain: ${ofShop[0].message}.` } }),
      ...(others.length > 0 && {
        'configuration-invalid': { found: `${others.map(({ field, message }) => `${field} ${message}`).join('; ')}.` },
      }),
    };
    return { ...common, config: undefined, problems, withoutShop: 'the configuration is invalid' };
  }
}

function checksOf(settings: Settings, values: Values): readonly Check[] {
  const { app, appId, clock, config, problems, withoutShop } = settings;
  const invalid: Check = { ids: ['configuration-invalid', 'shop-domain-wrong'], run: async () => problems };
  const shop = ofShop(settings, values);
  return [
    ...(config ? [] : [invalid]),
    ...(shop?.checks ?? [skipping(shopIds, withoutShop ?? '')]),
    refreshTokenCheck(app.tokens, appId, clock),
    ...ofServices(settings, values, shop?.probe),
  ];
}

/** Checks that are skipped because an option is missing. */
const skipping = (ids: readonly FindingId[], reason: string): Check => ({ ids, run: async () => skipAll(ids, reason) });

function ofServices(
  { app, appId, clock, config, origin, withoutShop }: Settings,
  values: Values,
  probe: Promise<Probe> | undefined,
): Check[] {
  const { redis, postgres, sqlite } = values;
  const shop = config?.shop ?? '';
  const key = breakerKey(stateName(origin === undefined ? `https://${shop}` : new URL(origin).origin, shop, appId));
  const breaker = probe && { shop, key, clock, probe };
  const sql = { tablePrefix: values['table-prefix'], breaker };
  const isStored = [app.store, redis, postgres, sqlite].some((one) => one !== undefined);
  const noStore = 'no store that processes share was named: pass --app, --redis, --postgres or --sqlite';
  return [
    redis === undefined
      ? skipping(redisIds, 'pass --redis')
      : redisCheck({
          url: redis,
          queue: config?.syncQueue ?? defaultQueue,
          queuePrefix: values['queue-prefix'],
          breaker,
        }),
    ...(postgres === undefined ? [] : [postgresCheck(postgres, values.schema, sql)]),
    ...(sqlite === undefined ? [] : [sqliteCheck(sqlite, sql)]),
    ...(postgres === undefined && sqlite === undefined ? [skipping(sqlIds, 'pass --postgres or --sqlite')] : []),
    ...(app.store && breaker ? [breakerCheck(app.store, breaker)] : []),
    ...(breaker && isStored ? [] : [skipping(['breaker-stuck'], withoutShop ?? noStore)]),
  ];
}

/** The default of loadConfig, used if the configuration is invalid. */
const defaultQueue = 'shopify-sync';

function ofShop(
  settings: Settings,
  values: Values,
): { readonly checks: readonly Check[]; readonly probe: Promise<Probe> } | undefined {
  const { app, appId, clock, config, transport, origin, withoutShop } = settings;
  if (!config || withoutShop !== undefined) return undefined;
  const { shop, apiVersion, accessToken } = config;
  const clientId = app.clientId ?? config.apiKey;
  const clientSecret = app.clientSecret ?? config.apiSecret;
  return shopChecks({
    ...{ shop, apiVersion, origin, transport, clock },
    token: () => findToken({ shop, accessToken, tokens: app.tokens, appId, clock }),
    credentials: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    scopes: listOf(values.scopes),
    usesBulk: values.bulk,
    webhookUrls: values['webhook-url'] ?? [],
    topics: listOf(values.topics),
  });
}

const listOf = (text: string | undefined): readonly string[] | undefined => text?.split(/[\s,]+/).filter(Boolean);

/** Removes known secrets, and anything that looks like one, from a text. */
function scrubber({ app, config }: Settings, { redis, postgres }: Values): (text: string) => string {
  const passwords = [redis, postgres].flatMap((url) => {
    const { password } = new URL(url ?? 'none:');
    return [password, decodeURIComponent(password)];
  });
  const ofShop = [app.clientSecret, config?.accessToken, config?.apiSecret, ...(config?.webhookSecrets ?? [])];
  const secrets = [...ofShop, ...passwords];
  const known = secrets.filter((secret) => secret !== undefined && secret !== '');
  return (text) =>
    known.reduce<string>((rest, secret) => rest.replaceAll(secret ?? '', '[redacted]'), redactText(text));
}

function print(report: DoctorReport, json: boolean, terminal: Terminal): void {
  if (json) {
    terminal.out(JSON.stringify(report));
    return;
  }
  for (const { id, severity, message, fix, link } of report.findings) {
    terminal.out(`${severity.toUpperCase()} ${id}`);
    terminal.out(`  ${message}`);
    terminal.out(`  Fix: ${fix}`);
    terminal.out(`  See ${link}`);
  }
  for (const { id, reason } of report.skipped) terminal.out(`skipped ${id}: ${reason}`);
  const errors = report.findings.filter(({ severity }) => severity === 'error').length;
  const warnings = report.findings.length - errors;
  terminal.out(
    `${counted(errors, 'error')}, ${counted(warnings, 'warning')}; ${report.passed.length} checks passed, ${report.skipped.length} skipped.`,
  );
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** @throws ConfigError for the first invalid value; a value that may contain a password is not repeated. */
function checkValues(values: Values): void {
  for (const name of ['redis', 'postgres', 'origin'] as const) {
    const value = values[name];
    if (value !== undefined && !URL.canParse(value))
      throw wrong(`--${name}`, 'is not a URL. Include the scheme, such as redis://127.0.0.1:6379.');
  }
  for (const name of ['schema', 'table-prefix'] as const) {
    if (!/^[a-z_][a-z0-9_]*$/.test(values[name]))
      throw wrong(`--${name}`, `is "${values[name]}". Use lower-case letters, digits and underscores.`);
  }
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  return readArguments('doctor', args, {
    options: {
      ...{
        shop: text,
        app: text,
        scopes: text,
        topics: text,
        origin: text,
        redis: text,
        postgres: text,
        sqlite: text,
      },
      'queue-prefix': { type: 'string', default: '{shopwright}' },
      schema: { type: 'string', default: 'public' },
      'table-prefix': { type: 'string', default: 'shopwright_' },
      'webhook-url': { type: 'string', multiple: true },
      ...{ bulk: flag, json: flag },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}
