// @ts-nocheck
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import type { Stores } from 'shopwright';
import { redisStores } from 'shopwright/storage/redis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { freePort, startRedis } from '../../redis-server.ts';
import { redisServerOrSkip } from '../../services.ts';

const describe = redisServerOrSkip();

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Two masters with half of the slots each. */
async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'shopwright-cluster-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const ports = [await freePort(), await freePort()];
  const admins: Redis[] = [];
  for (const [index, port] of ports.entries()) {
    const config = ['--cluster-enabled', 'yes', '--cluster-config-file', join(folder, `nodes-${port}.conf`)];
    const server = await startRedis(port, [...config, '--cluster-port', String(await freePort())]);
    ends.push(() => server.kill());
    const admin = new Redis(port, '127.0.0.1');
    ends.push(() => admin.disconnect());
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', index * 8_192, index * 8_192 + 8_191);
    admins.push(admin);
  }
  const [first, second] = admins;
  const busPort = await second?.call('CONFIG', 'GET', 'cluster-port');
  await first?.call('CLUSTER', 'MEET', '127.0.0.1', String(ports[1]), String((busPort as string[])[1]));
  for (const admin of admins) {
    await vi.waitFor(
      async () => expect(String(await admin.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok'),
      20_000,
    );
  }
  const cluster = new Cluster([{ port: ports[0] ?? 0, host: '127.0.0.1' }]);
  ends.push(() => cluster.disconnect());
  return cluster;
}

describe('redisStores on a cluster of two masters', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = redisStores({ redis: await startCluster() });
    ends.push(() => stores.close());
  });

  it('keeps all of a key in one slot, whatever is in its name, and finds the keys of every master', async () => {
    const { keyValue } = stores;
    const keys = [
      '}',
      '{}',
      'a}b',
      '{a',
      'b{c}d',
      ':',
      '😀',
      ...Array.from({ length: 200 }, (_, index) => `k${index}`),
    ];
    for (const key of keys) {
      const lock = await keyValue.lock(key);
      await keyValue.set(key, 'a', { fence: lock?.token ?? 0 });
      expect(await keyValue.compareAndSet(key, 'a', 'b')).toBe(true);
      expect(await lock?.release()).toBe(true);
    }
    const found: string[] = [];
    for await (const key of keyValue.scan('')) found.push(key);
    expect(found.sort()).toEqual(keys.sort());
  });

  it('keeps all of a shop in one slot, and takes batches of several shops', async () => {
    const shops = ['acme', 'beta', 'gamma', 'delta', '}', '{x}'].map((name) => `${name}.myshopify.com`);
    const { records, journal } = stores;
    await records.putMany(shops.map((one) => record('p1', { shop: one })));
    const draft = { shop, localId: 'p1', gid: null, runId: 'r1', action: 'create', at: 1, sent: null, before: null };
    const ids = await journal.append(shops.map((one) => ({ ...draft, shop: one })));
    for (const [index, one] of shops.entries()) {
      expect((await records.getByGid(one, 'gid://shopify/Product/p1'))?.localId).toBe('p1');
      expect((await records.counts(one)).synced).toBe(1);
      expect((await journal.list(one, { runId: 'r1' })).map(({ id }) => id)).toEqual([ids[index]]);
      expect(await journal.prune(one, 2)).toBe(1);
      expect(await records.erase(one)).toBe(1);
    }
  });
});
