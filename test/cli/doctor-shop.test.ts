import { describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { categoryOf, day, fromStore, isolateDoctor, now, place, secret, setUp, shop, url } from './doctor-harness.ts';

isolateDoctor();

const everything = [
  '--scopes',
  'read_products',
  '--bulk',
  '--webhook-url',
  url,
  '--topics',
  'products/update,customers/redact',
];

describe('a shop', () => {
  it('has nothing wrong where all is well', async () => {
    const { save, subscribe, run, fake } = await setUp();
    fromStore();
    await save();
    await subscribe('PRODUCTS_UPDATE');
    const before = fake.executions.length;
    const { code, findings, passed, skipped } = await run(...everything);
    expect([code, findings]).toEqual([0, []]);
    expect(skipped.filter(({ reason }) => !/^(pass|there is no store)/.test(reason))).toEqual([]);
    expect(passed).toContain('client-secret-wrong');
    expect(fake.executions.slice(before).filter(({ operation }) => operation === 'stagedUploadsCreate')).toEqual([]);
  });

  it('client-secret-wrong', async () => {
    const { run, app } = await setUp();
    place.doctorApp = { ...app, clientSecret: 'shpss_other' };
    expect(await run()).toMatchObject({ code: 1, ids: expect.arrayContaining(['client-secret-wrong']) });
    place.doctorApp = { ...app, clientId: 'other' };
    expect((await run()).ids).toContain('client-secret-wrong');
  });

  it('token-refused, for a wrong one, and for one that has expired', async () => {
    const { run, save } = await setUp();
    vi.stubEnv('SHOPIFY_ACCESS_TOKEN', 'shpat_wrong');
    const { code, findings, skipped } = await run(...everything);
    expect([code, findings]).toEqual([
      1,
      [
        {
          id: 'token-refused',
          severity: 'error',
          message: expect.stringContaining('refuses the access token (401)'),
          fix: expect.stringContaining('access token'),
          link: 'docs/doctor.md#token-refused',
        },
      ],
    ]);
    expect(skipped).toContainEqual({ id: 'scope-missing', reason: expect.stringContaining('see token-refused') });
    fromStore();
    expect((await run()).findings).toMatchObject([
      { id: 'token-refused', message: expect.stringContaining('has no token') },
    ]);
    await save({ accessTokenExpiresAt: now - 1, refreshToken: null, refreshTokenExpiresAt: null });
    expect((await run()).findings).toMatchObject([
      { id: 'token-refused', message: expect.stringContaining('has expired') },
    ]);
  });

  it('token-never-expires of a public app, a warning before 2027 and an error after', async () => {
    const { run } = await setUp();
    expect(await run()).toMatchObject({ code: 2, findings: [{ id: 'token-never-expires', severity: 'warning' }] });
    const later = await setUp(categoryOf('PUBLIC'), Date.UTC(2027, 0, 2));
    expect(await later.run()).toMatchObject({ code: 1, findings: [{ id: 'token-never-expires', severity: 'error' }] });
    const custom = await setUp(categoryOf('CUSTOM'));
    expect(await custom.run()).toMatchObject({ code: 0, ids: [] });
    const asItComes = await setUp({});
    expect((await asItComes.run()).passed).toContain('token-never-expires');
    const refused = await setUp({
      apps: [{ clientId: 'fake-client-id', clientSecret: secret, refusesNonExpiringTokens: true }],
    });
    expect(await refused.run()).toMatchObject({
      code: 1,
      findings: [{ id: 'token-never-expires', severity: 'error' }],
    });
  });

  it('refresh-token-ending, of any shop of the app', async () => {
    const { run, save } = await setUp();
    fromStore();
    await save();
    await save({ refreshTokenExpiresAt: now + 13 * day }, 'soon.myshopify.com');
    const soon = await run();
    expect(soon).toMatchObject({ code: 2, findings: [{ id: 'refresh-token-ending', severity: 'warning' }] });
    expect(soon.findings[0]?.message).toContain('soon.myshopify.com');
    await save({ refreshTokenExpiresAt: now - 1 }, 'gone.myshopify.com');
    expect(await run()).toMatchObject({ code: 1, findings: [{ id: 'refresh-token-ending', severity: 'error' }] });
  });

  it('scope-missing', async () => {
    const { run } = await setUp({ ...categoryOf('CUSTOM'), shops: [{ scopes: ['write_products'] }] });
    expect(await run('--scopes', 'read_products')).toMatchObject({ code: 0 });
    const { code, findings } = await run('--scopes', 'read_products, read_orders');
    expect([code, findings]).toMatchObject([
      1,
      [{ id: 'scope-missing', message: `${shop} has not granted read_orders.` }],
    ]);
  });
});

describe('what a shop says beside its data', () => {
  const custom = categoryOf('CUSTOM');

  it('ip-not-allowed', async () => {
    const { run, fake } = await setUp(custom);
    fake.faults.next('ip-not-allowed', { times: 9 });
    expect((await run()).ids).toEqual(['ip-not-allowed']);
  });

  it.each([['queries'], ['mutations']] as const)('bulk-not-enabled, for %s, where the app uses them', async (type) => {
    const { run, fake } = await setUp(custom);
    fake.bulk.disable(type);
    expect((await run()).skipped).toContainEqual({ id: 'bulk-not-enabled', reason: expect.stringContaining('--bulk') });
    const { findings } = await run('--bulk');
    expect(findings).toMatchObject([{ id: 'bulk-not-enabled', message: `${shop} denies the app bulk ${type}.` }]);
  });

  it('shop-domain-wrong: one that is none, and one that is not there', async () => {
    const { run } = await setUp(custom);
    expect((await run('--shop', 'https://www.acme.com/x')).ids).toEqual(['shop-domain-wrong']);
    expect((await run('--shop', 'nobody')).ids).toEqual(['shop-domain-wrong']);
    vi.stubEnv('SHOPIFY_STORE_URL', 'acme.example.com');
    expect((await run()).ids).toEqual(['shop-domain-wrong']);
  });

  it('version-ending, and not while there is time', async () => {
    const { run } = await setUp(custom);
    vi.stubEnv('SHOPIFY_API_VERSION', '2026-01');
    const { code, findings } = await run();
    expect([code, findings]).toMatchObject([
      2,
      [{ id: 'version-ending', message: expect.stringContaining('ends in 48 days') }],
    ]);
    vi.stubEnv('SHOPIFY_API_VERSION', '2026-04');
    expect((await run()).ids).toEqual([]);
  });

  it('version-fallen-forward', async () => {
    const { run, fake } = await setUp(custom);
    fake.faults.next('version-fall-forward', { operation: 'GrantedScopes' });
    expect(await run()).toMatchObject({ code: 1, ids: ['version-fallen-forward'] });
  });

  it('deprecated-fields', async () => {
    const { run, fake } = await setUp(custom);
    fake.faults.next('deprecated', { operation: 'GrantedScopes' });
    const { code, findings } = await run();
    expect([code, findings]).toMatchObject([
      2,
      [{ id: 'deprecated-fields', message: expect.stringContaining('Shop.products') }],
    ]);
  });

  it.each([
    [180_000, 'behind'],
    [-180_000, 'ahead of'],
  ])('clock-off by %d ms', async (delayMs, where) => {
    const { run, fake } = await setUp(custom);
    fake.faults.next('clock-skew', { times: 9, delayMs });
    const { findings } = await run();
    expect(findings).toMatchObject([
      { id: 'clock-off', message: expect.stringMatching(new RegExp(`1(79|80) s ${where} Shopify`)) },
    ]);
  });

  it('a clock that is off by half a minute passes', async () => {
    const { run, fake } = await setUp(custom);
    fake.faults.next('clock-skew', { times: 9, delayMs: 30_000 });
    expect((await run()).ids).toEqual([]);
  });

  it('webhook-address-old, compared with addresses of the same kind', async () => {
    const { run, subscribe } = await setUp(custom);
    await subscribe('PRODUCTS_UPDATE');
    await subscribe('ORDERS_CREATE', 'https://old.example/webhooks?key=topsecret');
    await subscribe('APP_UNINSTALLED', 'pubsub://project:topic');
    const { findings, skipped } = await run('--webhook-url', url);
    expect(findings).toMatchObject([
      {
        id: 'webhook-address-old',
        message: 'Webhooks go to another address: orders/create to https://old.example/webhooks.',
      },
    ]);
    expect(skipped.map(({ id }) => id)).toContain('webhook-without-handler');
  });

  it('webhook-without-handler and webhook-subscription-removed', async () => {
    const { run, subscribe } = await setUp(custom);
    await subscribe('PRODUCTS_UPDATE');
    await subscribe('ORDERS_CREATE');
    expect(await run('--topics', 'products/update')).toMatchObject({ code: 2, ids: ['webhook-without-handler'] });
    const { findings } = await run('--topics', 'products/update,orders/create,app/uninstalled');
    expect(findings).toMatchObject([
      { id: 'webhook-subscription-removed', message: expect.stringContaining('app/uninstalled') },
    ]);
  });

  it.each([
    ['frozen', 'shop-unavailable'],
    ['locked', 'shop-unavailable'],
    ['uninstalled', 'token-refused'],
  ] as const)('a shop that is %s: %s', async (state, id) => {
    const { run, fake } = await setUp(custom);
    fake.setShopState(shop, state);
    expect((await run()).ids).toEqual([id]);
  });

  it('gives up on a shop that does not answer, within the time limit', async () => {
    const { run, fake, clock } = await setUp(custom);
    fake.faults.next('hang', { times: 99 });
    const begun = clock.monotonic();
    const running = run();
    // The module of the app is read from disk first.
    await vi.waitFor(() => expect(clock.pending).toBeGreaterThan(0));
    const { ids, skipped } = await clock.run(running);
    expect(ids).toEqual(['shop-unreachable']);
    expect(skipped.map(({ id }) => id)).toContain('client-secret-wrong');
    expect(clock.monotonic() - begun).toBeLessThanOrEqual(10_000);
  });

  it('says what is skipped where there is no shop, and what is invalid in the environment', async () => {
    const { run } = await setUp(custom);
    vi.stubEnv('SHOPIFY_STORE_URL', undefined);
    const { code, skipped } = await run();
    expect([code, skipped]).toEqual([
      0,
      expect.arrayContaining([
        { id: 'token-refused', reason: 'the shop is missing: set SHOPIFY_STORE_URL, or pass --shop' },
      ]),
    ]);
    vi.stubEnv('SHOPIFY_STORE_URL', shop);
    vi.stubEnv('SHOPIFY_SYNC_QUEUE', 'a:b');
    expect((await run()).ids).toEqual(['configuration-invalid']);
  });
});

it('prints for people, with the fix and the page', async () => {
  const { file } = await setUp();
  const out: string[] = [];
  const code = await runShopwright(['doctor', '--app', file], {
    out: (line) => void out.push(line),
    error: (line) => void out.push(line),
    stop: new AbortController().signal,
  });
  expect([code, out.slice(0, 4), out.at(-1)]).toEqual([
    2,
    [
      'WARNING token-never-expires',
      `  The token of ${shop} never expires, and the app is public: Shopify refuses them from 2027-01-01 on.`,
      expect.stringContaining('  Fix: Exchange such tokens'),
      '  See docs/doctor.md#token-never-expires',
    ],
    expect.stringMatching(/^0 errors, 1 warning; \d+ checks passed, \d+ skipped\.$/),
  ]);
});

it('says which option the client refuses', async () => {
  const { run } = await setUp(categoryOf('CUSTOM'));
  const { findings } = await run('--origin', 'http://10.0.0.1:81');
  expect(findings).toMatchObject([
    { id: 'configuration-invalid', message: expect.stringMatching(/^origin is plain http to another machine/) },
  ]);
});
