/** One stored entity: plain JSON with its gid. */
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
  /** Entities that match a lookup key, such as a handle; see `lookupKeys`. */
  find(shop: string, kind: string, key: string): readonly Entity[];
  put(shop: string, kind: string, entity: Entity): void;
  delete(shop: string, kind: string, id: string): boolean;
  /** A new gid of that kind. No gid is given twice, even after a restore. */
  nextId(kind: string): string;
  /** Starts a transaction whose changes become visible as one batch with `commit`. Drop it to discard them. */
  begin(): StoreTransaction;
}

/** Changes that happen together or not at all. */
export interface StoreTransaction extends EntityStore {
  commit(): void;
}

/**
 * The state of all shops. Every change goes through `put`, `delete` or the commit of a transaction, which notify the
 * listener before they return.
 */
export interface FakeStore extends EntityStore {
  /** The whole state, as changes to an empty store. */
  snapshot(): readonly StoreChange[];
  /** Replaces the whole state, but never gives an id twice. The listener is not notified. */
  restore(changes: Iterable<StoreChange>): void;
}
