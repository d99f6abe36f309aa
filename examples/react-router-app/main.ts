// Installs, builds and starts the app on a fake Shopify, and acts as a merchant and as Shopify:
// `npm run example:react-router`. It takes a minute, most of it to install Shopify's packages.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createFakeShopify } from 'shopwright/testing';
import { npm } from '../../.ci/tools/programs.ts';

const shop = 'demo.myshopify.com';
const [clientId, clientSecret] = ['template', 'shpss_template'];

/** A copy with the packed package, as in a user's project. */
function installInto(folder: string): void {
  cpSync(join(import.meta.dirname, 'template'), folder, {
    recursive: true,
    filter: (path) => !/node_modules|build|\.react-router/.test(path),
  });
  npm(['pack', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? 'missing';
  npm(['pkg', 'set', `dependencies.shopwright=file:${tarball}`], { cwd: folder });
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts the app, and prints its log of jobs and webhooks. */
async function start(folder: string, port: number, fakeOrigin: string) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['node_modules/@react-router/serve/bin.js', 'build/server/index.js'],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...{ PORT: String(port), HOST: '127.0.0.1', NODE_ENV: 'production', FAKE_ORIGIN: fakeOrigin },
        NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'shop-network.ts'))}`,
        ...{ SHOPIFY_API_KEY: clientId, SHOPIFY_API_SECRET: clientSecret, SHOPIFY_APP_URL: `http://127.0.0.1:${port}` },
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said: string[] = [];
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    said.push(line);
    if (/^(?:job|products\/update):/.test(line)) console.log(`  ${line}`);
  });
  const says = async (part: string): Promise<void> => {
    const endsAt = Date.now() + 30_000;
    while (!said.some((line) => line.includes(part))) {
      if (child.exitCode !== null || Date.now() > endsAt) throw new Error(`The app did not say "${part}".`);
      await setTimeout(20);
    }
  };
  await says('http://');
  return { says, stop: () => child.kill() };
}

const folder = mkdtempSync(join(tmpdir(), 'react-router-app-'));
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
await using fake = createFakeShopify({
  shops: [{ domain: shop, tokens: {} }],
  apps: [{ clientId, clientSecret }],
  webhooks: {
    subscriptions: [
      { topics: ['products/update'], uri: `${origin}/webhooks/shopwright` },
      { topics: ['app/uninstalled'], uri: `${origin}/webhooks/app/uninstalled` },
    ],
  },
});
let stop: () => unknown = () => undefined;
try {
  installInto(folder);
  // The steps of a project before it is built.
  if (process.argv.includes('--typecheck')) npm(['run', '--silent', 'typecheck'], { cwd: folder });
  npm(['run', '--silent', 'build'], { cwd: folder });
  const fakeServer = await fake.listen();
  const app = await start(folder, port, fakeServer.origin);
  stop = app.stop;

  const sessionToken = fake.issueSessionToken();
  const opened = new URLSearchParams({
    ...{ embedded: '1', shop, host: Buffer.from(`${shop}/admin`).toString('base64'), id_token: sessionToken },
  });
  // Shopify's library rejects bots.
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0' };
  const page = await fetch(`${origin}/app?${opened}`, { headers: browser });
  const isShown = (await page.text()).includes(shop);
  console.log(`The merchant opens the app: ${page.status}, ${isShown ? 'installed' : 'and another page'}`);

  const push = async (title: string): Promise<void> => {
    const { status } = await fetch(`${origin}/app.data`, {
      method: 'POST',
      headers: { ...browser, authorization: `Bearer ${sessionToken}` },
      body: new URLSearchParams({ title }),
    });
    console.log(`The merchant pushes "${title}": ${status}`);
  };
  await push('Linen tee');
  await app.says('job: created');
  await push('Cotton tee');
  await app.says('products/update: Cotton tee');

  fake.emit('app/uninstalled', { myshopify_domain: shop });
  await fake.webhooks.settled();
  for (const { topic, uri, attempts } of fake.deliveries) {
    console.log(`${topic} to ${new URL(uri).pathname}: ${attempts.map(({ status }) => status).join(', ')}`);
  }
  console.log(`Products of the shop: ${fake.products().map(({ title }) => title)}`);
} finally {
  stop();
  rmSync(folder, { recursive: true, force: true });
}
