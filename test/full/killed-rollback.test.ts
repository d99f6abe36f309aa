import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync, type RollbackReport, type RollbackResult } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { afterAll, expect, it } from 'vitest';
import { sourceProgram } from '../source-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-rollback-'));
const path = join(folder, 'sync.db');

/** Products changed by the run: a tenth are new and a tenth leave the list. Set ROLLBACK_PRODUCTS=5000 for more. */
const total = Number(process.env['ROLLBACK_PRODUCTS'] ?? 500);
const tenth = total / 10;
const first = total - tenth;
const stays = first - tenth;
const points = 1_000_000_000;
const fake = createFakeShopify({
  recordVariables: false,
  shops: [{ bucket: { maximumAvailable: points, restoreRate: points } }],
});

afterAll(async () => {
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

const product = (index: number): ProductDraftInput => ({
  localId: `p-${index}`,
  title: `Product ${index}`,
  vendor: 'Us',
  tags: ['one', `t-${index % 7}`],
  variants: ['S', 'M'].map((Size) => ({ sku: `${index}-${Size}`, price: '10.00', options: { Size } })),
});

const changed = (index: number): ProductDraftInput => ({
  ...product(index),
  title: `Wrong ${index}`,
  ...(index % 5 === 0 && { tags: ['one', 'wrong'] }),
  variants: (index % 10 === 0 ? ['S', 'M', 'L'] : ['S', 'M']).map((Size) => ({
    ...{ sku: `${index}-${Size}`, price: '1.00', options: { Size } },
  })),
});

/** Each product in the shop, by its earlier title. */
function shopNow(): Map<string, Readonly<Record<string, unknown>>> {
  const products = JSON.parse(
    JSON.stringify(fake.products(), (key, value: unknown) => (key === 'updatedAt' ? undefined : value)),
  ) as readonly (Readonly<Record<string, unknown>> & { readonly handle: string })[];
  return new Map(products.map((one) => [one.handle, one]));
}

/** Without ids and times, which differ for recreated objects. */
const withoutIds = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      /^(createdAt|publishedAt)$/.test(key) || (typeof inner === 'string' && inner.startsWith('gid:'))
        ? undefined
        : inner,
    ),
  );

/** What the processes have reported of each product. */
const results = new Map<string, RollbackResult>();

/** Rolls back in a separate process, which is killed once it has reported that many products. */
async function rollBack(origin: string, runId: string, killedAfter: number): Promise<RollbackReport | undefined> {
  const program = sourceProgram(new URL('programs/rollback.ts', import.meta.url), [origin, path, runId]);
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('done ')) return JSON.parse(line.slice(5)) as RollbackReport;
    told += 1;
    const result = JSON.parse(line) as RollbackResult;
    // A product restored by an earlier process is `unchanged` for a later one.
    if (result.outcome !== 'unchanged') results.set(result.localId, result);
    if (told === killedAfter) child.kill('SIGKILL');
  }
  expect(child.signalCode ?? 'SIGKILL').toBe('SIGKILL');
  expect(told).toBeGreaterThanOrEqual(killedAfter);
  return undefined;
}

it(`a rollback of ${total} products, killed twice, leaves the shop as it was, and lists what differs`, async () => {
  const client = createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', fetch: fake.fetch });
  const stores = sqliteStores({ path });
  const sync = createProductSync({ client, stores, concurrency: 16 });
  const numbers = Array.from({ length: first }, (_, index) => index);
  await sync.pushMany(numbers.map(product));
  const before = shopNow();
  expect(before.size).toBe(first);

  const created = Array.from({ length: tenth }, (_, index) => changed(2 * total + index));
  const { runId, counts } = await sync.pushMany([...numbers.slice(0, stays).map(changed), ...created], {
    missing: 'delete',
    maxDeletes: { products: tenth },
  });
  expect(counts).toMatchObject({ updated: stays, created: tenth, deleted: tenth });

  // Somebody else edits values that the run changed, and others.
  const edited = numbers.slice(tenth, stays).filter((index) => index % 20 === 3);
  const ids = new Map(fake.products().map(({ title, id }) => [title, id]));
  for (const index of edited)
    await client.graphql(
      'mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }',
      { product: { id: ids.get(`Wrong ${index}`), title: `Theirs ${index}`, vendor: 'Them' } },
    );
  await stores.close();

  const { origin } = await fake.listen();
  expect(await rollBack(origin, runId, total * 0.2)).toBeUndefined();
  expect(await rollBack(origin, runId, total * 0.5)).toBeUndefined();
  const report = await rollBack(origin, runId, Number.POSITIVE_INFINITY);
  expect(report?.counts).toMatchObject({ failed: 0, gone: 0 });

  const after = shopNow();
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  const theirs = new Set(edited.map((index) => `product-${index}`));
  const anew: string[] = [];
  for (const [handle, then] of before) {
    const now = after.get(handle);
    if (now?.['id'] !== then['id']) {
      anew.push(handle);
      expect(withoutIds(now)).toEqual(withoutIds(then));
    } else if (theirs.has(handle)) expect(now).toEqual({ ...then, title: now?.['title'], vendor: 'Them' });
    else expect(now).toEqual(then);
  }
  expect(anew.sort()).toEqual(
    numbers
      .slice(stays)
      .map((index) => `product-${index}`)
      .sort(),
  );
  for (const index of edited) expect(after.get(`product-${index}`)).toMatchObject({ title: `Theirs ${index}` });

  // Each is listed, except those being restored at a kill: far fewer than lie between two edits.
  const listed = (index: number): RollbackResult | undefined => results.get(`p-${index}`);
  const recreated = numbers.slice(stays).flatMap((index) => listed(index) ?? []);
  expect(recreated.length).toBeGreaterThanOrEqual(tenth - 2);
  for (const result of recreated)
    expect(result).toMatchObject({ outcome: 'recreated', remade: [expect.any(String), expect.any(String)], lost: [] });
  const partly = edited.flatMap((index) => listed(index) ?? []);
  expect(partly.length).toBeGreaterThanOrEqual(edited.length - 4);
  expect(partly.length).toBeGreaterThan(0);
  for (const { outcome, others } of partly)
    expect([outcome, others.map(({ field }) => field)]).toEqual(['partly', ['title']]);

  const again = sqliteStores({ path });
  const { counts: left } = await createProductSync({ client, stores: again }).rollback({ runId }, { dryRun: true });
  await again.close();
  expect(left).toMatchObject({ unchanged: total, restored: 0, recreated: 0 });
}, 1_800_000);
