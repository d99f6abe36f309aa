import type { Entity } from './entity-store.ts';
import { lookupKeys } from './lookup-keys.ts';

/** The entities of one shop and kind, with an index by lookup key. */
export interface Table {
  get(id: string): Entity | undefined;
  all(): readonly Entity[];
  find(key: string): readonly Entity[];
  put(entity: Entity): void;
  delete(id: string): void;
}

/** Makes an empty table. */
export function createTable(kind: string): Table {
  const entities = new Map<string, Entity>();
  const idsByKey = new Map<string, Set<string>>();
  let list: readonly Entity[] | undefined;

  const unindex = (entity: Entity): void => {
    for (const key of lookupKeys(kind, entity)) {
      const ids = idsByKey.get(key);
      ids?.delete(entity.id);
      if (ids?.size === 0) idsByKey.delete(key);
    }
  };

  const index = (entity: Entity): void => {
    for (const key of lookupKeys(kind, entity)) {
      const ids = idsByKey.get(key);
      if (ids) ids.add(entity.id);
      else idsByKey.set(key, new Set([entity.id]));
    }
  };

  return {
    get: (id) => entities.get(id),
    all: () => {
      list ??= [...entities.values()];
      return list;
    },
    find: (key) => [...(idsByKey.get(key) ?? [])].flatMap((id) => entities.get(id) ?? []),
    put: (entity) => {
      const before = entities.get(entity.id);
      if (before) unindex(before);
      entities.set(entity.id, entity);
      index(entity);
      list = undefined;
    },
    delete: (id) => {
      const before = entities.get(id);
      if (!before) return;
      unindex(before);
      entities.delete(id);
      list = undefined;
    },
  };
}
