import { ConfigError, type Problem } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { resolveApiVersion } from './api-version.ts';
import { type ConfigWarning, createConfig, type ShopwrightConfig } from './config.ts';
import { type Settings, settings } from './settings.ts';
import { type SettingName, settingNames, variables } from './variables.ts';

/** Values that win over the environment. `undefined` and empty text count as not given. */
export interface ConfigOverrides {
  readonly shop?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  readonly webhookSecret?: string | undefined;
  /** REST only. */
  readonly requestsPerSecond?: number | undefined;
  readonly syncQueue?: string | undefined;
  readonly webhooksEnabled?: boolean | undefined;
  readonly circuitBreakerThreshold?: number | undefined;
  readonly maxBulkSyncSize?: number | undefined;
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
 * Reads the settings from the environment. Every value is checked, and all problems are reported together.
 *
 * Empty text counts as not set. Flags are `true`, `1`, `yes`, `on` and their opposites. No value is ever part
 * of an error or a warning where it could be a secret.
 *
 * @param environment Default `process.env`. `.env.example` describes each variable.
 * @param overrides Win over the environment, by the names of the options; a problem then names the option.
 * @param clock Decides which API version has expired. Default the machine's.
 * @throws ConfigError with every problem: the variable's name, what is wrong, and the mend.
 *
 * @example
 * const config = loadConfig();
 * for (const { field, message } of config.warnings) logger.warn({ field }, message);
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
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }): Problem => ({ field: path.map(nameOf).join('.'), message })),
    );
  }
  return createConfig(parsed.data, warningsOf(parsed.data, nameOf, clock.now()));
}
