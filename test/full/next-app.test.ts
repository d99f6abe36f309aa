import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, root, run } from '../../.ci/tools/programs.ts';
import { type LoopbackServer, startServer } from '../../src/testing/conformance/transport-harness.ts';

const secret = 'shpss_0123456789abcdef0123456789abcdef';
const folder = mkdtempSync(join(tmpdir(), 'shopwright-next-'));
const app = join(folder, 'app');
const nextBin = join(app, 'node_modules/next/dist/bin/next');

/** With Vitest's NODE_ENV and flags, the build would differ from a user's. The variables for npm and TLS are kept. */
const foreign =
  /^(NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL|SHOPIFY_.*|npm_lifecycle_.*|npm_package_.*)$/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))),
  NEXT_TELEMETRY_DISABLED: '1',
} as NodeJS.ProcessEnv;

const forgetful = `import { shopifyWebhookApiRoute } from 'shopwright/next';
import { handler } from '../../app/webhooks/handler';
export default shopifyWebhookApiRoute(handler);
`;

let server: ChildProcess | undefined;
let origin = '';

/** A shop that creates another product for each mutation. */
let shop: LoopbackServer | undefined;
async function startShop(): Promise<void> {
  let made = 0;
  shop = await startServer((_request, response) => {
    made += 1;
    const data = { productCreate: { product: { id: `gid://shopify/Product/${made}` } } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  });
}

const hostEnv = (): NodeJS.ProcessEnv => ({
  ...env,
  SHOPIFY_API_SECRET: secret,
  SHOPIFY_SHOP: 'acme.myshopify.com',
  SHOPIFY_ACCESS_TOKEN: 'shpat_0123456789abcdef0123456789abcdef',
  SHOPIFY_ORIGIN: shop?.origin,
});

const buildNext = (folderOfApp = '.'): string =>
  run(process.execPath, [nextBin, 'build', folderOfApp], { cwd: app, env: hostEnv(), timeoutMs: 240_000 });

/** Starts `next start` on a free port and waits until it prints its address. */
async function startNext(folderOfApp = '.'): Promise<void> {
  const args = [nextBin, 'start', folderOfApp, '--hostname', '127.0.0.1', '--port', '0'];
  server = spawn(process.execPath, args, { cwd: app, env: hostEnv(), stdio: ['ignore', 'pipe', 'inherit'] });
  if (!server.stdout) throw new Error('next start has no output');
  origin = '';
  const lines = createInterface({ input: server.stdout });
  for await (const line of lines) {
    origin ||= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
    if (line.includes('Ready')) break;
  }
  // Next keeps writing; without a reader the pipe would fill up.
  server.stdout.resume();
}

async function stopNext(): Promise<void> {
  if (server?.exitCode !== null) return;
  server.kill();
  await once(server, 'exit');
}

/** The example app as in a user's project: a copy with the packed tarball installed, built and started. */
beforeAll(async () => {
  cpSync(join(root, 'examples/next-app'), app, {
    recursive: true,
    filter: (path) => !/node_modules|\.next$/.test(path),
  });
  // A common mistake: the body parser of the Pages Router is on.
  writeFileSync(join(app, 'pages/api/parsed.ts'), forgetful);
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], { env });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? 'missing';
  const host = { cwd: app, env, timeoutMs: 240_000 };
  npm(['pkg', 'set', `dependencies.shopwright=file:../${tarball}`], host);
  npm(['install', '--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund', '--no-package-lock'], host);
  await startShop();
  buildNext();
  await startNext();
}, 600_000);

afterAll(async () => {
  await stopNext();
  await shop?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  readonly path?: string;
  readonly topic?: string;
  readonly signedBody?: string;
}

function deliver(
  body: string,
  { path = '/webhooks/shopify', topic = 'products/update', signedBody = body }: Sent = {},
) {
  return fetch(origin + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': 'acme.myshopify.com',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(signedBody).digest('base64'),
    },
    body,
  });
}

const body = JSON.stringify({ id: 42, title: 'Thé vert 緑茶', updated_at: '2026-11-02T12:00:00Z' });

describe.each([
  ['the App Router', '/webhooks/shopify'],
  ['the catch-all of the App Router', '/webhooks/shopify/product/update'],
  ['the edge runtime', '/webhooks/edge'],
  ['the Pages Router', '/api/webhooks/shopify'],
])('examples/next-app, built and started: %s', (_route, path) => {
  it('accepts a signed delivery', async () => {
    expect((await deliver(body, { path })).status).toBe(200);
  });

  it('accepts one of 2 MB', async () => {
    expect((await deliver(JSON.stringify({ id: 1, title: 'ö'.repeat(1024 * 1024) }), { path })).status).toBe(200);
  });

  it('refuses a tampered delivery', async () => {
    const response = await deliver(body.replace('42', '43'), { path, signedBody: body });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'hmac-mismatch' });
  });

  it('answers GET with 405', async () => {
    expect((await fetch(origin + path)).status).toBe(405);
  });
});

describe('the catch-all of examples/next-app', () => {
  it('accepts each topic at its own URL only', async () => {
    const at = (path: string, topic: string) => deliver(body, { path: `/webhooks/shopify/${path}`, topic });
    expect((await at('product/delete', 'products/delete')).status).toBe(200);
    expect((await at('inventory/update', 'inventory_levels/update')).status).toBe(200);
    const wrong = await at('product/delete', 'products/update');
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: 'topic-unexpected' });
    expect((await at('a/b/c', 'products/update')).status).toBe(404);
  });
});

describe('the Pages Router with its body parser on', () => {
  it('responds with 400 and the line that switches it off', async () => {
    const response = await deliver(body, { path: '/api/parsed' });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'body-already-parsed',
      message: expect.stringContaining('export const config = { api: { bodyParser: false } };'),
    });
  });
});

/** The ids on a page: of the products created by its three equal mutations. */
async function idsOn(path: string): Promise<readonly string[]> {
  const response = await fetch(origin + path);
  return (await response.text()).match(/gid:\/\/shopify\/Product\/\d+/g) ?? [];
}

/** Loads a page three times: each of its mutations is sent, and has its own response. */
async function expectEachIsSent(path: string): Promise<void> {
  const before = shop?.requests.length ?? 0;
  const ids = new Set<string>();
  for (let load = 0; load < 3; load += 1) for (const id of await idsOn(path)) ids.add(id);
  expect(ids.size).toBe(9);
  expect((shop?.requests.length ?? 0) - before).toBe(9);
}

describe("Next's cache of fetch", () => {
  const pages = ['/mutations/plain', '/mutations/force-cache', '/mutations/handler'];

  it.each(pages)('does not serve a mutation of %s', expectEachIsSent);

  it('does not serve one in the next build, which finds it unchanged', async () => {
    await stopNext();
    buildNext();
    await startNext();
    for (const page of pages) await expectEachIsSent(page);
  }, 400_000);

  it('does not serve one with cache components', async () => {
    await stopNext();
    buildNext('cache-components');
    await startNext('cache-components');
    await expectEachIsSent('/mutations');
  }, 400_000);
});
