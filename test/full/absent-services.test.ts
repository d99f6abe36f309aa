import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const needingPostgres = 'test/storage/postgres/migrations.test.ts';
const needingRedis = 'test/limiter/redis/conformance.test.ts';
const needingNone = 'test/storage/postgres/options.test.ts';

/** A port of this machine without a listener. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs test files on a machine without Redis and Postgres, like `npm test`. */
async function runWithoutServices(files: readonly string[], environment: NodeJS.ProcessEnv) {
  const port = await closedPort();
  const { CI: _, SERVICES: _tier, VITEST: _own, ...inherited } = process.env;
  const env = {
    ...inherited,
    REDIS_URL: `redis://127.0.0.1:${port}`,
    POSTGRES_URL: `postgres://postgres@127.0.0.1:${port}/test`,
    NO_COLOR: '1',
    ...environment,
  };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--reporter=verbose', ...files], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('the tests, on a machine without Redis and Postgres,', () => {
  it('pass, and print which suites they skipped', async () => {
    const { code, output } = await runWithoutServices([needingPostgres, needingRedis, needingNone], {});
    expect(code, output).toBe(0);
    expect(output).toContain('!! SKIPPED: Postgres does not answer at 127.0.0.1:');
    expect(output).toContain('!! SKIPPED: Redis does not answer at 127.0.0.1:');
    expect(output).toMatch(/Test Files +1 passed \| 2 skipped/);
    expect(output).toMatch(/Tests .*\d+ passed \| \d+ skipped/);
  });

  it('fail with CI set, and name what is missing', async () => {
    const { code, output } = await runWithoutServices([needingPostgres, needingRedis], { CI: 'true' });
    expect(code, output).toBe(1);
    expect(output).toContain('has Postgres');
    expect(output).toContain('has Redis');
    expect(output).toMatch(/Postgres does not answer at 127\.0\.0\.1:\d+/);
    expect(output).not.toContain('SKIPPED');
    expect(output).not.toMatch(/Tests .*passed/);
  });
});
