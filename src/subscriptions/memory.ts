import { StorageError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { shopPrefix } from '../storage/keys.ts';
import type { Standing } from './content.ts';

/** What was set in earlier runs, by gid. */
export type Remembered = ReadonlyMap<string, Standing>;

/** Remembers what stands between two runs. */
interface Memory {
  /** @throws StorageError for what it did not write itself. */
  read(): Promise<Remembered>;
  /** Does nothing where nothing has changed since `read`. */
  write(subscriptions: Remembered): Promise<void>;
}

const nothing: Memory = { read: async () => new Map(), write: async () => undefined };

/** Makes the memory of one owner and shop, under a key that `shop/redact` erases with the rest. Without a store it is empty. */
export async function createMemory(
  store: Pick<KeyValueStore, 'get' | 'set'> | undefined,
  shop: string,
  owner: string,
): Promise<Memory> {
  if (!store) return nothing;
  const key = `${await shopPrefix(shop)}subscriptions:${owner}`;
  let before: string | undefined;
  return {
    async read() {
      before = await store.get(key);
      return new Map(entriesOf(before, key).map((one) => [one.id, one]));
    },
    async write(subscriptions) {
      const ordered = [...subscriptions.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const text = JSON.stringify({ version: 1, subscriptions: ordered });
      if (text !== before && !(before === undefined && ordered.length === 0)) await store.set(key, text);
    },
  };
}

function entriesOf(text: string | undefined, key: string): readonly Standing[] {
  if (text === undefined) return [];
  const read = parseJson(text);
  const entries = isRecord(read) && read['version'] === 1 ? read['subscriptions'] : undefined;
  if (Array.isArray(entries) && entries.every(isStanding)) return entries;
  throw new StorageError(
    `${key} does not hold what syncSubscriptions writes. Delete it: then nothing is remembered.`,
    false,
  );
}

function isStanding(value: unknown): value is Standing {
  return (
    isRecord(value) &&
    ['id', 'topic', 'uri'].every((name) => typeof value[name] === 'string') &&
    ['includeFields', 'metafieldNamespaces', 'metafields'].every((name) => Array.isArray(value[name]))
  );
}
