import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const secret = 'shpss_0123456789abcdef0123456789abcdef';
const folder = mkdtempSync(join(tmpdir(), 'shopwright-next-'));
const app = join(folder, 'app');
const nextBin = join(app, 'node_modules/next/dist/bin/next');

/** Vitest's own NODE_ENV and flags would make another build than a host's. What npm and TLS need stays. */
const foreign =
  /^(NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL|SHOPIFY_.*|npm_lifecycle_.*|npm_package_.*)$/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))),
  NEXT_TELEMETRY_DISABLED: '1',
} as NodeJS.ProcessEnv;

let server: ChildProcess | undefined;
let origin = '';

/** Runs a command to its end; what it printed is shown only if it fails. */
function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, env, timeout: 240_000, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Starts `next start` on a free port and waits until it says where it listens. */
async function startNext(): Promise<void> {
  server = spawn(process.execPath, [nextBin, 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: app,
    env: { ...env, SHOPIFY_API_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!server.stdout) throw new Error('next start has no output');
  const lines = createInterface({ input: server.stdout });
  for await (const line of lines) {
    origin ||= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
    if (line.includes('Ready')) break;
  }
  // Next writes on; without a reader the pipe would fill up.
  server.stdout.resume();
}

/** The example app as a host has it: a copy of its own, with the packed tarball installed, built and started. */
beforeAll(async () => {
  cpSync(join(root, 'examples/next-app'), app, {
    recursive: true,
    filter: (path) => !/node_modules|\.next$/.test(path),
  });
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? 'missing';
  run('npm', ['pkg', 'set', `dependencies.shopwright=file:../${tarball}`], app);
  run('npm', ['install', '--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund', '--no-package-lock'], app);
  run(process.execPath, [nextBin, 'build'], app);
  await startNext();
}, 600_000);

afterAll(async () => {
  if (server?.exitCode === null) {
    server.kill();
    await once(server, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function deliver(body: string, signedBody = body): Promise<Response> {
  return fetch(`${origin}/webhooks/shopify`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'products/update',
      'x-shopify-shop-domain': 'acme.myshopify.com',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(signedBody).digest('base64'),
    },
    body,
  });
}

describe('examples/next-app, built and started', () => {
  const body = JSON.stringify({ id: 42, title: 'Thé vert 緑茶', updated_at: '2026-11-02T12:00:00Z' });

  it('takes a signed delivery', async () => {
    expect((await deliver(body)).status).toBe(200);
  });

  it('refuses a tampered delivery', async () => {
    const response = await deliver(body.replace('42', '43'), body);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'hmac-mismatch' });
  });

  it('answers GET with 405', async () => {
    expect((await fetch(`${origin}/webhooks/shopify`)).status).toBe(405);
  });
});
