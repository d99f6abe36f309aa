// @ts-nocheck
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Logger } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';
import { createLogger, format, transports } from 'winston';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { broken, good, rejection, type Step, scriptedShop } from '../client/scripted-shop.ts';
import { findLeaks, secrets } from '../errors/leaks.ts';

const { token, email, row, clientSecret, refreshToken } = secrets;

interface Line {
  readonly level: unknown;
  readonly message: unknown;
  readonly [field: string]: unknown;
}

interface RealLogger {
  readonly logger: Logger;
  /** Logs an error as a host would. */
  fail(error: unknown): void;
  /** What was written, as text. */
  lines(): readonly string[];
  /** The same, read. */
  parsed(): readonly Line[];
}

function collector(): { stream: Writable; lines: () => string[] } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, lines: () => text.split('\n').filter((line) => line !== '') };
}

function realPino(): RealLogger {
  const { stream, lines } = collector();
  const logger = pino({ level: 'debug', messageKey: 'message', formatters: { level: (level) => ({ level }) } }, stream);
  return {
    logger,
    fail: (error) => logger.error({ err: error }, 'the call failed'),
    lines,
    parsed: () => lines().map((line) => JSON.parse(line)),
  };
}

function realWinston(): RealLogger {
  const { stream, lines } = collector();
  const winston = createLogger({
    level: 'debug',
    format: format.json(),
    transports: [new transports.Stream({ stream })],
  });
  const at = (level: keyof Logger) => (fields: object, message: string) => void winston.log(level, message, fields);
  return {
    logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    fail: (error) => void winston.error('the call failed', { error }),
    lines,
    parsed: () => lines().map((line) => JSON.parse(line)),
  };
}

const mutation =
  'mutation M($input: CustomerInput!) { customerCreate(input: $input) { userErrors { field message } } }';
const variables = { input: { email, note: row, password: refreshToken } };

/** What a server can repeat: credentials in its texts, and variables in its `extensions`. */
const said = `refused ${token} ${clientSecret}`;
const refused: Step = () =>
  Response.json(
    { data: null, errors: [{ message: said, extensions: { code: 'INVALID_VARIABLE', value: variables.input } }] },
    { headers: { 'x-shopify-api-version': '2026-01', 'x-shopify-api-deprecated-reason': `old ${token}` } },
  );

describe.each([
  ['pino, as it is', realPino],
  ['winston, with the adapter of the docs', realWinston],
])('%s', (_name, create) => {
  it('writes the text, the level and the fields of each line', async () => {
    const real = create();
    const { shop, clock } = scriptedShop([refused], { logger: real.logger, accessToken: token });
    await clock.run(rejection(shop.graphql(mutation, variables)));
    expect(real.parsed()).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: `Shopify served API version 2026-01 instead of ${generatedApiVersion}; move to a supported version`,
        shop: 'acme.myshopify.com',
        asked: generatedApiVersion,
        served: '2026-01',
      }),
      expect.objectContaining({ level: 'warn', operation: 'M', reason: 'old [redacted]' }),
    ]);
  });

  it('shows no token and no customer data, neither in our lines nor of an error that the host logs', async () => {
    const real = create();
    const throwing = (): never => {
      throw new Error('listener');
    };
    for (const step of [refused, broken('ECONNRESET')]) {
      const options = { logger: real.logger, telemetry: throwing, accessToken: token };
      const { shop, clock } = scriptedShop([step, good()], options);
      real.fail(await clock.run(rejection(shop.graphql(mutation, variables))));
    }
    expect(real.lines().length).toBeGreaterThan(4);
    expect(findLeaks({ lines: real.lines() })).toEqual([]);
    // The search does find what stands there.
    real.logger.warn({ token }, `for ${email}`);
    expect(findLeaks({ lines: real.lines() })).toHaveLength(2);
  });

  it('hears of a dead letter and of a refused delivery, without their payloads', async () => {
    const real = create();
    const queue = inProcessQueue({ logger: real.logger, retryDelaysMs: [] });
    queue.process('work', () => Promise.reject(new Error('broke')));
    await queue.enqueue({ type: 'work', payload: { email, row } });
    await queue.close();
    const handler = createWebhookHandler({ secrets: [clientSecret], on: {}, logger: real.logger });
    const headers = { 'x-shopify-hmac-sha256': 'forged', 'x-shopify-topic': 'orders/create' };
    const body = JSON.stringify({ email, row });
    const response = await handler(new Request('https://app.example/', { method: 'POST', headers, body }));
    expect(response.status).toBe(401);
    expect(real.parsed().length).toBeGreaterThan(0);
    for (const line of real.parsed()) expect(line.message).toEqual(expect.any(String));
    expect(findLeaks({ lines: real.lines() })).toEqual([]);
  });
});
