import {
  type BulkResultPartEntity,
  type CollectionEntity,
  type LocationEntity,
  type MetafieldDefinitionEntity,
  newLocation,
  type ProductEntity,
  type StagedUploadEntity,
} from './entities.ts';
import type { Entity, EntityStore, FakeStore, StoreChange, StoreListener, StoreTransaction } from './entity-store.ts';
import type { CustomerEntity, FulfillmentEntity, FulfillmentOrderEntity, OrderEntity } from './order-entities.ts';

/** Options of `createFakeStore`. */
interface FakeStoreOptions {
  /** Told of each batch of changes before it is applied, for persistence and for webhooks. */
  readonly onChange?: StoreListener;
}

/** The number in a gid, so that an id that a test made up is not given again; 0 where there is none. */
const numberOf = (gid: string): number => {
  const number = Number(/\/(\d+)$/.exec(gid)?.[1] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
};

/**
 * Makes an empty store in memory. Ids are deterministic: the same calls in the same order give the same
 * gids, numbered across kinds and shops from 1.
 */
export function createFakeStore(options: FakeStoreOptions = {}): FakeStore {
  let shops = new Map<string, Map<string, Table>>();
  let lastId = 0;
  let lastToldId = 0;

  const table = (shop: string, kind: string): Table | undefined => shops.get(shop)?.get(kind);

  const tableToWrite = (shop: string, kind: string): Table => {
    const kinds = shops.get(shop) ?? new Map<string, Table>();
    shops.set(shop, kinds);
    const existing = kinds.get(kind) ?? createTable(kind);
    kinds.set(kind, existing);
    return existing;
  };

  const apply = (change: StoreChange): void => {
    if (change.op === 'ids') {
      lastId = Math.max(lastId, change.last);
    } else if (change.op === 'put') {
      lastId = Math.max(lastId, numberOf(change.entity.id));
      tableToWrite(change.shop, change.kind).put(change.entity);
    } else {
      lastId = Math.max(lastId, numberOf(change.id));
      table(change.shop, change.kind)?.delete(change.id);
    }
  };

  const commit = (changes: readonly StoreChange[]): void => {
    const last = lastId;
    const batch = last > lastToldId ? [...changes, { op: 'ids', last } as const] : changes;
    options.onChange?.(batch);
    batch.forEach(apply);
    lastToldId = last;
  };

  const reading: Pick<EntityStore, 'get' | 'all' | 'find' | 'nextId'> = {
    get: (shop, kind, id) => table(shop, kind)?.get(id),
    all: (shop, kind) => table(shop, kind)?.all() ?? [],
    find: (shop, kind, key) => table(shop, kind)?.find(key) ?? [],
    nextId: (kind) => `gid://shopify/${kind}/${++lastId}`,
  };

  return {
    ...reading,
    put: (shop, kind, entity) => commit([{ op: 'put', shop, kind, entity }]),
    delete: (shop, kind, id) => {
      if (!reading.get(shop, kind, id)) return false;
      commit([{ op: 'delete', shop, kind, id }]);
      return true;
    },
    begin: () => createTransaction({ ...reading, apply: commit }),
    snapshot: () => [
      ...[...shops].flatMap(([shop, kinds]) =>
        [...kinds].flatMap(([kind, { all }]) => all().map((entity) => ({ op: 'put', shop, kind, entity }) as const)),
      ),
      { op: 'ids', last: lastId },
    ],
    restore: (changes) => {
      shops = new Map();
      for (const change of changes) apply(change);
      lastToldId = lastId;
    },
  };
}

/** The entities of one shop and kind, with an index by lookup key. */
interface Table {
  get(id: string): Entity | undefined;
  all(): readonly Entity[];
  find(key: string): readonly Entity[];
  put(entity: Entity): void;
  delete(id: string): void;
}

/** Makes an empty table. */
function createTable(kind: string): Table {
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

/** Where a transaction reads what it has not changed, and where its changes go. */
interface TransactionParent extends Pick<EntityStore, 'get' | 'all' | 'find' | 'nextId'> {
  apply(changes: readonly StoreChange[]): void;
}

/** What a transaction made of entities: `null` where it deleted one. */
type Overlay = Map<string, Entity | null>;

/** Makes a view over the parent that holds its own changes back until they are committed. */
function createTransaction(parent: TransactionParent): StoreTransaction {
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

/** Types of metafields whose values can be unique, so that a product can be found by them. */
const uniqueTypes = new Set(['id', 'single_line_text_field', 'url', 'number_integer']);

/** Whether a definition of that type can demand unique values. */
export const canBeUnique = (type: string): boolean => uniqueTypes.has(type);

/** Keys that `EntityStore.find` takes. A gid of something inside an entity is a key too. */
export const lookupKey = {
  handle: (handle: string): string => `handle ${handle}`,
  collection: (id: string): string => `collection ${id}`,
  metafield: (namespace: string, key: string, value: string): string => `metafield ${namespace} ${key} ${value}`,
  email: (email: string): string => `email ${email}`,
  phone: (phone: string): string => `phone ${phone}`,
  definition: (ownerType: string, namespace: string, key: string): string => `${ownerType} ${namespace} ${key}`,
};

/** All keys by which an entity can be found. */
function lookupKeys(kind: string, entity: Entity): readonly string[] {
  if (kind === 'Product') return productKeys(entity as ProductEntity);
  if (kind === 'Collection') return collectionKeys(entity as CollectionEntity);
  if (kind === 'MetafieldDefinition') {
    const { ownerType, namespace, key } = entity as MetafieldDefinitionEntity;
    return [lookupKey.definition(ownerType, namespace, key)];
  }
  if (kind === 'Location' || kind === 'Shop') return metafieldIds(entity as LocationEntity);
  if (kind === 'Customer') return customerKeys(entity as CustomerEntity);
  if (kind === 'Order') return orderKeys(entity as OrderEntity);
  if (kind === 'FulfillmentOrder') return fulfillmentOrderKeys(entity as FulfillmentOrderEntity);
  if (kind === 'Fulfillment') return fulfillmentKeys(entity as FulfillmentEntity);
  if (kind === 'BulkResultPart') return [(entity as BulkResultPartEntity).operationId];
  if (kind === 'StagedUpload') return [(entity as StagedUploadEntity).key];
  return [];
}

/** A collection that a test puts there by hand may be no more than its gid. */
function collectionKeys({ handle, metafields = [] }: Partial<CollectionEntity>): string[] {
  return [...(handle === undefined ? [] : [lookupKey.handle(handle)]), ...metafields.map(({ id }) => id)];
}

/** What a test puts there by hand may have no metafields. */
const metafieldIds = ({ metafields = [] }: { readonly metafields?: readonly { readonly id: string }[] }): string[] =>
  metafields.map(({ id }) => id);

function customerKeys({ email, phone, addresses = [], metafields }: CustomerEntity): string[] {
  const names = [email && lookupKey.email(email), phone && lookupKey.phone(phone)];
  return [...names.flatMap((key) => key || []), ...addresses.map(({ id }) => id), ...metafieldIds({ metafields })];
}

function orderKeys({ customerId, lineItems = [], metafields }: OrderEntity): string[] {
  return [...(customerId ? [customerId] : []), ...lineItems.map(({ id }) => id), ...metafieldIds({ metafields })];
}

const fulfillmentOrderKeys = ({ orderId, lineItems = [] }: FulfillmentOrderEntity): string[] => [
  orderId,
  ...lineItems.map(({ id }) => id),
];

const fulfillmentKeys = ({ orderId, lines = [] }: FulfillmentEntity): string[] => [
  orderId,
  ...lines.map(({ id }) => id),
];

function productKeys(product: ProductEntity): string[] {
  const keys = [lookupKey.handle(product.handle), ...product.collectionIds.map(lookupKey.collection)];
  for (const option of product.options) keys.push(option.id, ...option.optionValues.map((value) => value.id));
  for (const variant of product.variants) {
    keys.push(variant.id, variant.inventoryItem.id, ...variant.metafields.map((metafield) => metafield.id));
  }
  for (const media of product.media) keys.push(media.id);
  for (const metafield of product.metafields) {
    keys.push(metafield.id);
    if (canBeUnique(metafield.type))
      keys.push(lookupKey.metafield(metafield.namespace, metafield.key, metafield.value));
  }
  return keys;
}

/** When every shop of the fake was opened. */
const opened = '2024-01-01T00:00:00Z';

const defaultLocations = ['Shop location'];

/**
 * Gives a shop what it has from its first day: its publications (sales channels) and its locations, of which the
 * first is the primary one. A shop that has some already, as after a restore, keeps those.
 */
export function seedShop(
  store: EntityStore,
  shop: string,
  publications: readonly string[],
  locations: readonly string[] = defaultLocations,
): void {
  const transaction = store.begin();
  if (store.all(shop, 'Publication').length === 0) {
    for (const name of publications) {
      transaction.put(shop, 'Publication', {
        id: transaction.nextId('Publication'),
        name,
        autoPublish: false,
        supportsFuturePublishing: name === 'Online Store',
      });
    }
  }
  if (store.all(shop, 'Location').length === 0) {
    for (const [index, name] of locations.entries()) {
      const id = transaction.nextId('Location');
      transaction.put(shop, 'Location', newLocation(id, opened, { name, isPrimary: index === 0 }));
    }
  }
  transaction.commit();
}
