import { expect, it } from 'vitest';
import { fakeSync } from '../sync/fake-shop.ts';
import { plantDrifts, pushedShop } from '../sync/reconcile/planted-drifts.ts';

it('reconcile finds 200 of 200 planted drifts among 5,000 products, and no others', async () => {
  const made = fakeSync({
    fake: { bulk: { queries: false, mutations: false }, shops: [{ plan: 'plus' }] },
    sync: { concurrency: 50 },
  });
  await pushedShop(made, 5_000, { images: [] });
  const { lookAlikes, ...drifts } = await plantDrifts(made, 40);
  const { findings, ...report } = await made.clock.run(made.sync.reconcile());
  expect(findings.map(({ localId }) => localId).sort()).toEqual(Object.values(drifts).flat().sort());
  expect(findings.filter(({ localId }) => lookAlikes.includes(localId))).toEqual([]);
  expect(report).toMatchObject({
    checked: 5_000,
    counts: { edited: 80, deleted: 40, 'lost-record': 40, unfinished: 40 },
    consistency: 96,
    unread: 0,
  });
}, 900_000);
