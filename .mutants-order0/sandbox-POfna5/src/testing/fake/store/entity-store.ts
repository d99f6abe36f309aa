/** One stored thing: plain JSON with its gid. */
// @ts-nocheck

export interface Entity {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** One change of a shop's state, as it is written to a persistence file. */
export type StoreChange =
  | { readonly op: 'put'; readonly shop: string; readonly kind: string; readonly entity: Entity }
  | { readonly op: 'delete'; readonly shop: string; readonly kind: string; readonly id: string }
  /** Numbers up to `last` are given as ids, also those of things that are gone. */
  | { readonly op: 'ids'; readonly last: number };

/** Told of each batch of changes before it is applied. If it throws, nothing is applied. */
export type StoreListener = (changes: readonly StoreChange[]) => void;

/** Entities by shop, kind (`Product`, `Publication`, …) and gid. */
export interface EntityStore {
  get(shop: string, kind: string, id: string): Entity | undefined;
  /** In order of creation. */
  all(shop: string, kind: string): readonly Entity[];
  /** Those that can be found by a key, such as a handle; see `lookupKeys`. */
  find(shop: string, kind: string, key: string): readonly Entity[];
  put(shop: string, kind: string, entity: Entity): void;
  delete(shop: string, kind: string, id: string): boolean;
  /** A new gid of that kind; never given twice, also after a restore. */
  nextId(kind: string): string;
  /** A view that keeps its changes to itself until `commit` hands them on as one batch. Drop it to undo them. */
  begin(): StoreTransaction;
}

/** Changes that happen together or not at all. */
export interface StoreTransaction extends EntityStore {
  commit(): void;
}

/**
 * The state of all shops. Every change passes through `put`, `delete` or the commit of a transaction,
 * which tell the listener before they return.
 */
export interface FakeStore extends EntityStore {
  /** The whole state as changes from empty. */
  snapshot(): readonly StoreChange[];
  /** Replaces the whole state, but never gives an id twice. The listener is not told. */
  restore(changes: Iterable<StoreChange>): void;
}
