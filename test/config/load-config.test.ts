import { readFileSync } from 'node:fs';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { type ConfigOverrides, loadConfig } from 'shopwright/config';
import { describe, expect, it, vi } from 'vitest';
import { variables } from '../../src/config/config.ts';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { ConfigError } from '../../src/errors/errors.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const clock = createManualClock({ now: Date.parse('2026-11-15T00:00:00Z') });
const token = 'shpat_0123456789abcdef0123456789abcdef';
const clientSecret = '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';
const webhookSecret = 'a-webhook-secret-of-the-admin';
const base = { SHOPIFY_STORE_URL: 'acme', SHOPIFY_ACCESS_TOKEN: token };

const load = (environment: Record<string, string | undefined> = {}, overrides?: ConfigOverrides) =>
  loadConfig({ ...base, ...environment }, overrides, clock);

/** The problems by field. Fails if there are none. */
function problemsOf(
  environment: Record<string, string | undefined>,
  overrides?: ConfigOverrides,
): Record<string, string> {
  try {
    load(environment, overrides);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.issues.map(({ field, message }) => [field, message]));
    throw error;
  }
  throw new Error('loadConfig found no problem');
}

describe('loadConfig', () => {
  it('fills in defaults', () => {
    const config = load();
    expect({ ...config }).toEqual({
      shop: 'acme.myshopify.com',
      apiVersion: generatedApiVersion,
      rest: {},
      syncQueue: 'shopify-sync',
      maxBulkSyncSize: 100,
      webhooksEnabled: true,
      circuitBreakerThreshold: 5,
      warnings: [],
    });
    expect(config.accessToken).toBe(token);
    expect(config.webhookSecrets).toEqual([]);
    expect(config).not.toHaveProperty('apiSecret');
  });

  it('reads every variable', () => {
    const config = load({
      SHOPIFY_STORE_URL: 'https://Acme.myshopify.com/',
      SHOPIFY_API_VERSION: '2026-07',
      SHOPIFY_API_KEY: '0123456789abcdef0123456789abcdef',
      SHOPIFY_API_SECRET: clientSecret,
      SHOPIFY_WEBHOOK_SECRET: webhookSecret,
      SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: '3.5',
      SHOPIFY_SYNC_QUEUE: 'products.eu-1_b',
      SHOPIFY_MAX_BULK_SYNC_SIZE: '250',
      SHOPIFY_ENABLE_WEBHOOKS: 'false',
      SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: '8',
    });
    expect({ ...config }).toEqual({
      shop: 'acme.myshopify.com',
      apiVersion: '2026-07',
      apiKey: '0123456789abcdef0123456789abcdef',
      rest: { requestsPerSecond: 3.5 },
      syncQueue: 'products.eu-1_b',
      maxBulkSyncSize: 250,
      webhooksEnabled: false,
      circuitBreakerThreshold: 8,
      warnings: [],
    });
    expect(config.apiSecret).toBe(clientSecret);
    expect(config.webhookSecrets).toEqual([webhookSecret, clientSecret]);
  });

  it('tries the webhook secret and then the client secret for webhooks, each once', () => {
    expect(load({ SHOPIFY_API_SECRET: clientSecret }).webhookSecrets).toEqual([clientSecret]);
    expect(load({ SHOPIFY_WEBHOOK_SECRET: webhookSecret }).webhookSecrets).toEqual([webhookSecret]);
    const same = load({ SHOPIFY_API_SECRET: clientSecret, SHOPIFY_WEBHOOK_SECRET: clientSecret });
    expect(same.webhookSecrets).toEqual([clientSecret]);
  });

  it('treats empty text as not set', () => {
    const empty = Object.fromEntries(Object.values(variables).map((name) => [name, '']));
    const config = load({ ...empty, SHOPIFY_STORE_URL: 'acme' });
    expect(config.apiVersion).toBe(generatedApiVersion);
    expect(config.webhooksEnabled).toBe(true);
    expect(config).not.toHaveProperty('accessToken');
  });

  it('reads the environment of the process and its clock by default', () => {
    for (const name of Object.values(variables)) vi.stubEnv(name, undefined);
    vi.stubEnv('SHOPIFY_STORE_URL', 'from-process');
    vi.stubEnv('SHOPIFY_API_VERSION', '2024-07');
    vi.useFakeTimers({ now: Date.parse('2026-11-15T00:00:00Z') });
    const config = loadConfig();
    vi.useRealTimers();
    vi.unstubAllEnvs();
    expect(config.shop).toBe('from-process.myshopify.com');
    expect(config.warnings[0]?.message).toContain('2026-01');
  });

  it.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    [' on ', true],
    ['false', false],
    ['0', false],
    ['No', false],
    ['OFF', false],
  ])('reads the flag %j', (text, expected) => {
    expect(load({ SHOPIFY_ENABLE_WEBHOOKS: text }).webhooksEnabled).toBe(expected);
  });

  it('freezes its result', () => {
    const config = load({ SHOPIFY_WEBHOOK_SECRET: webhookSecret });
    for (const part of [config, config.rest, config.warnings, config.webhookSecrets])
      expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('overrides', () => {
  it('override the environment', () => {
    const config = load(
      { SHOPIFY_ENABLE_WEBHOOKS: 'true', SHOPIFY_SYNC_QUEUE: 'from-env', SHOPIFY_API_VERSION: 'nonsense' },
      {
        shop: 'other',
        apiVersion: '2026-04',
        webhooksEnabled: false,
        requestsPerSecond: 2,
        circuitBreakerThreshold: 9,
      },
    );
    expect(config).toMatchObject({
      shop: 'other.myshopify.com',
      apiVersion: '2026-04',
      webhooksEnabled: false,
      rest: { requestsPerSecond: 2 },
      circuitBreakerThreshold: 9,
      syncQueue: 'from-env',
    });
  });

  it('that are undefined or empty do not', () => {
    expect(load({ SHOPIFY_SYNC_QUEUE: 'from-env' }, { syncQueue: '', shop: undefined }).syncQueue).toBe('from-env');
  });

  it('are named as options if they are invalid', () => {
    const problems = problemsOf({}, { requestsPerSecond: Number.NaN, circuitBreakerThreshold: 0, accessToken: 'a b' });
    expect(Object.keys(problems).sort()).toEqual(['accessToken', 'circuitBreakerThreshold', 'requestsPerSecond']);
  });
});

describe('problems', () => {
  it('are reported together, each with its variable and its fix', () => {
    const problems = problemsOf({
      SHOPIFY_STORE_URL: 'https://evil.com',
      SHOPIFY_ACCESS_TOKEN: clientSecret,
      SHOPIFY_API_VERSION: '2026-13',
      SHOPIFY_API_KEY: 'a key',
      SHOPIFY_API_SECRET: token,
      SHOPIFY_WEBHOOK_SECRET: '"quoted"',
      SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: '0',
      SHOPIFY_SYNC_QUEUE: 'a:b',
      SHOPIFY_ENABLE_WEBHOOKS: 'maybe',
      SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: '2.5',
      SHOPIFY_MAX_BULK_SYNC_SIZE: 'many',
    });
    expect(problems).toEqual({
      SHOPIFY_STORE_URL: expect.stringContaining('`acme.myshopify.com`'),
      SHOPIFY_ACCESS_TOKEN: expect.stringContaining('set SHOPIFY_API_SECRET to the client secret'),
      SHOPIFY_API_VERSION: expect.stringContaining(generatedApiVersion),
      SHOPIFY_API_KEY: expect.stringContaining('white space'),
      SHOPIFY_API_SECRET: expect.stringContaining('use the client secret'),
      SHOPIFY_WEBHOOK_SECRET: expect.stringContaining('quotes'),
      SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: 'must be a number from 0.1 to 1000',
      SHOPIFY_SYNC_QUEUE: expect.stringContaining('letters, digits'),
      SHOPIFY_ENABLE_WEBHOOKS: expect.stringContaining('must be true or false'),
      SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: 'must be a whole number from 1 to 1000',
      SHOPIFY_MAX_BULK_SYNC_SIZE: 'must be a whole number from 1 to 1000',
    });
  });

  it('name each variable in the message of the error', () => {
    const attempt = (): unknown => load({ SHOPIFY_STORE_URL: '', SHOPIFY_SYNC_QUEUE: 'a b' });
    expect(attempt).toThrow(/SHOPIFY_STORE_URL: is missing[\s\S]*SHOPIFY_SYNC_QUEUE: must be/);
  });

  it.each(['Infinity', 'NaN', '-1', '1e3', '0x10', '1,5', '1001', '0.05', '5 5', '.5', '5.', '１'])(
    'include the number %j of requests per second',
    (text) => {
      expect(Object.keys(problemsOf({ SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: text }))).toEqual([
        'SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND',
      ]);
    },
  );

  it.each([
    ['SHOPIFY_ACCESS_TOKEN', 'shpat_012 345'],
    ['SHOPIFY_ACCESS_TOKEN', `${token}\n`],
    ['SHOPIFY_ACCESS_TOKEN', ' '],
    ['SHOPIFY_ACCESS_TOKEN', 'shprt_0123'],
    ['SHOPIFY_ACCESS_TOKEN', `'${token}'`],
    ['SHOPIFY_ACCESS_TOKEN', 'shpat_0123…'],
    ['SHOPIFY_ACCESS_TOKEN', 'shpat_\0'],
    ['SHOPIFY_API_SECRET', 'shpca_0123'],
    ['SHOPIFY_WEBHOOK_SECRET', 'atkn_0123'],
    ['SHOPIFY_API_KEY', clientSecret],
  ])('include the %s %j, without quoting it', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(Object.keys(problems)).toEqual([name]);
    expect(problems[name]).not.toContain('0123');
    expect(problems[name]).not.toContain('fedcba');
  });

  it('never quote a secret, however it is wrong', () => {
    const wrong = fc.constantFrom(' ', '"', '\n', '\u00e9', '\0');
    fc.assert(
      fc.property(
        wrong,
        fc.constantFrom('SHOPIFY_ACCESS_TOKEN', 'SHOPIFY_API_SECRET', 'SHOPIFY_STORE_URL'),
        (bad, name) => {
          const secret = `"hush5hush${bad}"`;
          const attempt = (): unknown => load({ [name]: secret });
          expect(attempt).toThrow(ConfigError);
          try {
            attempt();
          } catch (error) {
            expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain('hush5hush');
          }
        },
      ),
    );
  });
});

describe('warnings', () => {
  it('name the version that Shopify will serve instead of an expired one', () => {
    const { apiVersion, warnings } = load({ SHOPIFY_API_VERSION: '2024-07' });
    expect(apiVersion).toBe('2024-07');
    expect(warnings).toEqual([
      { field: 'SHOPIFY_API_VERSION', message: expect.stringContaining('serves 2026-01 instead') },
    ]);
  });

  it('report that nothing can sign in', () => {
    const fields = (environment: Record<string, string>) =>
      load({ SHOPIFY_ACCESS_TOKEN: '', ...environment }).warnings.map(({ field }) => field);
    expect(fields({})).toEqual(['SHOPIFY_ACCESS_TOKEN']);
    expect(fields({ SHOPIFY_API_KEY: 'key' })).toEqual(['SHOPIFY_ACCESS_TOKEN']);
    expect(fields({ SHOPIFY_API_KEY: 'key', SHOPIFY_API_SECRET: clientSecret })).toEqual([]);
  });

  it('report more REST requests than any plan allows', () => {
    expect(load({}, { requestsPerSecond: 40 }).warnings).toEqual([]);
    expect(load({}, { requestsPerSecond: 41 }).warnings).toEqual([
      { field: 'requestsPerSecond', message: expect.stringContaining('for REST') },
    ]);
  });
});

describe('secrets', () => {
  const config = load({ SHOPIFY_API_SECRET: clientSecret, SHOPIFY_WEBHOOK_SECRET: webhookSecret });
  const secrets = [token, clientSecret, webhookSecret];

  it.each([
    ['JSON.stringify', () => JSON.stringify(config)],
    ['JSON.stringify of a copy', () => JSON.stringify({ ...config })],
    ['util.inspect', () => inspect(config)],
    ['util.inspect with hidden properties', () => inspect({ config }, { showHidden: true, depth: 9 })],
    ['util.format', () => format('%o %O %j %s', config, config, config, config)],
    ['text', () => `${config}`],
    ['entries', () => JSON.stringify(Object.entries(config))],
  ])('are not visible in %s', (_way, print) => {
    for (const secret of secrets) expect(print()).not.toContain(secret);
  });

  it('are shown as redacted if they are set', () => {
    expect(JSON.parse(JSON.stringify(config))).toMatchObject({
      shop: 'acme.myshopify.com',
      accessToken: '[redacted]',
      apiSecret: '[redacted]',
      webhookSecrets: ['[redacted]', '[redacted]'],
    });
    expect(load({ SHOPIFY_ACCESS_TOKEN: '' }).toJSON()).not.toHaveProperty('accessToken');
  });

  it('can be read by name', () => {
    const { accessToken, apiSecret, webhookSecrets } = config;
    expect([accessToken, apiSecret, ...webhookSecrets]).toEqual([token, clientSecret, webhookSecret, clientSecret]);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
  const entries = lines.flatMap((line) => {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    return match ? [[match[1] ?? '', match[2] ?? ''] as const] : [];
  });

  it('names every variable, in order, and no other', () => {
    expect(entries.map(([name]) => name)).toEqual(Object.values(variables));
  });

  it('describes each variable', () => {
    for (const [index, line] of lines.entries()) if (/^[A-Z]/.test(line)) expect(lines[index - 1]).toMatch(/^# /);
  });

  it('loads unchanged, with the defaults', () => {
    const filled = loadConfig(Object.fromEntries(entries), {}, clock);
    expect(filled.warnings.map(({ field }) => field)).toEqual(['SHOPIFY_ACCESS_TOKEN']);
    expect({ ...filled, warnings: [] }).toEqual({ ...load({ SHOPIFY_ACCESS_TOKEN: '' }), warnings: [] });
  });
});
