import { z } from 'zod';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { unknownNames } from '../internal/names.ts';
import { generatedApiVersion, resolveApiVersion } from './api-version.ts';
import { parseShopDomain } from './shop-domain.ts';

/** Values that override the environment. `undefined` and empty strings count as not set. */
export interface ConfigOverrides {
  readonly shop?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  readonly webhookSecret?: string | undefined;
  /** For REST only. */
  readonly requestsPerSecond?: number | undefined;
  readonly syncQueue?: string | undefined;
  readonly maxBulkSyncSize?: number | undefined;
  readonly webhooksEnabled?: boolean | undefined;
  readonly circuitBreakerThreshold?: number | undefined;
}

/** Requests per second that Shopify's largest plan allows (https://shopify.dev/docs/api/admin-rest/usage/rate-limits). */
const fastestPlan = 40;

function warningsOf(found: Settings, nameOf: (setting: SettingName) => string, now: number): ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  const warn = (setting: SettingName, message: string): void => {
    warnings.push({ field: nameOf(setting), message });
  };
  const version = resolveApiVersion(found.apiVersion, now);
  if (version.ok && version.warning !== undefined) warn('apiVersion', version.warning);
  if (found.accessToken === undefined && (found.apiKey === undefined || found.apiSecret === undefined)) {
    warn(
      'accessToken',
      `is not set, and ${variables.apiKey} and ${variables.apiSecret} are not both set either: no call can sign in`,
    );
  }
  if ((found.requestsPerSecond ?? 0) > fastestPlan) {
    warn('requestsPerSecond', `is more than the ${fastestPlan} a second that Shopify's largest plan allows for REST`);
  }
  return warnings;
}

/**
 * Reads the settings from the environment. Checks every value and reports all problems together.
 *
 * Empty strings count as not set. Flags are `true`, `1`, `yes`, `on` and their opposites. Values that could be secrets
 * never appear in an error or a warning.
 *
 * @param environment Default `process.env`. `.env.example` describes each variable.
 * @param overrides Override the environment, by option name; problems then name the option.
 * @param clock Determines which API versions have expired. Default: the system clock.
 * @throws ConfigError listing every problem: the variable's name, what is wrong, and how to fix it.
 *
 * @example
 * const config = loadConfig();
 * for (const { field, message } of config.warnings) logger.warn({ field }, message);
 * const shop = createShopifyClient(clientOptionsFrom(config));
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  overrides: ConfigOverrides = {},
  clock: Clock = systemClock,
): ShopwrightConfig {
  const given: Partial<Record<SettingName, string>> = {};
  const names = new Map<PropertyKey, string>();
  for (const setting of settingNames) {
    const override = String(overrides[setting] ?? '');
    const value = override || environment[variables[setting]];
    if (value) given[setting] = value;
    names.set(setting, override ? setting : variables[setting]);
  }
  const nameOf = (setting: PropertyKey): string => String(names.get(setting));

  const parsed = settings.safeParse(given);
  const issues: Issue[] = [...unknownNames(overrides, optionNames)];
  for (const { path, message } of parsed.error?.issues ?? [])
    issues.push({ field: path.map(nameOf).join('.'), message });
  if (!parsed.success || issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return createConfig(parsed.data, warningsOf(parsed.data, nameOf, clock.now()));
}

/** A setting that works, but perhaps not as intended. */
export type ConfigWarning = Issue;

/**
 * The validated settings. `accessToken`, `apiSecret` and `webhookSecrets` can be read by name, but are not enumerable
 * and are redacted by `JSON.stringify` and `console.log`, so that logging the configuration shows no secret. A spread
 * copy (`{ ...config }`) does not contain them.
 */
export interface ShopwrightConfig {
  /** Domain of the shop, such as `acme.myshopify.com`. */
  readonly shop: string;
  readonly accessToken?: string;
  /** Default: the newest stable version that this package supports. */
  readonly apiVersion: string;
  /** The app's client id. */
  readonly apiKey?: string;
  /** The app's client secret. */
  readonly apiSecret?: string;
  /** Secrets for verifying a webhook, in this order: the webhook secret, then the client secret. */
  readonly webhookSecrets: readonly string[];
  /** Applies to REST only: GraphQL follows the cost numbers in Shopify's responses. */
  readonly rest: { readonly requestsPerSecond?: number };
  /** Default `shopify-sync`. */
  readonly syncQueue: string;
  /** Products per batch of a run, 1 to 1,000. Default 100. Pass it to `createProductQueue` as `runs.batchSize`. */
  readonly maxBulkSyncSize: number;
  /** Default `true`. */
  readonly webhooksEnabled: boolean;
  /** Failures in a row that open a shop's circuit breaker. Default 5. */
  readonly circuitBreakerThreshold: number;
  readonly warnings: readonly ConfigWarning[];
  /** Returns the settings with their secrets redacted. */
  toJSON(): Record<string, unknown>;
}

const redacted = '[redacted]';

const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

const hidden = ['accessToken', 'apiSecret', 'webhookSecrets', 'toJSON', inspect] as const;

/** Creates the configuration, with secrets hidden from code that lists or prints it. */
function createConfig(settings: Settings, warnings: readonly ConfigWarning[]): ShopwrightConfig {
  const { accessToken, apiKey, apiSecret, webhookSecret, requestsPerSecond } = settings;
  const open = {
    shop: settings.shop,
    apiVersion: settings.apiVersion,
    ...(apiKey !== undefined && { apiKey }),
    rest: Object.freeze(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    syncQueue: settings.syncQueue,
    maxBulkSyncSize: settings.maxBulkSyncSize,
    webhooksEnabled: settings.webhooksEnabled,
    circuitBreakerThreshold: settings.circuitBreakerThreshold,
    warnings: Object.freeze([...warnings]),
  };
  const secrets = [...new Set([webhookSecret, apiSecret].filter((secret) => secret !== undefined))];
  const toJSON = (): Record<string, unknown> => ({
    ...open,
    ...(accessToken !== undefined && { accessToken: redacted }),
    ...(apiSecret !== undefined && { apiSecret: redacted }),
    webhookSecrets: secrets.map(() => redacted),
  });
  const config = {
    ...open,
    ...(accessToken !== undefined && { accessToken }),
    ...(apiSecret !== undefined && { apiSecret }),
    webhookSecrets: Object.freeze(secrets),
    toJSON,
    [inspect]: toJSON,
  };
  for (const name of hidden)
    if (Object.hasOwn(config, name)) Object.defineProperty(config, name, { enumerable: false });
  return Object.freeze(config);
}

/** Rules for a secret or key: what is wrong and the fix, never the value. */
function credential(refused: RegExp, fix: string) {
  return z.string().superRefine((text, context) => {
    const problem = (message: string): void => context.addIssue({ code: 'custom', message });
    if (/\s/.test(text)) problem('contains white space; copy it again, without spaces or line breaks');
    else if (/^["'].*["']$/.test(text)) problem('is in quotes, which are now part of it; remove them');
    else if (!/^[\x21-\x7e]+$/.test(text)) problem('contains characters that no Shopify credential has; copy it again');
    else if (refused.test(text)) problem(fix);
  });
}

const accessToken = credential(
  /^shp(?:ss|rt)_/,
  'is a client secret or a refresh token; use the Admin API access token (`shpat_…`), and set SHOPIFY_API_SECRET to the client secret',
);

const tokenPrefix = /^(?:shp(?:at|ca|pa|ua|rt|tka)|atkn)_/;

const secret = credential(
  tokenPrefix,
  'is an access token; use the client secret of the app (SHOPIFY_ACCESS_TOKEN is for the token)',
);

const apiKey = credential(/^(?:shp[a-z]+|atkn)_/, 'is a secret or a token; use the public client id of the app');

interface Range {
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
}

/** A decimal number in plain notation. */
function numberIn({ from, to, whole }: Range) {
  return z.string().transform((text, context) => {
    const value = /^\d{1,15}(?:\.\d{1,15})?$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
    context.addIssue({ code: 'custom', message: `must be a ${whole ? 'whole ' : ''}number from ${from} to ${to}` });
    return z.NEVER;
  });
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);

const flag = z.string().transform((text, context) => {
  const value = flags.get(text.trim().toLowerCase());
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'must be true or false (or 1, 0, yes, no, on, off)' });
  return z.NEVER;
});

const missingShop = 'is missing; use the shop as `acme`, `acme.myshopify.com` or `https://acme.myshopify.com`';

const shop = z.string({ error: missingShop }).transform((text, context) => {
  const parsed = parseShopDomain(text);
  if (parsed.ok) return parsed.domain;
  context.addIssue({ code: 'custom', message: parsed.message });
  return z.NEVER;
});

const apiVersion = z
  .string()
  .trim()
  .superRefine((text, context) => {
    // The time does not decide whether a version can be requested, only what Shopify serves for it.
    const resolved = resolveApiVersion(text, 0);
    if (!resolved.ok) context.addIssue({ code: 'custom', message: resolved.message });
  });

/** BullMQ uses `:` inside its own keys. */
const queueName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores');

/** All settings as text, with their rules and defaults. */
const settings = z.object({
  shop,
  accessToken: accessToken.optional(),
  apiVersion: apiVersion.default(generatedApiVersion),
  apiKey: apiKey.optional(),
  apiSecret: secret.optional(),
  webhookSecret: secret.optional(),
  requestsPerSecond: numberIn({ from: 0.1, to: 1_000, whole: false }).optional(),
  syncQueue: queueName.default('shopify-sync'),
  maxBulkSyncSize: numberIn({ from: 1, to: 1_000, whole: true }).default(100),
  webhooksEnabled: flag.default(true),
  circuitBreakerThreshold: numberIn({ from: 1, to: 1_000, whole: true }).default(5),
} satisfies Record<SettingName, z.ZodType>);

/** The settings after parsing. */
type Settings = z.output<typeof settings>;

/** Each setting by its option and its environment variable. */
export const variables = {
  shop: 'SHOPIFY_STORE_URL',
  accessToken: 'SHOPIFY_ACCESS_TOKEN',
  apiVersion: 'SHOPIFY_API_VERSION',
  apiKey: 'SHOPIFY_API_KEY',
  apiSecret: 'SHOPIFY_API_SECRET',
  webhookSecret: 'SHOPIFY_WEBHOOK_SECRET',
  requestsPerSecond: 'SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND',
  syncQueue: 'SHOPIFY_SYNC_QUEUE',
  maxBulkSyncSize: 'SHOPIFY_MAX_BULK_SYNC_SIZE',
  webhooksEnabled: 'SHOPIFY_ENABLE_WEBHOOKS',
  circuitBreakerThreshold: 'SHOPIFY_CIRCUIT_BREAKER_THRESHOLD',
} as const;

/** The name of a setting in the options. */
type SettingName = keyof typeof variables;

/** The names of all settings, in the order in which problems are reported. */
const settingNames = Object.keys(variables) as readonly SettingName[]; // `Object.keys` forgets the names.

const optionNames = Object.fromEntries(settingNames.map((setting) => [setting, true as const]));
