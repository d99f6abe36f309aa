import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFakeShopify, type HookFilter } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { OrdersTable } from '../../examples/order-feed/orders-table.ts';
import { sourceProgram } from '../source-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-feed-fill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const orders = 120;

/** Runs the consumer until everything took effect, or it is killed: by another process, or at a given number. */
function consume(origin: string, path: string, options: { killAt?: number; onStart?: (kill: () => void) => void }) {
  const program = sourceProgram(new URL('programs/feed-consumer.ts', import.meta.url), [origin, path, '5']);
  const child = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = (): void => void child.kill('SIGKILL');
  options.onStart?.(kill);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (Number(line) >= (options.killAt ?? orders)) kill();
  });
  return new Promise((resolve) => child.once('exit', resolve));
}

type Place = readonly [name: string, filter: HookFilter | undefined, when: 'before' | 'after', killAt?: number];

const places: readonly Place[] = [
  ['before the start of its fill was executed', 'bulkOperationRunQuery', 'before'],
  ['after the start of its fill was executed', 'bulkOperationRunQuery', 'after'],
  ['at a look at the operation', 'BulkOperationById', 'before'],
  ['at the download', ({ operation }) => operation === 'bulk download', 'before'],
  ['within the result', undefined, 'before', 80],
];

it.each([...places])('a consumer that is killed %s sees each order once, of one operation', async (...place) => {
  const [name, filter, when, killAt] = place as unknown as Place;
  const createdAt = (index: number): string => new Date(Date.now() - 86_400_000 + index * 1_000).toISOString();
  const fake = createFakeShopify({
    bulk: { delayMs: 1_500 },
    shops: [
      {
        bucket: { maximumAvailable: 1e9, restoreRate: 1e9 },
        orders: Array.from({ length: orders }, (_, index) => ({
          ...{ lineItems: [{ title: 'Mug', price: '4.50' }], createdAt: createdAt(index) },
        })),
      },
    ],
  });
  const { origin } = await fake.listen();
  const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.db`);
  try {
    await consume(origin, path, {
      ...(killAt !== undefined && { killAt }),
      onStart: (kill) => {
        if (filter) fake.hooks[when](filter, kill);
      },
    });
    const before = new OrdersTable(path);
    // On a busy machine, the kill comes later than the point at which it was sent.
    expect(before.count()).toBeGreaterThanOrEqual(killAt ?? 50);
    expect(before.count()).toBeLessThan(orders);
    before.close();
    await consume(origin, path, {});
    const table = new OrdersTable(path);
    const effects = table.effects();
    table.close();
    expect(effects).toHaveLength(orders);
    expect(new Set(effects).size).toBe(orders);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
  } finally {
    await fake.close();
  }
});
