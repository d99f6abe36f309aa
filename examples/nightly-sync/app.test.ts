import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { nightly } from './nightly.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightly-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

function service() {
  const fake = createFakeShopify();
  const client = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch });
  let nights = 0;
  /** One night, after the state that the last one left. */
  const night = async (text: string, end = '.csv') => {
    nights += 1;
    const file = join(folder, `${nights}${end}`);
    writeFileSync(file, text);
    await using stores = sqliteStores({ path: join(folder, 'sync.db') });
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const code = await nightly({
      sync: createProductSync({ client, stores }),
      ...{ file, maxDeletes: { products: 2 }, log },
    });
    return { code, text: lines.join('\n') };
  };
  const statuses = () => fake.products().map(({ handle, status }) => `${handle} ${status}`);
  return { fake, client, night, statuses };
}

const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price';
const row = (at: number, price = `${19 + at}.00`) => `tee-${at},Tee ${at},Size,M,TEE-${at}-M,${price}`;
const csv = (...rows: readonly string[]) => [head, ...rows].join('\n');

it('runs good and bad nights, and reports each by its exit code', async () => {
  const { client, fake, night, statuses } = service();
  const all = [0, 1, 2, 3, 4, 5].map((at) => row(at));
  expect(await night(csv(...all))).toMatchObject({ code: 0, text: expect.stringContaining('Pushed: 6 created') });

  const changed = await night(csv(...all.slice(0, 4), row(4, '17.00')));
  expect(changed).toMatchObject({
    code: 0,
    text: expect.stringContaining('Pushed: 1 updated, 1 archived'),
  });
  expect(statuses()).toContain('tee-5 ARCHIVED');

  // An unreadable row is reported, and its product does not count as removed from the file.
  const unreadable = await night(csv(...all.slice(0, 3), row(3, 'on request'), row(4, '17.00')));
  expect(unreadable).toMatchObject({ code: 2, text: expect.stringContaining('row 5, "Variant Price"') });
  expect(statuses()).toContain('tee-3 ACTIVE');

  const changes = () => fake.calls.filter(({ kind }) => kind === 'mutation').length;
  const before = changes();
  const cutOff = await night(csv(row(0)));
  expect(cutOff).toMatchObject({ code: 1, text: expect.stringMatching(/Nothing was pushed: [\s\S]*maxDeletes/) });
  expect(changes()).toBe(before);
  expect(statuses().filter((line) => line.endsWith('ARCHIVED'))).toEqual(['tee-5 ARCHIVED']);

  const [first] = fake.products();
  await client.graphql(
    `mutation { productUpdate(product: { id: "${first?.id}", title: "Mine" }) { userErrors { message } } }`,
  );
  const drifted = await night(csv(...all.slice(0, 4), row(4, '17.00')));
  expect(drifted).toMatchObject({ code: 2, text: expect.stringMatching(/83.33 % in step with the shop: 1 edited/) });
});

it('accepts drafts as JSON too', async () => {
  const { night } = service();
  const draft = { localId: 'mug', title: 'Mug', handle: 'mug', variants: [{ sku: 'MUG', price: '9.00' }] };
  rmSync(join(folder, 'sync.db'), { force: true });
  expect(await night(JSON.stringify([draft]), '.json')).toMatchObject({ code: 0 });
});
