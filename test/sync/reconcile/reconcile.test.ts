import { isShopwrightError } from 'shopwright';
import type { Finding } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, limitedSync } from '../fake-shop.ts';
import { merchant, plantDrifts, product, pushedShop, storedAs } from './planted-drifts.ts';

const byKind = (findings: readonly Finding[], kind: Finding['kind']): string[] =>
  findings.flatMap((finding) => (finding.kind === kind ? [finding.localId] : [])).sort();

describe('reconcile', () => {
  it('finds 200 of 200 planted drifts among 1,000 products, and no others', async () => {
    const made = fakeSync({
      fake: { bulk: { queries: false, mutations: false }, shops: [{ plan: 'plus' }] },
      sync: { concurrency: 50 },
    });
    await pushedShop(made, 1_000, { images: [] });
    const planted = await plantDrifts(made, 40);
    const before = JSON.stringify(made.fake.products());
    const report = await made.clock.run(made.sync.reconcile());
    expect(byKind(report.findings, 'deleted')).toEqual([...planted.deleted].sort());
    expect(byKind(report.findings, 'edited')).toEqual([...planted.prices, ...planted.missedWebhooks].sort());
    expect(byKind(report.findings, 'lost-record')).toEqual([...planted.lostRecords].sort());
    expect(byKind(report.findings, 'unfinished')).toEqual([...planted.unfinished].sort());
    expect(report).toMatchObject({ checked: 1_000, consistency: 80, repaired: 0, unread: 0, isComplete: true });
    expect(report.findings).toHaveLength(200);
    expect(JSON.stringify(made.fake.products())).toBe(before);
  }, 180_000);
});

describe('behind the products that Shopify pages through', () => {
  it('reconcile reads on', async () => {
    const { made, refused } = limitedSync('ProductOwners', { sync: { concurrency: 50 } });
    await pushedShop(made, 300, { images: [] });
    for (const localId of ['p-0', 'p-299']) await made.stores.records.delete(domain, localId);
    const report = await made.clock.run(made.sync.reconcile());
    expect(refused()).toBe(1);
    expect(report).toMatchObject({ isComplete: true, counts: { 'lost-record': 2 } });
    expect(byKind(report.findings, 'lost-record')).toEqual(['p-0', 'p-299']);
  }, 60_000);
});

describe('a repair', () => {
  const shop = async (count = 24) => {
    const made = fakeSync({ client: { retry: { maxRetries: 0 } } });
    await pushedShop(made, count);
    return made;
  };

  it('restores the values of the last push, and can be undone', async () => {
    const made = await shop();
    const planted = await plantDrifts(made, 2);
    const edited = made.fake.products();
    const report = await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }));
    expect(report).toMatchObject({
      checked: 24,
      repaired: 10,
      consistency: 58.33,
      counts: { edited: 4, deleted: 2, 'lost-record': 2, unfinished: 2 },
    });
    for (const localId of [...planted.prices, ...planted.missedWebhooks])
      expect(storedAs(made).get(localId)).toMatchObject({
        descriptionHtml: expect.stringMatching(/^\s*<p>Soft.<\/p>\s*$/),
        variants: [{ price: '12.50' }, { price: '24.90' }],
      });
    // Values that no push wrote belong to the shop.
    for (const localId of planted.missedWebhooks) expect(storedAs(made).get(localId)).toMatchObject({ vendor: 'Acme' });
    const { records } = made.stores;
    for (const localId of planted.deleted)
      expect(await records.get(domain, localId)).toMatchObject({ status: 'deleted-in-shopify' });
    for (const localId of planted.unfinished)
      expect(await records.get(domain, localId)).toMatchObject({ status: 'pending', hash: null });
    for (const localId of planted.lostRecords)
      expect((await records.get(domain, localId))?.gid).toBe(storedAs(made).get(localId)?.id);
    const again = await made.clock.run(made.sync.reconcile());
    expect(again).toMatchObject({ checked: 22, consistency: 100, findings: [] });

    const kept = [...planted.prices, ...planted.missedWebhooks];
    const drafts = [...storedAs(made).keys()].map(product);
    const pushes = await made.clock.run(made.sync.pushMany(drafts));
    expect(pushes.counts).toMatchObject({ failed: 0, created: 0, conflict: 0, updated: 0, unchanged: 22 });
    await made.clock.run(made.sync.rollback({ runId: report.runId }));
    const stripped = (all: readonly object[]) =>
      all
        .map((one) => ({ ...one, updatedAt: '' }) as { title?: string })
        .filter(({ title }) => kept.includes(String(title).replace('Tee ', '')));
    expect(stripped(made.fake.products())).toMatchObject(
      stripped(edited).map((one) =>
        JSON.parse(JSON.stringify(one, (key, value: unknown) => (key === 'updatedAt' ? undefined : value))),
      ),
    );
  });

  it('accepts the values of the shop, and does not find them again until they change', async () => {
    const made = await shop();
    await plantDrifts(made, 2);
    const edited = made.fake.products();
    const report = await made.clock.run(made.sync.reconcile({ onDrift: 'theirs' }));
    expect(report).toMatchObject({ repaired: 10 });
    expect(made.fake.products()).toEqual(edited);
    expect(await made.clock.run(made.sync.reconcile())).toMatchObject({ consistency: 100, findings: [] });
    const [first] = byKind(report.findings, 'edited');
    const stored = storedAs(made).get(first ?? '');
    if (!stored) throw new Error('nothing was edited');
    await merchant.price(made, stored, '1.00');
    expect((await made.clock.run(made.sync.reconcile())).findings).toMatchObject([{ kind: 'edited', localId: first }]);
  });

  it('restores a variant and an image that somebody has removed', async () => {
    const made = await shop(3);
    const { client, clock, fake } = made;
    const stored = storedAs(made).get('p-1');
    const media = fake.products().find(({ title }) => title === 'Tee p-1')?.['media'] as readonly { id: string }[];
    await clock.run(
      client.graphql(
        `mutation ($id: ID!, $v: [ID!]!, $m: [ID!]!) {
          productVariantsBulkDelete(productId: $id, variantsIds: $v) { userErrors { message } }
          fileDelete(fileIds: $m) { userErrors { message } }
        }`,
        { id: stored?.id, v: [stored?.variants[1]?.id], m: media.map(({ id }) => id) },
      ),
    );
    const report = await clock.run(made.sync.reconcile({ onDrift: 'ours' }));
    expect(report.findings).toMatchObject([{ kind: 'edited', localId: 'p-1', isRepaired: true }]);
    expect(report.findings[0]?.drifts.map(({ list }) => list).sort()).toEqual(['images', 'variants']);
    const repaired = fake.products().find(({ title }) => title === 'Tee p-1');
    expect(repaired).toMatchObject({ variants: [{ sku: 'p-1-S' }, { sku: 'p-1-M', price: '24.90' }], media: [{}] });
    expect(await clock.run(made.sync.reconcile())).toMatchObject({ consistency: 100 });
  });

  it('that fails is reported, leaves the record as it was, and is made by the next call', async () => {
    const made = await shop(3);
    const stored = storedAs(made).get('p-1');
    if (!stored) throw new Error('not there');
    await merchant.price(made, stored, '99.00');
    const before = await made.stores.records.get(domain, 'p-1');
    made.fake.faults.next('status-503', { operation: 'productVariantsBulkUpdate' });
    const report = await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }));
    expect(report).toMatchObject({
      repaired: 0,
      findings: [{ isRepaired: false, error: { message: expect.any(String) } }],
    });
    const after = await made.stores.records.get(domain, 'p-1');
    expect({ ...after, version: 0, parts: {} }).toEqual({ ...before, version: 0, parts: {} });
    expect(await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }))).toMatchObject({ repaired: 1 });
  });

  it('ends at its limit', async () => {
    const made = await shop();
    await plantDrifts(made, 2);
    const seen: Finding[] = [];
    const report = await made.clock.run(
      made.sync.reconcile({ onDrift: 'ours', limit: 3, onFinding: (finding) => seen.push(finding) }),
    );
    expect(report).toMatchObject({ repaired: 3, isComplete: false });
    expect(seen).toEqual(report.findings);
    expect(await made.clock.run(made.sync.reconcile())).toMatchObject({ findings: { length: 7 }, isComplete: true });
  });
});

describe('a weight', () => {
  it.each([
    ['1500', 'GRAMS', []],
    ['3.3069', 'POUNDS', []],
    ['1.6', 'KILOGRAMS', ['1.6 KILOGRAMS']],
    ['1501', 'GRAMS', ['1501 GRAMS']],
  ])('of 1.5 kg that is %s %s in the shop', async (value, unit, drifts) => {
    const made = fakeSync();
    const { client, clock, fake, sync } = made;
    const draft = (weight: { readonly value: number; readonly unit: 'GRAMS' | 'KILOGRAMS' }) => ({
      ...{ localId: 'mug', title: 'Mug', variants: [{ sku: 'mug', price: '9', inventoryItem: { weight } }] },
    });
    await clock.run(sync.push(draft({ value: 1.5, unit: 'KILOGRAMS' })));
    const { id, variants } = fake.products()[0] as unknown as { id: string; variants: readonly { id: string }[] };
    const weight = { value: Number(value), unit };
    await clock.run(
      client.graphql(
        `mutation ($id: ID!, $v: [ProductVariantsBulkInput!]!) {
          productVariantsBulkUpdate(productId: $id, variants: $v) { userErrors { message } }
        }`,
        { id, v: [{ id: variants[0]?.id, inventoryItem: { measurement: { weight } } }] },
      ),
    );
    const { findings } = await clock.run(sync.reconcile());
    expect(findings.flatMap((found) => found.drifts.map(({ theirs }) => theirs))).toEqual(drifts);
  });

  it('whose unit is another one in the draft is pushed', async () => {
    const { clock, sync } = fakeSync();
    const push = (value: number, unit: 'GRAMS' | 'KILOGRAMS') => {
      const variants = [{ sku: 'mug', price: '9', inventoryItem: { weight: { value, unit } } }];
      return clock.run(sync.push({ localId: 'mug', title: 'Mug', variants }));
    };
    await push(1.5, 'KILOGRAMS');
    expect(await push(1500, 'GRAMS')).toMatchObject({ outcome: 'updated' });
  });
});

describe('since', () => {
  it('reads only what was changed since, but also finds deletions, lost records and open pushes', async () => {
    const made = fakeSync();
    await pushedShop(made, 60);
    const since = made.clock.now();
    const planted = await plantDrifts(made, 4);
    const before = made.fake.calls.length;
    const report = await made.clock.run(made.sync.reconcile({ since }));
    expect(report).toMatchObject({
      checked: 60,
      counts: { edited: 8, deleted: 4, 'lost-record': 4, unfinished: 4 },
      consistency: 66.66,
    });
    const reads = made.fake.calls.slice(before).filter(({ operation }) => operation === 'ProductsRead');
    expect(reads).toHaveLength(planted.prices.length * 2 + planted.deleted.length + planted.lookAlikes.length);

    const later = await made.clock.run(made.sync.reconcile({ since: new Date(made.clock.now()) }));
    expect(later.counts).toEqual({ edited: 0, deleted: 4, 'lost-record': 4, unfinished: 4 });
  });
});

describe('a product', () => {
  it('that is being pushed is left alone', async () => {
    const made = fakeSync();
    await pushedShop(made, 2);
    const record = await made.stores.records.get(domain, 'p-0');
    if (!record) throw new Error('no record');
    await made.stores.records.put({ ...record, status: 'syncing', lastAttemptAt: made.clock.now() });
    expect(await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }))).toMatchObject({ checked: 1, findings: [] });
  });

  it('that was deleted and pushed again from other stores is a lost record, and is pushed again once that is repaired', async () => {
    const made = fakeSync();
    await pushedShop(made, 2);
    await merchant.delete(made, storedAs(made).get('p-0')?.id ?? '');
    const { createProductSync } = await import('shopwright/sync');
    const { memoryStores } = await import('shopwright');
    const other = createProductSync({ client: made.client, stores: memoryStores(), clock: made.clock });
    await made.clock.run(other.push(product('p-0')));
    const kinds: string[][] = [];
    for (let call = 0; call < 3; call += 1) {
      const { findings } = await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }));
      kinds.push(findings.map(({ kind, localId, isRepaired }) => `${kind} ${localId} ${isRepaired}`));
    }
    expect(kinds).toEqual([['deleted p-0 true'], ['lost-record p-0 true'], []]);
    const draft = { ...product('p-0'), title: 'Tee p-0 again' };
    expect(await made.clock.run(made.sync.push(draft))).toMatchObject({ outcome: 'updated' });
    expect(
      made.fake
        .products()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['Tee p-0 again', 'Tee p-1']);
  });

  it('whose push was started with a clock that was ahead, and has not ended, is found', async () => {
    const made = fakeSync();
    await pushedShop(made, 2);
    const record = await made.stores.records.get(domain, 'p-0');
    if (!record) throw new Error('no record');
    const lastAttemptAt = made.clock.now() + 86_400_000;
    await made.stores.records.put({ ...record, status: 'syncing', lastAttemptAt });
    const { counts, repaired } = await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }));
    expect([counts.unfinished, repaired]).toEqual([1, 1]);
  });

  it('that another process pushes meanwhile is compared with the values of that push', async () => {
    const made = fakeSync();
    await pushedShop(made, 1);
    const { createProductSync } = await import('shopwright/sync');
    const other = createProductSync({ client: made.client, stores: made.stores, clock: made.clock });
    made.fake.hooks.before('ProductsRead', async () => {
      await other.push({ ...product('p-0'), title: 'Tee new' });
    });
    expect(await made.clock.run(made.sync.reconcile())).toMatchObject({ checked: 1, findings: [] });
    expect(made.fake.products()).toMatchObject([{ title: 'Tee new' }]);
  });

  it('that a push changes during its repair ends as in that push, or is compared by the next push', async () => {
    const made = fakeSync();
    await pushedShop(made, 1);
    const stored = storedAs(made).get('p-0');
    if (!stored) throw new Error('not there');
    await merchant.price(made, stored, '99.00');
    const { createProductSync } = await import('shopwright/sync');
    const other = createProductSync({ client: made.client, stores: made.stores, clock: made.clock });
    const draft = { ...product('p-0'), title: 'Tee new' };
    made.fake.hooks.before('productVariantsBulkUpdate', async () => {
      await other.push(draft);
    });
    await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }));
    await made.clock.run(other.push(draft));
    expect(made.fake.products()).toMatchObject([{ title: 'Tee new' }]);
    expect(await made.stores.records.get(domain, 'p-0')).toMatchObject({ status: 'synced' });
    expect(await made.clock.run(made.sync.reconcile({ onDrift: 'ours' }))).toMatchObject({ checked: 1 });
    expect((await made.clock.run(made.sync.reconcile())).consistency).toBe(100);
  });

  it('that cannot be read is counted, and the others are checked', async () => {
    const made = fakeSync({ client: { retry: { maxRetries: 0 } } });
    await pushedShop(made, 3);
    made.fake.faults.next('status-503', { operation: 'ProductsRead' });
    expect(await made.clock.run(made.sync.reconcile())).toMatchObject({ checked: 2, unread: 1, consistency: 100 });
  });
});

describe('an option', () => {
  it.each([
    [{ sinse: 5 }, 'Did you mean since?'],
    [{ onDrift: 'our' }, 'Did you mean ours?'],
    [{ limit: 0 }, 'limit: must be a whole number, 1 or more.'],
    [{ since: new Date('x') }, 'since: must be a date'],
  ])('that is wrong is refused before anything is sent: %j', async (options, message) => {
    const { sync, fake } = fakeSync();
    const error = await sync.reconcile(options as object).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toContain(message);
    expect(fake.calls).toEqual([]);
  });

  it('of a signal ends it, with the reason of the signal', async () => {
    const { sync, clock } = fakeSync();
    await expect(clock.run(sync.reconcile({ signal: AbortSignal.abort('enough') }))).rejects.toBe('enough');
  });
});
