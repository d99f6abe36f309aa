import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const html = (letter: string): string => `<p>${letter.repeat(100_000)}</p>`;
const care = (letter: string) => ({
  ...{ namespace: 'care', key: 'text', type: 'multi_line_text_field' },
  value: letter.repeat(5_000),
});

const large = (more: object = {}) => tee('t', { descriptionHtml: html('a'), metafields: [care('m')], ...more });

const textOf = ({ fake }: FakeSync): unknown => fake.products()[0]?.['descriptionHtml'];

/** Characters of each journal entry, oldest first. */
const sizes = async ({ stores }: FakeSync): Promise<readonly number[]> =>
  (await stores.journal.list(domain)).map((entry) => JSON.stringify(entry).length);

async function pushed(...drafts: ReturnType<typeof large>[]): Promise<{ made: FakeSync; runs: readonly string[] }> {
  const made = fakeSync();
  const runs: string[] = [];
  for (const draft of drafts) {
    const { runId, counts } = await made.clock.run(made.sync.pushMany([draft]));
    expect(counts.created + counts.updated).toBe(1);
    runs.push(runId);
    await made.clock.advance(2_000);
  }
  return { made, runs };
}

describe('large values in the journal', () => {
  it('are not stored again by pushes that do not change them', async () => {
    const { made } = await pushed(large(), ...['b', 'c', 'd'].map((title) => large({ title })));
    const [created, ...updates] = await sizes(made);
    expect(created).toBeGreaterThan(100_000);
    for (const size of updates) expect(size).toBeLessThan(5_000);
  });

  it('are complete after a rollback, for the next push', async () => {
    const { made, runs } = await pushed(large(), large({ title: 'Another' }));
    await made.clock.run(made.sync.rollback({ runId: runs[1] ?? '' }));
    expect(textOf(made)).toBe(html('a'));
    expect(await made.clock.run(made.sync.push(large(), { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
    // Somebody changes the text. Only a comparison with the former text shows that it is their change alone.
    await made.clock.run(
      made.client.graphql(
        'mutation ($id: ID!) { productUpdate(product: { id: $id, descriptionHtml: "By hand" }) { userErrors { message } } }',
        { id: made.fake.products()[0]?.id },
      ),
    );
    const result = await made.clock.run(made.sync.push(large({ vendor: 'Us' })));
    expect(result).toMatchObject({ outcome: 'updated', drifts: [{ field: 'descriptionHtml', theirs: 'By hand' }] });
  });

  it('are found in the entry of a later push that changed them', async () => {
    const { made, runs } = await pushed(
      large(),
      large({ title: 'Another' }),
      large({ title: 'Another', descriptionHtml: html('b'), metafields: [care('n')] }),
      large({ title: 'A third', descriptionHtml: html('b'), metafields: [care('n')] }),
    );
    // The text from before the third run is in the entry of that run.
    await made.clock.run(made.sync.rollback({ runId: runs[3] ?? '' }));
    await made.clock.run(made.sync.rollback({ runId: runs[2] ?? '' }));
    expect(textOf(made)).toBe(html('a'));
    await made.clock.run(made.sync.rollback({ runId: runs[1] ?? '' }));
    const record = await made.stores.records.get(domain, 't');
    expect(JSON.stringify(record?.lastSyncData)).toContain(html('a'));
    expect(JSON.stringify(record?.lastSyncData)).not.toContain('sha256');
    expect(await made.clock.run(made.sync.push(large(), { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
  });

  it('are complete in the entry of a deletion', async () => {
    const { made } = await pushed(large(), large({ title: 'Another' }));
    const { runId } = await made.clock.run(made.sync.delete(['t']));
    await made.clock.run(made.sync.rollback({ runId }));
    expect(textOf(made)).toBe(html('a'));
    expect(await made.clock.run(made.sync.push(large({ title: 'Another' }), { refresh: true }))).toMatchObject({
      outcome: 'unchanged',
    });
  });

  it('are left out of the next comparison if they are not stored any more', async () => {
    const { made, runs } = await pushed(large(), large({ title: 'Another' }));
    const record = await made.stores.records.get(domain, 't');
    if (!record) throw new Error('There is no record.');
    await made.stores.records.putIf({ ...record, lastSyncData: null, version: record.version + 1 }, record.version);
    await made.stores.journal.prune(domain, made.clock.now() - 3_000);
    await made.clock.run(made.sync.rollback({ runId: runs[1] ?? '' }));
    const left = JSON.stringify((await made.stores.records.get(domain, 't'))?.lastSyncData);
    expect(left).not.toContain('sha256');
    expect(await made.clock.run(made.sync.push(large(), { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
  });
});
