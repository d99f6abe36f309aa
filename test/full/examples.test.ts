import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { postgresOrSkip, redisOrSkip } from '../services.ts';
import { sourceProgram } from '../source-program.ts';

const redis = await redisOrSkip(0);
const postgres = await postgresOrSkip();

/** Runs an example by its command, on the built package, without shop settings in its environment. */
async function example(name: string, settings: NodeJS.ProcessEnv = {}, args: readonly string[] = []) {
  const { SHOPIFY_SHOP: _shop, SHOPIFY_ACCESS_TOKEN: _token, ...env } = process.env;
  const program = sourceProgram(new URL(`../../examples/${name}/main.ts`, import.meta.url), args);
  const child = spawn(process.execPath, program, { env: { ...env, ...settings } });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  return { code, out, errors };
}

it('nightly-sync runs four nights', async () => {
  const { code, out, errors } = await example('nightly-sync');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(out.match(/^exit code \d$/gm)).toEqual(['exit code 0', 'exit code 0', 'exit code 2', 'exit code 1']);
});

it('order-feed reads orders, and the fulfilment it has sent', async () => {
  const { code, out, errors } = await example('order-feed');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(out).toMatch(/^sent #1001$[\s\S]*^#1001 FULFILLED/m);
});

describe('react-router-app, beside Shopify’s own library', () => {
  it('installs, type-checks, builds, pushes from a job with the tokens of the sessions, and receives webhooks', async () => {
    const { code, out, errors } = await example('react-router-app', {}, ['--typecheck']);
    expect({ code, errors }).toEqual({ code: 0, errors: expect.any(String) });
    expect(out).toMatch(/^The merchant opens the app: 200, installed$/m);
    expect(out).toMatch(/^ {2}job: created Linen tee$/m);
    expect(out).toMatch(/^ {2}job: updated Cotton tee$/m);
    expect(out).toMatch(/^ {2}products\/update: Cotton tee of demo\.myshopify\.com$/m);
    expect(out).toMatch(/^products\/update to \/webhooks\/shopwright: 200$/m);
    expect(out).toMatch(/^app\/uninstalled to \/webhooks\/app\/uninstalled: 200$/m);
    expect(out).toMatch(/^Products of the shop: Cotton tee$/m);
  }, 600_000);

  it('needs at most 80 lines more than the template', () => {
    const app = join(import.meta.dirname, '../../examples/react-router-app/template/app');
    const linesOf = (file: string): readonly string[] => readFileSync(join(app, file), 'utf8').trimEnd().split('\n');
    const added = ['shopwright.server.ts', 'routes/webhooks.shopwright.tsx'].flatMap(linesOf);
    const changed = ['routes.ts', 'routes/app.tsx']
      .flatMap(linesOf)
      .filter((line) => /shopwright|queuePush|\btitle\b/.test(line));
    expect(changed.length).toBeGreaterThan(4);
    expect(added.length + changed.length).toBeLessThanOrEqual(80);
  });
});

redis.describe('many-processes, with Redis', () => {
  postgres.describe('and Postgres', () => {
    const services = { REDIS_URL: redis.url, POSTGRES_URL: postgres.url };

    it('pushes a run by two workers, each product once', async () => {
      const { code, out, errors } = await example('many-processes', services);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(out).toMatch(/^POST \/runs\/autumn: 202, 202$/m);
      expect(out).toMatch(/^finished: 100 of 100$/m);
      expect(out).toMatch(/^Mutations by worker: [1-9]\d* and [1-9]\d*\. 100 pushes made 100 products of 100\.$/m);
    });

    it('names the service that is missing', async () => {
      const { code, out, errors } = await example('many-processes', { ...services, REDIS_URL: 'redis://127.0.0.1:1' });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(errors).toMatch(/^This example needs Redis at 127\.0\.0\.1:1, which did not respond\./);
    });
  });
});
