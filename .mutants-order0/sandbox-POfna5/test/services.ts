// @ts-nocheck
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** A server that some suites need. */
export interface Service {
  /** Where it is, such as `redis://127.0.0.1:6379/3`. */
  readonly url: string;
  /** vitest's `describe`; without the service its suite is skipped, or fails where `CI` is set, unless `SERVICES` is `optional`. */
  describe(name: string, body: () => void): void;
}

/** Whether somebody there gives a fitting answer to that greeting within a second. */
function answers(url: URL, defaultPort: number, greeting: string | Buffer, fits: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: url.hostname, port: Number(url.port || defaultPort) });
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('connect', () => socket.write(greeting));
    socket.on('data', (answer) => end(fits.test(answer.toString())));
  });
}

/** vitest's `describe` where that is there; where it is not, one whose suites say loudly that they did not run. */
function describeOrSkip(name: string, isThere: boolean, problem: string): Service['describe'] {
  if (isThere) return describe;
  const mustRun = Boolean(process.env['CI']) && process.env['SERVICES'] !== 'optional';
  if (!mustRun) process.stderr.write(`\n!! SKIPPED: ${problem}: the suites that need it do not run.\n`);
  const fail = (): void =>
    void it(`has ${name}`, () => {
      throw new Error(problem);
    });
  return (suite, body) => {
    if (mustRun) describe(suite, fail);
    else describe.skip(suite, body);
  };
}

function serviceOrSkip(name: string, { href: url, host }: URL, isThere: boolean): Service {
  return { url, describe: describeOrSkip(name, isThere, `${name} does not answer at ${host}`) };
}

/** vitest's `describe` for suites that start a `redis-server` of their own; without one they are skipped, or fail. */
export function redisServerOrSkip(): Service['describe'] {
  const isThere = spawnSync('redis-server', ['--version']).status === 0;
  return describeOrSkip('redis-server', isThere, 'there is no redis-server to start');
}

/**
 * Redis at `REDIS_URL`, by default on this machine.
 *
 * @param database Each test file takes its own, so that files that run side by side do not meet.
 */
export async function redisOrSkip(database: number): Promise<Service> {
  const url = new URL(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');
  url.pathname = `/${database}`;
  // A server that wants a password is there as well.
  return serviceOrSkip('Redis', url, await answers(url, 6379, 'PING\r\n', /^[+-]/));
}

/**
 * Postgres at `POSTGRES_URL`, by default the database `test` on this machine. Each test file works in a schema
 * of its own, so that files that run side by side do not meet.
 */
export async function postgresOrSkip(): Promise<Service> {
  const url = new URL(process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test');
  // The question whether it speaks TLS: https://www.postgresql.org/docs/current/protocol-message-formats.html
  const greeting = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
  return serviceOrSkip('Postgres', url, await answers(url, 5432, greeting, /^[SN]/));
}

/** Chromium of `CHROMIUM` or of this machine, and vitest's `describe`; without one the suites are skipped, or fail. */
export function browserOrSkip(): { readonly path: string | undefined; readonly describe: Service['describe'] } {
  const names = process.env['CHROMIUM'] ? [process.env['CHROMIUM']] : ['chromium', 'chromium-browser', 'google-chrome'];
  const isProgram = (name: string): boolean => spawnSync(name, ['--version']).status === 0;
  const name = names.find(isProgram);
  const folders = name?.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  const path = name && folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  return { path, describe: describeOrSkip('Chromium', path !== undefined, 'there is no Chromium to start') };
}
