// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { verifyWebhook } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { createHarness, secret, subscribe, uri } from './subscribed-fake.ts';

const hour = 3_600_000;

describe('the secret', () => {
  const signedWith = (got: readonly { headers: Record<string, string>; body: string }[], secrets: string[]) =>
    got.map(({ headers, body }) => {
      const verified = verifyWebhook({ rawBody: body, headers, secrets });
      return verified.ok ? secrets[verified.secretIndex] : verified.reason;
    });
  const prepared = async () => {
    const harness = createHarness();
    await subscribe(harness.fake, 'SHOP_UPDATE');
    const emit = async (): Promise<void> => {
      harness.fake.emit('shop/update', {});
      await harness.fake.webhooks.settled();
    };
    return { ...harness, emit };
  };

  it('that is new signs after an hour', async () => {
    const { fake, clock, got, emit } = await prepared();
    fake.rotateWebhookSecret('shpss_second');
    await emit();
    await clock.advance(hour - 1);
    await emit();
    await clock.advance(1);
    await emit();
    expect(signedWith(got, [secret, 'shpss_second'])).toEqual([secret, secret, 'shpss_second']);
  });

  it('that is new signs when it is told to', async () => {
    const { fake, clock, got, emit } = await prepared();
    fake.rotateWebhookSecret('shpss_second', { keepOldMs: 60_000 });
    await emit();
    fake.rotateWebhookSecret('shpss_second', { keepOldMs: 0 });
    await emit();
    fake.rotateWebhookSecret('shpss_third', { keepOldMs: 1_000 });
    await clock.advance(1_000);
    fake.rotateWebhookSecret('shpss_fourth');
    await emit();
    expect(signedWith(got, [secret, 'shpss_second', 'shpss_third'])).toEqual([secret, 'shpss_second', 'shpss_third']);
  });

  it('is that of the app which subscribed', async () => {
    const { fake, got } = createHarness({
      apps: [
        { clientId: 'one', clientSecret: 'not used' },
        { clientId: 'two', clientSecret: 'shpss_two', id: 'other' },
      ],
      shops: [{ tokens: { shpat_fake: 'default', shpat_other: 'other', shpat_unknown: 'unknown' } }],
      webhooks: { subscriptions: [{ topics: ['shop/update'], uri }] },
    });
    for (const token of ['shpat_fake', 'shpat_other', 'shpat_unknown']) {
      await subscribe(fake, 'SHOP_UPDATE', {}, token);
    }
    const emit = async (): Promise<unknown[]> => {
      got.length = 0;
      fake.emit('shop/update', {});
      await fake.webhooks.settled();
      return signedWith(got, [secret, 'shpss_two', 'shpss_new']);
    };
    expect(await emit()).toEqual([secret, 'shpss_two', secret, secret]);
    fake.rotateWebhookSecret('shpss_new', { app: 'other', keepOldMs: 0 });
    expect(await emit()).toEqual([secret, 'shpss_new', secret, secret]);
    const rotate = (): void => fake.rotateWebhookSecret('x', { app: 'none' });
    expect(rotate).toThrow('app: is none. Give one of: default, other.');
    expect(rotate).toThrow(expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')));
  });

  it('has a default', async () => {
    const fake = createFakeShopify({ clock: createManualClock() });
    const got: boolean[] = [];
    await subscribe(fake, 'SHOP_UPDATE');
    fake.webhooks.onDelivery(async (request) => {
      const { headers } = request;
      got.push(verifyWebhook({ rawBody: await request.text(), headers, secrets: 'shpss_fake' }).ok);
      return new Response();
    });
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    expect(got).toEqual([true]);
  });
});
