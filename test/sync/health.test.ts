import { memoryStores, type SyncRecord, type SyncStatus } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { createProductSync, type HealthAlert } from 'shopwright/sync';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from './fake-shop.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const record = (localId: string, status: SyncStatus, more: Partial<SyncRecord> = {}): SyncRecord => ({
  shop: domain,
  localId,
  version: 1,
  gid: null,
  status,
  hash: null,
  parts: null,
  lastError: status === 'failed' ? { code: 'USER_ERROR', message: `Title '${localId}' is taken` } : null,
  attempts: 0,
  lastSyncData: null,
  lastSyncedAt: null,
  lastAttemptAt: null,
  shopifyUpdatedAt: null,
  ...more,
});

const many = (count: number, status: SyncStatus, more: Partial<SyncRecord> = {}): SyncRecord[] =>
  Array.from({ length: count }, (_, number) => record(`${status}-${number}-${more.lastSyncedAt ?? ''}`, status, more));

async function withRecords(records: readonly SyncRecord[], sync: object = {}) {
  const made = fakeSync({ sync });
  await made.stores.records.putMany(records);
  return made;
}

describe('the figures', () => {
  it('are those of an empty shop', async () => {
    const { sync, clock } = fakeSync();
    expect(await sync.health()).toMatchObject({
      status: 'healthy',
      reasons: [],
      recommendations: [],
      total: 0,
      failed: 0,
      recent: 0,
      stale: 0,
      successRate: 100,
      checkedAt: clock.now(),
      api: { calls: 0, failed: 0, successRate: 100 },
      queue: undefined,
    });
  });

  it('count the last hour and the 7 days to the millisecond', async () => {
    const clock = createManualClock();
    const now = clock.now();
    const synced = (ago: number) => record(`synced ${ago}`, 'synced', { lastSyncedAt: now - ago });
    const { sync } = await withRecords([
      ...[0, hourMs, hourMs + 1, 7 * dayMs, 7 * dayMs + 1, 30 * dayMs].map(synced),
      record('failed', 'failed', { lastSyncedAt: now - 8 * dayMs }),
      record('gone', 'deleted-in-shopify', { lastSyncedAt: now - 8 * dayMs }),
      record('never', 'pending'),
    ]);
    const health = await sync.health();
    expect(health).toMatchObject({ total: 9, failed: 1, recent: 2, stale: 3, successRate: 88.89 });
    expect(health.records).toMatchObject({ synced: 6, failed: 1, pending: 1, 'deleted-in-shopify': 1 });
  });

  it('are the same on a store that cannot count since a time', async () => {
    const clock = createManualClock();
    const stores = memoryStores();
    const { countSyncedSince, ...records } = stores.records;
    expect(countSyncedSince).toBeTypeOf('function');
    const { sync } = fakeSync({ sync: { stores: { ...stores, records } } });
    await stores.records.putMany([
      ...many(1_500, 'synced', { lastSyncedAt: clock.now() - 1 }),
      ...many(30, 'synced', { lastSyncedAt: clock.now() - 8 * dayMs }),
      ...many(1, 'deleted-in-shopify', { lastSyncedAt: clock.now() }),
    ]);
    expect(await sync.health()).toMatchObject({ total: 1_531, recent: 1_500, stale: 30 });
  });

  it('count calls that Shopify failed, and not those that it refused', async () => {
    const made = fakeSync({ client: { retry: { maxRetries: 0 } } });
    const { sync, fake, clock } = made;
    await clock.run(sync.push(tee()));
    const { api } = await sync.health();
    expect(api).toEqual({ calls: fake.executions.length, failed: 0, successRate: 100 });
    fake.faults.next('status-500');
    await clock.run(sync.push(tee('tee-2')));
    expect((await sync.health({ maxAgeMs: 0 })).api).toMatchObject({ failed: 1 });
    await clock.advance(hourMs + 60_000);
    expect((await sync.health()).api).toEqual({ calls: 0, failed: 0, successRate: 100 });
  });

  it('are read at most every five minutes', async () => {
    const { sync, stores, clock } = await withRecords([]);
    await sync.health();
    await stores.records.put(record('p', 'failed'));
    await clock.advance(299_999);
    expect((await sync.health()).failed).toBe(0);
    expect((await sync.health({ maxAgeMs: 0 })).failed).toBe(1);
    await stores.records.put(record('q', 'failed'));
    await clock.advance(300_000);
    expect((await sync.health()).failed).toBe(2);
  });
});

describe('the status', () => {
  it.each([
    ['healthy', 'at the limits', [...many(90, 'synced'), ...many(10, 'failed')]],
    ['degraded', 'below 90 %', [...many(89, 'synced'), ...many(10, 'failed')]],
    ['degraded', 'with more than 10 failed', [...many(1_000, 'synced'), ...many(11, 'failed')]],
    ['degraded', 'at 80 %', [...many(80, 'synced'), ...many(20, 'failed')]],
    ['critical', 'below 80 %', [...many(3, 'synced'), ...many(1, 'failed')]],
    ['critical', 'with more than 20 failed', [...many(1_000, 'synced'), ...many(21, 'failed')]],
    ['healthy', 'with 50 stale', many(50, 'synced', { lastSyncedAt: 1 })],
    ['degraded', 'with more than 50 stale', many(51, 'synced', { lastSyncedAt: 1 })],
  ] as const)('is %s %s', async (status, _name, records) => {
    const { sync } = await withRecords(records);
    const health = await sync.health();
    expect(health.status).toBe(status);
    expect(health.reasons.length > 0).toBe(status !== 'healthy');
  });

  it('refuses unknown options of a read', async () => {
    const { sync } = fakeSync();
    await expect(sync.health({ maxAge: 0 } as never)).rejects.toThrow(
      /maxAge: is not an option. Did you mean maxAgeMs/,
    );
    await expect(sync.health({ maxAgeMs: Number.NaN })).rejects.toThrow(/maxAgeMs: must be/);
  });

  it('uses your own limits', async () => {
    const thresholds = {
      criticalRate: 0,
      criticalFailed: Number.POSITIVE_INFINITY,
      degradedRate: 0,
      degradedFailed: 500,
    };
    const { sync } = await withRecords(many(400, 'failed'), { health: { thresholds } });
    expect((await sync.health()).status).toBe('healthy');
  });

  it('says why, and what to do', async () => {
    const { sync } = await withRecords([...many(21, 'failed'), ...many(51, 'synced', { lastSyncedAt: 1 })]);
    expect(await sync.health()).toMatchObject({
      reasons: [
        '70.83 % of 72 products have not failed, less than 80 %',
        '21 products failed, more than 20',
        '51 products had their last success more than 7 days ago, above the limit of 50',
      ],
      recommendations: [
        'Look for a common cause first: the token and its scopes, the circuit breaker, the latest change to your drafts.',
        'Read failureAnalysis(), fix what it shows, and push the 21 failed products again.',
        'Push the 51 products without a success in 7 days again, or remove those that left your catalogue.',
      ],
    });
  });

  it('is degraded by a queue that does not move or has dead letters', async () => {
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, name: 'sync' });
    const { sync } = fakeSync({ sync: { clock, health: { queue } } });
    await queue.enqueue({ type: 'nobody-does-it', payload: {} });
    expect((await sync.health()).queue).toMatchObject({ dead: 0 });
    const stuck = { ...(await queue.stats()), waiting: 1, oldestWaitingMs: 121_000, dead: 2 };
    const { sync: watched } = fakeSync({ sync: { health: { queue: { stats: async () => stuck } } } });
    expect(await watched.health()).toMatchObject({
      status: 'degraded',
      reasons: ['a job has waited for 121 s, more than 120 s', 'the queue has 2 dead letters'],
    });
    await queue.close();
  });

  it('refuses unknown options', () => {
    const { client, stores } = fakeSync();
    const make = (health: object) => () => createProductSync({ client, stores, health });
    expect(make({ thresholds: { criticalRat: 3 } })).toThrow(/criticalRat.*criticalRate/s);
    expect(make({ cacheMs: -1 })).toThrow(/health\.cacheMs/);
    expect(make({ thresholds: { staleMs: '7d' } })).toThrow(/health\.thresholds\.staleMs/);
    expect(make({ queue: {} })).toThrow(/health\.queue/);
  });
});

describe('the failure analysis', () => {
  it('groups equal messages, and shows the latest ten without ids and numbers', async () => {
    const { sync } = await withRecords([
      ...many(2_500, 'synced'),
      ...Array.from({ length: 1_200 }, (_, number) =>
        record(`p${number}`, 'failed', { lastAttemptAt: number, attempts: 2 }),
      ),
      record('late', 'failed', {
        lastAttemptAt: 5_000,
        lastError: { code: 'INVALID', message: 'variants[3].price "9" of gid://shopify/Product/7 is not an amount' },
      }),
    ]);
    const { failed, patterns, latest } = await sync.failureAnalysis();
    expect(failed).toBe(1_201);
    expect(patterns.map(({ count, pattern }) => [count, pattern])).toEqual([
      [1_200, 'Title {text} is taken'],
      [1, 'variants[{number}].price {text} of {id} is not an amount'],
    ]);
    expect(latest.map(({ localId }) => localId)).toEqual([
      'late',
      ...[1199, 1198, 1197, 1196, 1195, 1194, 1193, 1192, 1191].map((number) => `p${number}`),
    ]);
    expect(latest[0]).toEqual({
      localId: 'late',
      gid: null,
      code: 'INVALID',
      pattern: 'variants[{number}].price {text} of {id} is not an amount',
      attempts: 0,
      lastAttemptAt: 5_000,
    });
  });
});

describe('the watch', () => {
  const minuteMs = 60_000;

  it('alerts once when something begins, and again when it begins again', async () => {
    const { sync, stores, clock } = await withRecords(many(100, 'synced'));
    const told: string[] = [];
    const name = (alert: HealthAlert): string =>
      alert.type === 'status' ? `${alert.from} to ${alert.to}` : alert.type;
    const watch = sync.watchHealth({ onAlert: (alert) => void told.push(name(alert)) });
    const toldAfter = async (records: readonly SyncRecord[]): Promise<string[]> => {
      await stores.records.putMany(records);
      await clock.advance(minuteMs);
      return told.splice(0);
    };
    expect(await toldAfter([])).toEqual([]);
    expect(await toldAfter(many(12, 'failed'))).toEqual(['success-rate', 'failures', 'healthy to degraded']);
    expect(await toldAfter([])).toEqual([]);
    expect(await toldAfter(many(30, 'failed'))).toEqual(['degraded to critical']);
    await stores.records.erase(domain);
    expect(await toldAfter([])).toEqual(['critical to healthy']);
    expect(await toldAfter(many(12, 'failed'))).toEqual(['success-rate', 'failures', 'healthy to critical']);
    await watch.stop();
    await stores.records.erase(domain);
    expect(await toldAfter([])).toEqual([]);
  });

  it('alerts once that the health cannot be read', async () => {
    const { sync, stores, clock } = await withRecords([]);
    const told: HealthAlert[] = [];
    await stores.close();
    await using _watch = sync.watchHealth({ onAlert: async (alert) => void told.push(alert) });
    await clock.advance(5 * minuteMs);
    expect(told).toMatchObject([{ type: 'unreadable', error: { code: 'STORAGE_FAILED' } }]);
  });

  it('repeats a failed alert at the next check, and sends the others meanwhile', async () => {
    const { sync, clock } = await withRecords(many(1, 'failed'));
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const alerts: string[] = [];
    await using _watch = sync.watchHealth({
      onAlert: ({ type }) => {
        alerts.push(type);
        if (alerts.length === 1) throw new TypeError('no network: secret-of-the-host');
      },
    });
    await clock.advance(minuteMs / 2);
    expect(alerts).toEqual(['success-rate', 'status']);
    await clock.advance(minuteMs);
    expect(alerts).toEqual(['success-rate', 'status', 'success-rate']);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings.map(({ message }) => message).join()).toContain('watchHealth failed with TypeError');
    expect(warnings.join()).not.toContain('secret-of-the-host');
  });

  it('goes on if onAlert or the store does not respond', async () => {
    const { clock, stores } = await withRecords(many(1, 'failed'));
    let hangs = false;
    const ageCounts: typeof stores.records.ageCounts = (...asked) =>
      hangs ? new Promise(() => undefined) : stores.records.ageCounts(...asked);
    const records = Object.create(stores.records, { ageCounts: { value: ageCounts } }) as typeof stores.records;
    const { client } = fakeSync();
    const sync = createProductSync({ client, stores: { ...stores, records }, clock });
    const told: string[] = [];
    const watch = sync.watchHealth({
      onAlert: ({ type }) => {
        told.push(type);
        return told.length === 1 ? new Promise(() => undefined) : undefined;
      },
    });
    await clock.advance(3 * minuteMs);
    expect(told).toEqual(['success-rate', 'status', 'success-rate']);
    hangs = true;
    await clock.advance(3 * minuteMs);
    expect(told.splice(0)).toEqual(['success-rate', 'status', 'success-rate', 'unreadable']);
    hangs = false;
    // The read that hangs times out.
    await clock.advance(6 * minuteMs);
    await stores.records.erase(domain);
    await clock.advance(2 * minuteMs);
    expect(told).toEqual(['status']);
    await clock.run(watch.stop());
  });

  it('refuses invalid options', () => {
    const { sync } = fakeSync();
    expect(() => sync.watchHealth({ onAlert: () => undefined, everyMs: 0 })).toThrow(/watchHealth\.everyMs/);
    expect(() => sync.watchHealth({ onAlert: 'me' as never })).toThrow(/watchHealth\.onAlert/);
  });
});
