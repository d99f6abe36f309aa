import { randomBytes } from 'node:crypto';
import { memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { createFakeShopify } from 'shopwright/testing';
import { expect, it, onTestFinished } from 'vitest';
import { install } from './install.ts';
import { start } from './start.ts';

const shop = 'demo.myshopify.com';

async function started() {
  const fake = createFakeShopify();
  const { origin } = await fake.listen();
  const tokens = createTokenStore({ store: memoryStores().keyValue, keys: [{ id: 'one', secret: randomBytes(32) }] });
  const said: string[] = [];
  const credentials = { clientId: 'fake-client-id', clientSecret: 'shpss_fake' };
  const { url, server } = await start({ ...credentials, tokens, port: 0, origin, say: (line) => said.push(line) });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await fake.close();
  });
  return { fake, tokens, said, url };
}

it('a shop installs the app, and its tokens work at once', async () => {
  const { tokens, said, url } = await started();
  const visits = await install(`${url}/auth?shop=${shop}`);
  expect(visits.map(({ status }) => status)).toEqual([302, 302, 302, 200]);
  expect(visits.at(-1)?.url).toBe(`${url}/`);
  expect(said).toEqual([`installed by ${shop}, which calls itself "demo"`]);
  expect((await tokens.get({ shop }))?.tokens.refreshToken).toMatch(/^shprt_/);
});

it('an address of another shop or person is refused', async () => {
  const { said, url, tokens } = await started();
  const visits = await install(`${url}/auth?shop=${shop}`);
  const callback = visits[2]?.url ?? '';
  expect(await install(callback)).toMatchObject([{ status: 400 }]);
  expect(await install(`${url}/auth?shop=${shop}.evil.example`)).toMatchObject([{ status: 400 }]);
  expect(said.slice(1)).toEqual(['not installed: cookie-missing']);
  expect(await tokens.get({ shop: 'evil.example' })).toBeUndefined();
});

it('a shop that does not respond is reported', async () => {
  const { fake, said, url } = await started();
  fake.faults.next('status-503', { operation: 'POST oauth/access_token' });
  expect((await install(`${url}/auth?shop=${shop}`)).at(-1)).toMatchObject({ status: 502 });
  expect(said).toEqual([`not installed by ${shop}: exchange-failed`]);
});
