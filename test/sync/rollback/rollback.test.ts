import type { SyncRecordStore } from 'shopwright';
import { createProductSync, type RollbackReport } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const whole = (made: FakeSync) =>
  // Times, and ids of entries that were created again, are not compared.
  JSON.parse(
    JSON.stringify(made.fake.products(), (key, value: unknown) => (key === 'updatedAt' ? undefined : value)),
  ) as readonly Record<string, never>[];

const images = [
  { url: 'https://cdn.example.com/a.jpg', alt: 'A' },
  { url: 'https://cdn.example.com/b.jpg', alt: 'B' },
];

const start = tee('tee-1', {
  vendor: 'Us',
  tags: ['one', 'two'],
  images,
  metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }],
  variants: [
    { sku: 'S', price: '10', options: { Size: 'S' } },
    { sku: 'M', price: '10', options: { Size: 'M' } },
  ],
});

const changed = {
  ...start,
  title: 'Wrong',
  tags: ['two', 'three'],
  images: [{ url: 'https://cdn.example.com/b.jpg', alt: 'Beta' }],
  metafields: [{ namespace: 'care', key: 'dry', type: 'single_line_text_field', value: 'no' }],
  variants: [
    { sku: 'S', price: '1', options: { Size: 'Small' } },
    { sku: 'M', price: '10', options: { Size: 'Medium' } },
    { sku: 'L', price: '10', options: { Size: 'Large' } },
  ],
};

describe('a rollback', () => {
  const pushed = async (): Promise<FakeSync> => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(start));
    await made.clock.advance(1_000);
    return made;
  };

  it('restores everything that the last push of a product changed', async () => {
    const made = await pushed();
    const before = whole(made);
    expect((await made.clock.run(made.sync.push(changed))).outcome).toBe('updated');
    expect(whole(made)).not.toEqual(before);
    const report = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect(report).toMatchObject({ counts: { restored: 1, partly: 0 }, notable: [] });
    const [now] = whole(made);
    const [then] = before;
    const metafields = (product: typeof now) => JSON.stringify(product?.['metafields']).match(/"(wash|dry|local_id)"/g);
    expect(metafields(now)?.sort()).toEqual(metafields(then)?.sort());
    const strip = ({ metafields: _, media: __, options: ___, variants: ____, ...rest }: Record<string, never>) => rest;
    expect(strip(now ?? {})).toEqual(strip(then ?? {}));
    expect(now?.['variants']).toMatchObject([
      { sku: 'S', price: '10.00', title: 'S' },
      { sku: 'M', price: '10.00', title: 'M' },
    ]);
    const altById = (product: typeof now) =>
      Object.fromEntries(
        ((product?.['media'] ?? []) as unknown as { id: string; alt: string }[]).map(({ id, alt }) => [id, alt]),
      );
    expect(altById(now)).toEqual(altById(then));
  });

  it('lets the next push change the same values again', async () => {
    const made = await pushed();
    await made.clock.run(made.sync.push(changed));
    await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect(await made.clock.run(made.sync.push(start))).toMatchObject({ outcome: 'unchanged' });
    const again = await made.clock.run(made.sync.push({ ...start, title: 'Right' }));
    expect(again).toEqual({ outcome: 'updated', localId: 'tee-1', gid: expect.any(String) });
  });

  it('undoes all tries of a product’s last push, and no earlier pushes', async () => {
    const made = await pushed();
    await made.clock.run(made.sync.push({ ...start, vendor: 'Them' }));
    const before = whole(made);
    for (const title of ['First try', 'Second try']) {
      const stopping = new AbortController();
      made.fake.hooks.clear();
      void made.fake.hooks.killAt('after productUpdate#1', () => stopping.abort(new Error('killed')));
      const push = made.sync.push({ ...start, vendor: 'Them', title }, { signal: stopping.signal });
      await expect(made.clock.run(push)).rejects.toThrow('killed');
      made.fake.hooks.clear();
      expect(made.fake.products()).toMatchObject([{ title }]);
    }
    const result = await made.clock.run(made.sync.push({ ...start, vendor: 'Them', title: 'Third try' }));
    expect(result.outcome).toBe('updated');
    const report = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect(report).toMatchObject({ counts: { restored: 1 }, notable: [] });
    expect(whole(made)).toEqual(before);
  });

  it('keeps values that others changed since, and lists them', async () => {
    const made = await pushed();
    await made.clock.run(made.sync.push({ ...start, title: 'Wrong', vendor: 'Wrong' }));
    await made.clock.run(
      made.client.graphql(
        'mutation ($id: ID!) { productUpdate(product: { id: $id, title: "By hand" }) { userErrors { message } } }',
        { id: made.fake.products()[0]?.id },
      ),
    );
    const report = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect(report).toMatchObject({
      counts: { partly: 1 },
      notable: [{ others: [{ list: 'product', field: 'title', pushed: 'Wrong', theirs: 'By hand' }] }],
    });
    expect(made.fake.products()).toMatchObject([{ title: 'By hand', vendor: 'Us' }]);
  });

  it('removes what a run created, restores the rest, and does nothing the second time', async () => {
    const made = await pushed();
    const before = whole(made);
    const summary = await made.clock.run(
      made.sync.pushMany([tee('new-1'), { ...start, title: 'Wrong' }, tee('new-2')]),
    );
    const dry = await made.clock.run(made.sync.rollback({ runId: summary.runId }, { dryRun: true }));
    expect(dry.counts).toMatchObject({ restored: 1, removed: 2 });
    expect(made.fake.products()).toHaveLength(3);
    const report = await made.clock.run(made.sync.rollback({ runId: summary.runId }));
    expect(report.counts).toMatchObject({ restored: 1, removed: 2, failed: 0 });
    expect(whole(made)).toEqual(before);
    const calls = made.fake.calls.length;
    const second = await made.clock.run(made.sync.rollback({ runId: summary.runId }));
    expect(second.counts).toMatchObject({ restored: 0, removed: 0, unchanged: 3 });
    expect(made.fake.calls).toHaveLength(calls);
    expect(await made.stores.records.get(domain, 'new-1')).toBeUndefined();
  });

  it('continues after an interruption', async () => {
    const made = await pushed();
    const products = Array.from({ length: 20 }, (_, index) => tee(`p-${index}`));
    await made.clock.run(made.sync.pushMany(products));
    const before = whole(made);
    const { runId } = await made.clock.run(
      made.sync.pushMany(products.map((product) => ({ ...product, title: 'Wrong' }))),
    );
    const controller = new AbortController();
    let done = 0;
    const stopped = made.clock.run(
      made.sync
        .rollback(
          { runId },
          {
            signal: controller.signal,
            onProgress: () => {
              done += 1;
              if (done === 7) controller.abort(new Error('killed'));
            },
          },
        )
        .catch((error: unknown) => error),
    );
    expect(await stopped).toEqual(new Error('killed'));
    const report = (await made.clock.run(made.sync.rollback({ runId }))) satisfies RollbackReport;
    const { restored, unchanged } = report.counts;
    // The products in progress at the interruption were at different points.
    expect(unchanged).toBeGreaterThanOrEqual(7);
    expect(restored).toBeGreaterThan(0);
    expect(restored + unchanged).toBe(20);
    expect(whole(made)).toEqual(before);
  });

  it('removes a product that a killed process created without receiving the response', async () => {
    const made = fakeSync();
    const before = whole(made);
    const { records } = made.stores;
    const hasCreated = (): boolean => made.fake.executed('ProductPush') > 0;
    const dying: SyncRecordStore = {
      ...records,
      putIf: async (record, version) => {
        if (hasCreated()) throw new Error('killed');
        return records.putIf(record, version);
      },
    };
    const { client, clock } = made;
    const sync = createProductSync({ client, clock, stores: { ...made.stores, records: dying } });
    await expect(made.clock.run(sync.pushMany([start], { runId: 'killed' }))).rejects.toThrow('killed');
    expect(made.fake.products()).toHaveLength(1);

    const report = await made.clock.run(made.sync.rollback({ runId: 'killed' }));
    expect(report.counts).toMatchObject({ removed: 1 });
    expect(whole(made)).toEqual(before);
  });

  it('archives created products with created: archive', async () => {
    const made = fakeSync();
    const { runId } = await made.clock.run(made.sync.pushMany([tee('new')]));
    await made.clock.run(made.sync.rollback({ runId }, { created: 'archive' }));
    expect(made.fake.products()).toMatchObject([{ status: 'ARCHIVED' }]);
  });

  it('creates a deleted variant again, and reports it', async () => {
    const made = await pushed();
    const fewer = { ...start, variants: [{ sku: 'S', price: '10', options: { Size: 'S' } }] };
    await made.clock.run(made.sync.push(fewer, { maxDeletes: { variants: 1 } }));
    const report = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect(report.notable).toMatchObject([{ outcome: 'restored', remade: ['M'] }]);
    expect(made.fake.products()).toMatchObject([
      { variants: [{ sku: 'S' }, { sku: 'M', price: '10.00', title: 'M' }] },
    ]);
  });

  it('reports a deleted product, and one that could not be restored', async () => {
    const made = await pushed();
    await made.clock.run(made.sync.push(tee('other')));
    const { runId } = await made.clock.run(
      made.sync.pushMany([
        { ...start, title: 'Wrong' },
        { ...tee('other'), title: 'Wrong' },
      ]),
    );
    const [first, second] = made.fake.products();
    const gone = first?.['title'] === 'Wrong' ? first : second;
    made.fake.store.delete(domain, 'Product', gone?.id ?? '');
    made.fake.faults.next('status-403', { operation: 'ProductFieldsUpdate' });
    const report = await made.clock.run(made.sync.rollback({ runId }));
    expect(report.counts).toMatchObject({ gone: 1, failed: 1 });
    expect(report.notable.map(({ outcome }) => outcome).sort()).toEqual(['failed', 'gone']);
    expect((await made.clock.run(made.sync.rollback({ runId }))).counts).toMatchObject({ gone: 1, restored: 1 });
  });

  it('unpublishes products from the channels of the push', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(start));
    const publishing = createProductSync({
      client: made.client,
      stores: made.stores,
      clock: made.clock,
      publishTo: ['Online Store'],
    });
    await made.clock.run(publishing.push(start));
    expect(made.fake.products()).toMatchObject([{ published: [{}] }]);
    await made.clock.run(publishing.push({ ...start, title: 'Other' }));
    await made.clock.run(publishing.rollback({ localId: 'tee-1' }));
    expect(made.fake.products()).toMatchObject([{ title: 'Tee tee-1' }]);
  });

  it('refuses an unknown run', async () => {
    const { sync, clock } = fakeSync();
    const error = await clock.run(sync.rollback({ runId: 'nope' }).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('nope') });
  });
});
