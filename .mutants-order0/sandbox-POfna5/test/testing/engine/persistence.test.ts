// @ts-nocheck
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import type { FakeStore, StoreChange } from '../../../src/testing/fake/store/entity-store.ts';
import { createFakeStore } from '../../../src/testing/fake/store/fake-store.ts';
import { openPersistence } from '../../../src/testing/fake/store/persistence.ts';
import { createHarness, pushed, shirt, shop } from './harness.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fake-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (id: number, name = ''): StoreChange => ({
  op: 'put',
  shop,
  kind: 'Thing',
  entity: { id: `gid://shopify/Thing/${id}`, name },
});
const remove = (id: number): StoreChange => ({ op: 'delete', shop, kind: 'Thing', id: `gid://shopify/Thing/${id}` });
const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

function loaded(file: string): readonly StoreChange[] {
  const persistence = openPersistence(file);
  persistence.close();
  return persistence.load();
}

/** A store that lives in the file. */
function open(file: string): { readonly store: FakeStore; readonly close: () => void } {
  const persistence = openPersistence(file);
  const store = createFakeStore({ onChange: persistence.append });
  store.restore(persistence.load());
  return { store, close: persistence.close };
}

describe('a persistence file', () => {
  it('is begun where there is none, folders included', () => {
    const file = join(folder, 'a', 'b', 'shop.jsonl');
    const persistence = openPersistence(file);
    expect(persistence.load()).toEqual([]);
    persistence.append([put(1)]);
    persistence.close();
    expect(loaded(file)).toEqual([put(1)]);
  });

  it('holds one batch as one line, written when append returns', () => {
    const file = join(folder, 'shop.jsonl');
    const persistence = openPersistence(file);
    persistence.append([put(1), put(2)]);
    persistence.append([remove(1)]);
    expect(lines(file).map((line) => JSON.parse(line))).toEqual([[put(1), put(2)], [remove(1)]]);
    persistence.close();
  });

  it('brings back what an engine did, with ids that go on', async () => {
    const file = join(folder, 'shop.jsonl');
    const first = open(file);
    const product = await pushed(createHarness({ store: first.store }), shirt(['Red'], ['S', 'M']));
    const before = first.store.snapshot();
    // As after SIGKILL: nothing is closed or flushed.
    const second = open(file);
    expect(second.store.snapshot()).toEqual(JSON.parse(JSON.stringify(before)));
    const again = await pushed(createHarness({ store: second.store }), { ...shirt(['Red'], ['S', 'M']), title: 'Two' });
    expect(again.id).not.toBe(product.id);
    expect(second.store.all(shop, 'Product')).toHaveLength(2);
    first.close();
    second.close();
  });

  it('writes all changes of one operation as one line', async () => {
    const file = join(folder, 'shop.jsonl');
    const { store, close } = open(file);
    const harness = createHarness({ store });
    const before = lines(file).length;
    await harness.data(`mutation {
      a: productSet(input: {title: "A"}) { product { id } }
      b: productSet(input: {title: "B"}, synchronous: false) { productSetOperation { id } }
    }`);
    expect(lines(file)).toHaveLength(before + 1);
    close();
  });

  it('drops what was overwritten or deleted when it is opened, but keeps the ids in mind', () => {
    const file = join(folder, 'shop.jsonl');
    const persistence = openPersistence(file);
    persistence.append([put(1, 'old'), put(2), { op: 'ids', last: 2 }]);
    persistence.append([put(3), { op: 'ids', last: 3 }]);
    persistence.append([put(1, 'new'), remove(3)]);
    persistence.close();
    const { store, close } = open(file);
    expect(store.all(shop, 'Thing').map(({ name }) => name)).toEqual(['new', '']);
    expect(lines(file)).toHaveLength(3);
    expect(store.nextId('Thing')).toBe('gid://shopify/Thing/4');
    expect(readdirSync(folder)).toEqual(['shop.jsonl']);
    close();
  });

  it('goes on after a crash in the middle of a line, wherever it was cut', () => {
    const whole = `${JSON.stringify([put(1)])}\n`;
    const torn = `${JSON.stringify([put(2, 'é'), put(3)])}`;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Buffer.byteLength(torn) }), (length) => {
        const file = join(folder, 'torn.jsonl');
        writeFileSync(file, Buffer.concat([Buffer.from(whole), Buffer.from(torn).subarray(0, length)]));
        const persistence = openPersistence(file);
        expect(persistence.load()).toEqual([put(1)]);
        persistence.append([put(4)]);
        persistence.close();
        const again = openPersistence(file);
        expect(again.load()).toEqual([put(1), put(4)]);
        again.close();
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['{"op":', 'not JSON'],
    ['{}', 'not a batch'],
    ['[1]', 'not a change'],
    ['[{"op":"put","shop":"a","kind":"b","entity":{}}]', 'an entity without id'],
    ['[{"op":"put","shop":"a","kind":"b"}]', 'no entity'],
    ['[{"op":"put","kind":"b"}]', 'no shop'],
    ['[{"op":"delete","shop":"a","kind":"b"}]', 'no id'],
    ['[{"op":"move","shop":"a","kind":"b"}]', 'an unknown operation'],
    ['[{"op":"ids","last":"x"}]', 'no number'],
  ])('is refused for the line %s (%s), which it names', (line) => {
    const file = join(folder, 'shop.jsonl');
    writeFileSync(file, `${JSON.stringify([put(1)])}\n\n${line}\n${JSON.stringify([put(2)])}\n`);
    const before = readFileSync(file);
    expect(() => openPersistence(file)).toThrow(`${file}, line 3,`);
    expect(readFileSync(file)).toEqual(before);
  });

  it('that cannot be opened is a StorageError', () => {
    const file = join(folder, 'directory');
    mkdirSync(file);
    try {
      openPersistence(file);
      expect.unreachable();
    } catch (error) {
      expect(isShopwrightError(error, 'STORAGE_FAILED')).toBe(true);
      expect(String(error)).toContain(file);
    }
  });

  it('that cannot be written is a StorageError, and nothing changes', () => {
    const file = join(folder, 'shop.jsonl');
    const { store, close } = open(file);
    close();
    expect(() => store.put(shop, 'Thing', { id: 'gid://shopify/Thing/1' })).toThrow(/shop\.jsonl cannot be written/);
    expect(store.all(shop, 'Thing')).toEqual([]);
  });

  it('takes a whole line that was added by hand', () => {
    const file = join(folder, 'shop.jsonl');
    openPersistence(file).close();
    appendFileSync(file, `${JSON.stringify([put(7)])}\n`);
    expect(loaded(file)).toEqual([put(7)]);
  });
});
