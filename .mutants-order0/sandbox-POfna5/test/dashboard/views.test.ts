// @ts-nocheck
import { memoryStores, type SyncRecord, type SyncStatus } from 'shopwright';
import type { DashboardEvent } from 'shopwright/dashboard';
import { createProductSync } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { secrets } from '../errors/leaks.ts';
import { act, ask, openDashboard, read } from './open-dashboard.ts';

const shop = 'demo.myshopify.com';

const recordOf = (localId: string, status: SyncStatus = 'synced', more: Partial<SyncRecord> = {}): SyncRecord => ({
  shop,
  localId,
  version: 1,
  gid: null,
  status,
  hash: null,
  parts: null,
  lastError: null,
  attempts: 0,
  lastSyncData: null,
  lastSyncedAt: null,
  lastAttemptAt: null,
  shopifyUpdatedAt: null,
  ...more,
});

interface RecordPage {
  readonly records: readonly { readonly localId: string; readonly status: string }[];
  readonly next: string | null;
}

describe('records', () => {
  async function withRecords() {
    const made = openDashboard();
    const numbers = Array.from({ length: 120 }, (_, number) => String(number).padStart(3, '0'));
    await made.stores.records.putMany([
      ...numbers.map((number) => recordOf(`shirt-${number}`, Number(number) % 10 === 0 ? 'failed' : 'synced')),
      recordOf('shirt', 'pending'),
      recordOf('trousers-1', 'synced', { gid: 'gid://shopify/Product/123456' }),
    ]);
    const idsOf = async (query: string): Promise<readonly string[]> =>
      (await read<RecordPage>(made.dashboard, `?data=records${query}`)).records.map(({ localId }) => localId);
    return { ...made, idsOf };
  }

  it('come page by page, to the last', async () => {
    const { dashboard } = await withRecords();
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: RecordPage = await read(dashboard, `?data=records${after && `&after=${after}`}`);
      seen.push(...page.records.map(({ localId }) => localId));
      sizes.push(page.records.length);
      after = page.next;
    }
    expect(sizes).toEqual([50, 50, 22]);
    expect(new Set(seen).size).toBe(122);
  });

  it('are found by status, by the begin of their local id, by gid and by its number', async () => {
    const { idsOf } = await withRecords();
    expect(await idsOf('&status=failed')).toHaveLength(12);
    expect(await idsOf('&status=pending')).toEqual(['shirt']);
    expect(await idsOf('&q=shirt-11')).toEqual(Array.from({ length: 10 }, (_, one) => `shirt-11${one}`));
    expect((await idsOf('&q=shirt')).slice(0, 2)).toEqual(['shirt', 'shirt-000']);
    expect(await idsOf('&q=shirt-11&status=failed')).toEqual(['shirt-110']);
    expect(await idsOf('&q=trousers-1')).toEqual(['trousers-1']);
    expect(await idsOf('&q=gid://shopify/Product/123456')).toEqual(['trousers-1']);
    expect(await idsOf('&q=123456')).toEqual(['trousers-1']);
    expect(await idsOf('&q=123456&status=failed')).toEqual([]);
    expect(await idsOf('&q=nobody')).toEqual([]);
    expect(await idsOf('&shop=other.myshopify.com')).toEqual([]);
  });
});

describe('a product', () => {
  it('has a history with what changed, from and to', async () => {
    const { dashboard, sync, clock } = openDashboard();
    const draft = { localId: 'tee-1', title: 'Tee', variants: [{ sku: 'TEE', price: '1.00' }] };
    const first = await clock.run(sync.pushMany([draft]));
    await clock.run(sync.push({ ...draft, title: `<img src=x onerror=alert(1)> ${'x'.repeat(200)}` }));
    const { record, entries } = await read<{ record: object; entries: readonly object[] }>(
      dashboard,
      '?data=product&id=tee-1',
    );
    expect(record).toMatchObject({ localId: 'tee-1', status: 'synced', gid: expect.stringContaining('gid://') });
    const to = expect.stringMatching(/^<img src=x onerror=alert\(1\)> x+…$/);
    expect(entries).toMatchObject([
      { action: 'update', runId: null, changes: [{ list: 'product', field: 'title', from: 'Tee', to }] },
      { action: 'create', runId: first.runId },
    ]);
    expect((await ask(dashboard, '?data=product&id=nobody')).status).toBe(404);
    const { runs } = await read<{ runs: object }>(dashboard, '?data=now');
    expect(runs).toMatchObject({ canSteer: false, runs: [{ id: first.runId, products: 1, kind: 'create' }] });
  });
});

describe('a part that cannot be read', () => {
  it('says its code, and leaves the others alone', async () => {
    const stores = memoryStores();
    const made = openDashboard();
    const broken = createProductSync({ client: made.client, stores, clock: made.clock });
    const { dashboard } = openDashboard({ sync: broken });
    await stores.close();
    const now = await read<Record<string, unknown>>(dashboard, '?data=now');
    expect(now['health']).toEqual({ error: 'STORAGE_FAILED' });
    expect(now['queues']).toMatchObject([{ stats: { waiting: 0 } }]);
    expect((await ask(dashboard, '?data=records')).status).toBe(500);
  });
});

describe('tokens', () => {
  it('that will stop working are listed, the soonest first, and never shown', async () => {
    const day = 86_400_000;
    const now = Date.UTC(2026, 10, 1);
    const common = { accessToken: secrets.token, scopes: [] };
    const entries = {
      'soon.myshopify.com': [now + day, secrets.refreshToken, now + 3 * day],
      'fine.myshopify.com': [now + day, secrets.refreshToken, now + 80 * day],
      'over.myshopify.com': [now - day, null, null],
      'never.myshopify.com': [null, null, null],
    } as const;
    const { dashboard } = openDashboard({
      tokens: {
        async *owners() {
          for (const shop of Object.keys(entries)) yield { shop, appId: 'default' };
          yield { shop: 'fine.myshopify.com', appId: 'default', userId: '1' };
          yield { shop: 'damaged.myshopify.com', appId: 'default' };
        },
        get: async ({ shop }) => {
          const found = entries[shop as keyof typeof entries];
          if (!found) throw new Error(secrets.token);
          const [accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt] = found;
          return { version: '1', tokens: { ...common, accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt } };
        },
      },
    });
    const { tokens } = await read<{ tokens: object }>(dashboard, '?data=now');
    expect(tokens).toEqual({
      failing: [],
      stored: {
        ending: [
          { shop: 'over.myshopify.com', appId: 'default', endsAt: now - day, why: 'no-refresh-token' },
          { shop: 'soon.myshopify.com', appId: 'default', endsAt: now + 3 * day, why: 'refresh-token' },
        ],
        more: 0,
        neverExpiring: 1,
        unreadable: 1,
        isAll: true,
      },
    });
  });
});

const call = { shop, operation: 'ProductPush', callId: '1' } as const;
const delivery = {
  type: 'webhook',
  topic: 'products/update',
  shop,
  lagMs: 500,
  reason: null,
} as const;

const attempt = (actualCost: number | null, errorCode: string | null = null): DashboardEvent => ({
  type: 'attempt',
  ...call,
  attempt: 1,
  status: 200,
  errorCode,
  durationMs: 1,
  requestedCost: 10,
  actualCost,
  available: null,
  requestId: null,
});

describe('events', () => {
  it('become figures of the last hour, by minute', async () => {
    const { dashboard, clock } = openDashboard();
    const events: readonly DashboardEvent[] = [
      attempt(10),
      attempt(null, 'THROTTLED'),
      { type: 'retry', ...call, attempt: 1, delayMs: 10, errorCode: 'THROTTLED' },
      { ...delivery, outcome: 'handled' },
      { ...delivery, outcome: 'stale' },
      { ...delivery, outcome: 'duplicate' },
      { ...delivery, outcome: 'failed' },
      { ...delivery, outcome: 'unavailable', reason: 'busy' },
      { ...delivery, outcome: 'refused', topic: null, shop: null, reason: 'signature-invalid' },
      { topic: 'products/update', shop, webhookId: '1', effect: 'unknown-product' },
      { type: 'api-version', shop, asked: '2025-01', served: '2026-01' },
      { type: 'deprecation', ...call, reason: 'old field' },
      { type: 'version-ending', apiVersion: '2026-10', endsAt: 1, daysLeft: 3 },
      { type: 'token', shop, outcome: 'dead', errorCode: 'AUTHENTICATION_FAILED', missing: [] },
      { type: 'breaker', shop: 'other.myshopify.com', state: 'open' },
      { type: 'bucket-low', shop, available: 1, maximumAvailable: 2_000, restoreRate: 100 },
      { type: 'of-a-later-release' } as never,
    ];
    for (const event of events) dashboard.onEvent(event);
    await clock.advance(60_000);
    dashboard.onEvent(attempt(5));
    const now = await read<{ points: Record<string, number[]> }>(dashboard, '?data=now');
    expect(now).toMatchObject({
      shops: { rows: [{ shop, points: 15, throttled: 1, retries: 1 }] },
      webhooks: {
        topics: [
          {
            topic: 'products/update',
            outcomes: { handled: 1, lagMs: 500, stale: 1, duplicate: 1, failed: 1, unavailable: 1 },
          },
        ],
        refused: { 'signature-invalid': 1 },
        effects: { 'unknown-product': 1 },
      },
      versions: { asked: '2026-10' },
      tokens: { failing: [{ shop, outcome: 'dead', errorCode: 'AUTHENTICATION_FAILED' }] },
    });
    expect(now.points['points']?.slice(-3)).toEqual([0, 10, 5]);
    expect(now.points['throttled']?.slice(-3)).toEqual([0, 1, 0]);

    dashboard.onEvent({ type: 'token', shop, outcome: 'renewed', errorCode: null, missing: [] });
    await clock.advance(3_600_000);
    expect(await read(dashboard, '?data=now')).toMatchObject({
      shops: { rows: [{ points: 0, throttled: 0 }] },
      tokens: { failing: [] },
      webhooks: { topics: [], refused: {}, effects: {} },
    });
  });

  it('of any number, shop and name take a bounded place', async () => {
    const { dashboard, clock } = openDashboard();
    for (let number = 0; number < 20_000; number += 1) {
      const shop = `shop-${number}.myshopify.com`;
      dashboard.onEvent({ ...attempt(1), shop } as DashboardEvent);
      dashboard.onEvent({ type: 'deprecation', shop, operation: `Operation${number}`, reason: 'old' });
      dashboard.onEvent({ ...delivery, outcome: 'handled', topic: `topic/${number}` });
      dashboard.onEvent({ type: 'breaker', shop, state: 'open' });
      dashboard.onEvent({ type: 'token', shop, outcome: 'failed', errorCode: 'HTTP_ERROR', missing: [] });
      dashboard.onEvent({
        type: 'job',
        queue: `queue-${number}`,
        jobId: '1',
        jobType: 'a',
        attempt: 1,
        outcome: 'dead',
        errorCode: null,
        durationMs: 1,
        waitedMs: null,
      });
      if (number % 100 === 0) await clock.advance(1_000);
    }
    const text = await (await ask(dashboard, '?data=now')).text();
    expect(text.length).toBeLessThan(250_000);
    const now = JSON.parse(text) as { shops: { rows: object[]; more: number }; notices: object[] };
    expect(now.shops.rows.length + now.shops.more).toBe(201);
    expect(now.notices).toHaveLength(100);
  });
});

describe('what it shows', () => {
  it('holds no secret and nothing of a customer, whatever is pushed through', async () => {
    const told = Object.values(secrets).join(' ');
    const made = openDashboard({ source: () => Promise.reject(new Error(told)) });
    const { dashboard, queue, clock, stores } = made;
    queue.process('fails', () => Promise.reject(new Error(told)));
    await queue.enqueue({ type: 'fails', payload: { told }, key: told });
    await clock.run(queue.drain());
    const prefixed = `shpat_${secrets.token}`;
    await stores.records.put(
      recordOf('a', 'failed', {
        lastError: { code: 'USER_ERROR', message: `Title '${told}' is taken by ${prefixed}` },
        lastSyncData: { format: 2, facts: { product: { '': { title: prefixed, note: told } } }, other: told },
      }),
    );
    const change = {
      kind: 'update',
      list: 'product',
      key: '',
      name: prefixed,
      fields: { title: { from: prefixed, to: '' } },
    };
    const entry = { shop, localId: 'a', gid: null, runId: 'r', action: 'update', at: clock.now() };
    await stores.journal.append([{ ...entry, sent: { format: 1, changes: [change], other: told }, before: { told } }]);
    dashboard.onEvent({ ...delivery, outcome: 'failed' });
    dashboard.onEvent({ type: 'deprecation', ...call, reason: `use ${prefixed}` });
    await act(dashboard, { action: 'push', shop, localId: 'a' });
    await clock.advance(1_000);

    const routes = ['', '?data=now', '?data=records', '?data=product&id=a', `?data=dead&queue=${queue.name}`];
    const shown: string[] = [];
    for (const route of routes) shown.push(await (await ask(dashboard, route)).text());
    const text = shown.join('\n');
    expect(text).toContain('[redacted]');
    expect(text).toContain('"localId":"a"');
    const found = Object.entries({ ...secrets, prefixed }).filter(([, secret]) => text.includes(secret));
    expect(found).toEqual([]);
  });
});
