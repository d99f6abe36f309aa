import type { Entity, EntityStore, StoreChange, StoreTransaction } from './entity-store.ts';
import { lookupKeys } from './lookup-keys.ts';

/** Where a transaction reads what it has not changed, and where its changes go. */
interface TransactionParent extends Pick<EntityStore, 'get' | 'all' | 'find' | 'nextId'> {
  apply(changes: readonly StoreChange[]): void;
}

/** What a transaction made of entities: `null` where it deleted one. */
type Overlay = Map<string, Entity | null>;

/** Makes a view over the parent that holds its own changes back until they are committed. */
export function createTransaction(parent: TransactionParent): StoreTransaction {
  const overlays = new Map<string, Overlay>();
  let changes: StoreChange[] = [];

  const overlayOf = (shop: string, kind: string): Overlay | undefined => overlays.get(`${shop} ${kind}`);

  const apply = (change: StoreChange): void => {
    changes.push(change);
    if (change.op === 'ids') return;
    const overlay = overlayOf(change.shop, change.kind) ?? new Map<string, Entity | null>();
    overlays.set(`${change.shop} ${change.kind}`, overlay);
    if (change.op === 'put') overlay.set(change.entity.id, change.entity);
    else overlay.set(change.id, null);
  };

  const get: EntityStore['get'] = (shop, kind, id) => {
    const changed = overlayOf(shop, kind)?.get(id);
    return changed === undefined ? parent.get(shop, kind, id) : (changed ?? undefined);
  };

  const all: EntityStore['all'] = (shop, kind) => {
    const overlay = overlayOf(shop, kind);
    const before = parent.all(shop, kind);
    return overlay ? merged(before, overlay) : before;
  };

  const find: EntityStore['find'] = (shop, kind, key) => {
    const overlay = overlayOf(shop, kind);
    const before = parent.find(shop, kind, key);
    if (!overlay) return before;
    const changed = [...overlay.values()].filter((entity) => entity !== null && lookupKeys(kind, entity).includes(key));
    return [...before.filter((entity) => !overlay.has(entity.id)), ...(changed as Entity[])];
  };

  return {
    get,
    all,
    find,
    nextId: (kind) => parent.nextId(kind),
    put: (shop, kind, entity) => apply({ op: 'put', shop, kind, entity }),
    delete: (shop, kind, id) => {
      if (!get(shop, kind, id)) return false;
      apply({ op: 'delete', shop, kind, id });
      return true;
    },
    begin: () =>
      createTransaction({
        get,
        all,
        find,
        nextId: (kind) => parent.nextId(kind),
        apply: (inner) => inner.forEach(apply),
      }),
    commit: () => {
      if (changes.length > 0) parent.apply(changes);
      changes = [];
      overlays.clear();
    },
  };
}

/** The parent's list with what changed: replaced in place, deleted, or added at the end. */
function merged(before: readonly Entity[], overlay: Overlay): readonly Entity[] {
  const known = new Set(before.map((entity) => entity.id));
  const kept = before.map((entity) => (overlay.has(entity.id) ? overlay.get(entity.id) : entity));
  const added = [...overlay].map(([id, entity]) => (known.has(id) ? null : entity));
  return [...kept, ...added].flatMap((entity) => entity ?? []);
}
