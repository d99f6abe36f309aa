import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from './fake-shop.ts';

describe('the sync data of a record', () => {
  it('are the complete values of the last push, also if unchanged images were not sent again', async () => {
    const { sync, stores, clock } = fakeSync();
    await clock.run(sync.push(tee()));
    await clock.run(sync.push(tee('tee-1', { title: 'New title' })));
    expect((await stores.records.get(domain, 'tee-1'))?.lastSyncData).toMatchObject({
      facts: {
        product: { '': { title: 'New title' } },
        variants: { 'tee-1-S': { price: '24.9' }, 'tee-1-M': {} },
      },
      ids: { variants: { 'tee-1-S': expect.stringContaining('gid://'), 'tee-1-M': expect.stringContaining('gid://') } },
      publications: [],
    });
    expect(Object.values(Object((await stores.records.get(domain, 'tee-1'))?.lastSyncData?.['facts']).images)).toEqual([
      { url: 'https://cdn.example.com/tee-1.jpg', alt: 'A tee' },
    ]);
  });

  it('stay those of the last success while pushes fail', async () => {
    const { sync, stores, clock } = fakeSync();
    await clock.run(sync.push(tee('other', { handle: 'taken' })));
    await clock.run(sync.push(tee()));
    const result = await clock.run(sync.push(tee('tee-1', { title: 'New title', handle: 'taken' })));
    expect(result.outcome).toBe('failed');
    expect((await stores.records.get(domain, 'tee-1'))?.lastSyncData).toMatchObject({
      facts: { product: { '': { title: 'Tee tee-1' } } },
    });
  });

  it('contain no signature, password or token', async () => {
    const { sync, stores, clock } = fakeSync();
    const url = 'https://user:secret-1@cdn.example.com/a.jpg?X-Amz-Signature=secret-2#secret-3';
    const token = `shpat_${'0123456789abcdef'.repeat(2)}`;
    const product = tee('tee-1', { images: [{ url }], vendor: `From ${token}` });
    const variants = product.variants.map((variant) => ({ ...variant, imageUrl: url }));
    await clock.run(sync.push({ ...product, variants }));
    const kept = JSON.stringify((await stores.records.get(domain, 'tee-1'))?.lastSyncData);
    expect(kept).toContain('https://cdn.example.com/a.jpg');
    for (const secret of ['secret-1', 'secret-2', 'secret-3', token]) expect(kept).not.toContain(secret);
  });
});
