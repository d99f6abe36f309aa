// @ts-nocheck
import { memoryStores } from 'shopwright';
import { createTokenStore } from 'shopwright/auth';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { uninstalledHandler } from 'shopwright/webhooks/compliance';
import { expect, test, vi } from 'vitest';
import { key } from '../auth/token-keys.ts';
import { deliveryOf } from './delivery-request.ts';
import { secret } from './signed-delivery.ts';

const shop = 'acme.myshopify.com';
const pair = {
  accessToken: 'shpat_1',
  accessTokenExpiresAt: 1,
  refreshToken: 'shprt_1',
  refreshTokenExpiresAt: 2,
  scopes: [],
};

async function setup() {
  const clock = createManualClock();
  const store = memoryStores({ clock }).keyValue;
  const tokens = createTokenStore({ store, keys: [key] });
  const onUninstalled = vi.fn();
  const handler = createWebhookHandler({
    secrets: secret,
    store,
    clock,
    on: { 'app/uninstalled': uninstalledHandler({ tokens, onUninstalled, clock }) },
  });
  const send = async (triggeredAtMs: number): Promise<void> => {
    const triggeredAt = new Date(triggeredAtMs).toISOString();
    const payload = { id: 1, myshopify_domain: shop };
    const request = deliveryOf({ topic: 'app/uninstalled', payload, webhookId: 'gone', clock, triggeredAt });
    expect((await handler(request)).status).toBe(200);
  };
  const left = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { shop: of, appId, userId } of tokens.owners()) found.push(`${of} ${appId} ${userId}`);
    return found.sort();
  };
  await tokens.replace({ shop }, undefined, pair);
  await tokens.replace({ shop, userId: '7' }, undefined, pair);
  await tokens.replace({ shop, appId: 'other' }, undefined, pair);
  await tokens.replace({ shop: 'other.myshopify.com' }, undefined, pair);
  return { clock, tokens, send, left, onUninstalled };
}

test('an uninstall takes the tokens of the shop and the app, and of nobody else', async () => {
  const { clock, send, left, onUninstalled } = await setup();
  await clock.advance(60_000);
  await send(clock.now());
  expect(await left()).toEqual(['acme.myshopify.com other undefined', 'other.myshopify.com default undefined']);
  expect(onUninstalled).toHaveBeenCalledOnce();
});

test('one that comes after the shop has installed the app again takes nothing', async () => {
  const { clock, tokens, send, left, onUninstalled } = await setup();
  await clock.advance(60_000);
  const uninstalledAt = clock.now();
  await clock.advance(60_000);
  await tokens.replace({ shop }, (await tokens.get({ shop }))?.version, { ...pair, accessToken: 'shpat_2' });
  await clock.advance(3_600_000);
  await send(uninstalledAt);
  expect(await left()).toHaveLength(4);
  expect(onUninstalled).not.toHaveBeenCalled();
});

test('a time to come, which nobody has signed, does not make it newer than it can be', async () => {
  const { clock, send, left } = await setup();
  await clock.advance(5_000);
  await send(clock.now() + 86_400_000);
  expect(await left()).toHaveLength(4);
});

test('options are checked', () => {
  expect(() => uninstalledHandler({ token: 1 } as never)).toThrow(
    /token: is not an option[\s\S]*tokens: has no owners/,
  );
});
