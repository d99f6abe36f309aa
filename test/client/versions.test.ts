import { createShopifyClient, type Logger, type TelemetryEvent } from 'shopwright';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { fakeSync } from '../sync/fake-shop.ts';
import { good, scriptedShop } from './scripted-shop.ts';

const dayMs = 86_400_000;
const query = 'query Q { shop { name } }';

/** When Shopify stops serving 2026-10. */
const end = Date.UTC(2027, 9, 16, 15);

function warnings(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const nothing = (): void => undefined;
  const warn = (_fields: object, message: string): void => void lines.push(message);
  return { logger: { debug: nothing, info: nothing, warn, error: nothing }, lines };
}

/** Clients of two shops of one app, in one process. */
function twoShops(apiVersion: string, now: number) {
  const clock = createManualClock({ now });
  const shops = ['one.myshopify.com', 'two.myshopify.com'];
  const fake = createFakeShopify({ clock, shops: shops.map((domain) => ({ domain })) });
  const events: TelemetryEvent[] = [];
  const { logger, lines } = warnings();
  const call = async (): Promise<void> => {
    for (const shop of shops) {
      const options = { shop, apiVersion, logger, clock, fetch: fake.fetch, accessToken: 'shpat_fake' };
      const client = createShopifyClient({ ...options, telemetry: (event) => events.push(event) });
      await clock.run(client.graphql(query));
    }
  };
  return { clock, call, lines, told: (type: TelemetryEvent['type']) => events.filter((event) => event.type === type) };
}

describe('the end of the API version', () => {
  it('is reported from 90 days before, once a day, with one warning per process', async () => {
    const { clock, call, lines, told } = twoShops('2026-10', end - 90 * dayMs - 1);
    await call();
    expect([told('version-ending'), lines]).toEqual([[], []]);
    await clock.advance(1);
    await call();
    await call();
    const event = { type: 'version-ending', apiVersion: '2026-10', endsAt: end };
    expect(told('version-ending')).toEqual([{ ...event, daysLeft: 90 }]);
    await clock.advance(dayMs);
    await call();
    expect(told('version-ending')).toEqual([
      { ...event, daysLeft: 90 },
      { ...event, daysLeft: 89 },
    ]);
    expect(lines).toEqual(['API version 2026-10 ends in 90 days, on 2027-10-16; move to a later one']);
  });

  it('is reported with one warning once it has passed, and with one if Shopify serves another version', async () => {
    const { call, lines, told } = twoShops('2025-10', Date.UTC(2026, 10, 1));
    await call();
    await call();
    expect(told('version-ending')).toMatchObject([{ apiVersion: '2025-10', daysLeft: -15 }]);
    const fallen = { type: 'api-version', asked: '2025-10', served: '2026-01' };
    expect(told('api-version')).toMatchObject([
      { ...fallen, shop: 'one.myshopify.com' },
      { ...fallen, shop: 'two.myshopify.com' },
    ]);
    expect(lines).toEqual([
      expect.stringContaining('2025-10 expired on 2026-10-16'),
      expect.stringContaining('Shopify served API version 2026-01 instead of 2025-10'),
    ]);
  });

  it('does not exist for `unstable`', () => {
    const { shop } = scriptedShop([good()], { apiVersion: 'unstable' });
    expect(shop.status().versions).toEqual({
      asked: 'unstable',
      served: null,
      endsAt: null,
      daysLeft: null,
      deprecated: [],
    });
  });
});

describe('status() and health()', () => {
  it('report the requested version, the served one, and what uses something deprecated', async () => {
    const headers = { 'x-shopify-api-version': '2027-01', 'x-shopify-api-deprecated-reason': 'Shop.products' };
    const { shop, clock } = scriptedShop([() => Response.json({ data: {} }, { headers })]);
    expect(shop.status().versions).toMatchObject({ asked: '2026-10', served: null, deprecated: [] });
    await clock.run(shop.graphql(query));
    await clock.run(shop.graphql(query));
    expect(shop.status().versions).toEqual({
      asked: '2026-10',
      served: '2027-01',
      endsAt: end,
      daysLeft: Math.ceil((end - clock.now()) / dayMs),
      deprecated: [{ operation: 'Q', reason: 'Shop.products' }],
    });
  });

  it('recommend what to do, and stay healthy', async () => {
    const { fake, client, sync, clock } = fakeSync({ client: { apiVersion: '2025-10' } });
    expect((await sync.health()).recommendations).toEqual([]);
    await clock.run(client.graphql(query));
    const fallen = await sync.health({ maxAgeMs: 0 });
    expect(fallen).toMatchObject({
      status: 'healthy',
      versions: { asked: '2025-10', served: '2026-01', daysLeft: -15 },
    });
    expect(fallen.recommendations).toEqual([
      'Set apiVersion to a version that Shopify serves: it responds with 2026-01 instead of 2025-10.',
    ]);
    await fake.close();
  });

  it('recommend a later version before this one ends, and a replacement of what is deprecated', async () => {
    const { client, sync, clock } = fakeSync();
    await clock.advance(end - clock.now() - 1.5 * dayMs);
    const deprecated = 'query Old { products(first: 1) { nodes { bodyHtml } } }';
    await clock.run(client.graphql(deprecated));
    const { recommendations, status } = await sync.health();
    expect(recommendations).toEqual([
      'Move to a later apiVersion: 2026-10 ends in 2 days.',
      'Replace what Shopify has deprecated in Old.',
    ]);
    expect(status).toBe('healthy');
  });
});
