// @ts-nocheck
import { describe, expect, it, vi } from 'vitest';
import type { Entity, StoreChange } from '../../../src/testing/fake/store/entity-store.ts';
import { createFakeStore, seedShop } from '../../../src/testing/fake/store/fake-store.ts';

const shop = 'a.myshopify.com';
const other = 'b.myshopify.com';

const thing = (id: string, more: Record<string, unknown> = {}): Entity => ({
  id: `gid://shopify/Thing/${id}`,
  ...more,
});

/** An entity that can be found by its owner type, namespace and key. */
const definition = (id: string, key: string): Entity => ({
  id: `gid://shopify/MetafieldDefinition/${id}`,
  ownerType: 'PRODUCT',
  namespace: 'n',
  key,
});

describe('the store', () => {
  it('keeps shops and kinds apart, in order of creation', () => {
    const store = createFakeStore();
    store.put(shop, 'Thing', thing('2'));
    store.put(shop, 'Thing', thing('1'));
    store.put(other, 'Thing', thing('3'));
    expect(store.all(shop, 'Thing')).toEqual([thing('2'), thing('1')]);
    expect(store.all(shop, 'Other')).toEqual([]);
    expect(store.get(other, 'Thing', 'gid://shopify/Thing/1')).toBeUndefined();
    expect(store.find(other, 'Thing', 'key')).toEqual([]);
  });

  it('replaces in place and deletes', () => {
    const store = createFakeStore();
    store.put(shop, 'Thing', thing('1'));
    store.put(shop, 'Thing', thing('2'));
    store.put(shop, 'Thing', thing('1', { name: 'new' }));
    expect(store.all(shop, 'Thing')).toEqual([thing('1', { name: 'new' }), thing('2')]);
    expect(store.delete(shop, 'Thing', thing('1').id)).toBe(true);
    expect(store.delete(shop, 'Thing', thing('1').id)).toBe(false);
    expect(store.all(shop, 'Thing')).toEqual([thing('2')]);
  });

  it('finds by the keys an entity has now, not by those it had', () => {
    const store = createFakeStore();
    store.put(shop, 'MetafieldDefinition', definition('1', 'old'));
    store.put(shop, 'MetafieldDefinition', definition('2', 'old'));
    store.put(shop, 'MetafieldDefinition', definition('1', 'new'));
    expect(store.find(shop, 'MetafieldDefinition', 'PRODUCT n old')).toEqual([definition('2', 'old')]);
    expect(store.find(shop, 'MetafieldDefinition', 'PRODUCT n new')).toEqual([definition('1', 'new')]);
    store.delete(shop, 'MetafieldDefinition', definition('2', 'old').id);
    expect(store.find(shop, 'MetafieldDefinition', 'PRODUCT n old')).toEqual([]);
  });

  it('gives the same ids for the same calls, and none twice', () => {
    const ids = () => {
      const store = createFakeStore();
      return [store.nextId('Product'), store.nextId('Product'), store.nextId('Order')];
    };
    expect(ids()).toEqual(['gid://shopify/Product/1', 'gid://shopify/Product/2', 'gid://shopify/Order/3']);
    expect(ids()).toEqual(ids());
  });

  it('gives no id that somebody made up', () => {
    const store = createFakeStore();
    store.put(shop, 'Thing', thing('41'));
    store.put(shop, 'Thing', thing('not-a-number'));
    store.put(shop, 'Thing', thing('99999999999999999999'));
    store.put(shop, 'Thing', { id: 'no gid' });
    expect(store.nextId('Thing')).toBe('gid://shopify/Thing/42');
  });

  it('tells the listener of each change before it is applied', () => {
    const seen: unknown[] = [];
    const store = createFakeStore({
      onChange: (changes) => seen.push([changes, store.all(shop, 'Thing').length]),
    });
    store.put(shop, 'Thing', thing('5'));
    store.delete(shop, 'Thing', thing('5').id);
    expect(seen).toEqual([
      [[{ op: 'put', shop, kind: 'Thing', entity: thing('5') }], 0],
      [
        [
          { op: 'delete', shop, kind: 'Thing', id: thing('5').id },
          { op: 'ids', last: 5 },
        ],
        1,
      ],
    ]);
  });

  it('does nothing when the listener fails', () => {
    const store = createFakeStore({
      onChange: () => {
        throw new Error('disk full');
      },
    });
    expect(() => store.put(shop, 'Thing', thing('1'))).toThrow('disk full');
    expect(store.all(shop, 'Thing')).toEqual([]);
  });
});

describe('snapshot and restore', () => {
  it('bring the whole state into another store', () => {
    const store = createFakeStore();
    store.put(shop, 'MetafieldDefinition', definition('2', 'k'));
    store.put(other, 'Thing', thing('1'));
    const restored = createFakeStore();
    restored.restore(store.snapshot());
    expect(restored.snapshot()).toEqual(store.snapshot());
    expect(restored.find(shop, 'MetafieldDefinition', 'PRODUCT n k')).toHaveLength(1);
  });

  it('replace what was there and do not tell the listener', () => {
    const onChange = vi.fn();
    const store = createFakeStore({ onChange });
    store.put(shop, 'Thing', thing('1'));
    onChange.mockClear();
    store.restore([{ op: 'put', shop, kind: 'Thing', entity: thing('2') }]);
    expect(store.all(shop, 'Thing')).toEqual([thing('2')]);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('never lead to an id that was given before, also of what is gone', () => {
    const store = createFakeStore();
    const id = store.nextId('Thing');
    store.put(shop, 'Thing', { id });
    store.delete(shop, 'Thing', id);
    const restored = createFakeStore();
    restored.restore(store.snapshot());
    expect(restored.nextId('Thing')).not.toBe(id);
    store.restore([]);
    expect(store.nextId('Thing')).not.toBe(id);
  });
});

describe('a transaction', () => {
  const prepared = () => {
    const batches: (readonly StoreChange[])[] = [];
    const store = createFakeStore({ onChange: (changes) => batches.push(changes) });
    store.put(shop, 'MetafieldDefinition', definition('1', 'a'));
    store.put(shop, 'MetafieldDefinition', definition('2', 'b'));
    batches.length = 0;
    return { store, batches };
  };
  const kind = 'MetafieldDefinition';

  it('sees its own changes, and nobody else does', () => {
    const { store } = prepared();
    const transaction = store.begin();
    transaction.put(shop, kind, definition('3', 'c'));
    transaction.put(shop, kind, definition('1', 'z'));
    transaction.delete(shop, kind, definition('2', 'b').id);
    expect(transaction.all(shop, kind)).toEqual([definition('1', 'z'), definition('3', 'c')]);
    expect(transaction.get(shop, kind, definition('2', 'b').id)).toBeUndefined();
    expect(transaction.get(shop, kind, definition('3', 'c').id)).toEqual(definition('3', 'c'));
    expect(transaction.find(shop, kind, 'PRODUCT n a')).toEqual([]);
    expect(transaction.find(shop, kind, 'PRODUCT n z')).toEqual([definition('1', 'z')]);
    expect(store.all(shop, kind)).toEqual([definition('1', 'a'), definition('2', 'b')]);
  });

  it('reads through to what it has not changed', () => {
    const { store } = prepared();
    const transaction = store.begin();
    expect(transaction.all(shop, kind)).toHaveLength(2);
    expect(transaction.find(shop, kind, 'PRODUCT n a')).toHaveLength(1);
    expect(transaction.delete(shop, kind, 'gid://shopify/MetafieldDefinition/9')).toBe(false);
  });

  it('hands all its changes on as one batch', () => {
    const { store, batches } = prepared();
    const transaction = store.begin();
    transaction.put(shop, kind, { ...definition('3', 'c'), id: transaction.nextId(kind) });
    transaction.delete(shop, kind, definition('1', 'a').id);
    transaction.commit();
    expect(batches).toHaveLength(1);
    expect(batches[0]?.map(({ op }) => op)).toEqual(['put', 'delete', 'ids']);
    expect(store.all(shop, kind)).toHaveLength(2);
  });

  it('that changed nothing tells nobody, and may be committed twice', () => {
    const { store, batches } = prepared();
    const transaction = store.begin();
    transaction.commit();
    transaction.put(shop, kind, definition('3', 'c'));
    transaction.commit();
    transaction.commit();
    expect(batches).toHaveLength(1);
  });

  it('can hold another that is dropped or committed into it', () => {
    const { store, batches } = prepared();
    const outer = store.begin();
    outer.begin().delete(shop, kind, definition('1', 'a').id);
    const inner = outer.begin();
    inner.put(shop, kind, { ...definition('3', 'c'), id: inner.nextId(kind) });
    inner.commit();
    expect(outer.all(shop, kind)).toHaveLength(3);
    expect(batches).toHaveLength(0);
    outer.commit();
    expect(store.all(shop, kind)).toHaveLength(3);
    expect(batches).toHaveLength(1);
  });
});

describe('seeding', () => {
  it('gives a new shop its publications once', () => {
    const store = createFakeStore();
    seedShop(store, shop, ['Online Store', 'Till']);
    seedShop(store, shop, ['Another']);
    expect(store.all(shop, 'Publication').map(({ name }) => name)).toEqual(['Online Store', 'Till']);
  });
});
