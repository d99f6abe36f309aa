import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors/errors.ts';
import { sharedTask } from '../../internal/abort.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { appPart, checkFormat, erasedKey, isErasedSince, keyPart, pushMarks, shopPrefix } from '../../storage/keys.ts';

/**
 * Stores which products still have to be pushed, in the key-value store. A push removes only the mark that it found
 * when it started, so a change made meanwhile is not lost. Sync records are written only by the pushes.
 */
export interface PushMarks {
  /** Marks a changed product to be pushed. @throws StorageError */
  mark(localId: string): Promise<void>;
  /** Marks many products. @throws StorageError */
  markAll(localIds: readonly string[]): Promise<void>;
  /**
   * Starts a push. Call it before the product is read. Returns `undefined` if the shop's data was erased after the job
   * was queued (at `enqueuedAt`, in milliseconds since the epoch), and the product was not marked again.
   *
   * @throws StorageError
   */
  begin(localId: string, enqueuedAt: number): Promise<BegunPush | undefined>;
  /** The local ids of all marked products, in pages. @throws StorageError, at the end also for unreadable marks. */
  all(pageSize: number): AsyncIterable<readonly string[]>;
  /** Local ids marked by product queues with another app or name. @throws StorageError */
  ofOthers(): Promise<ReadonlySet<string>>;
}

/** A push that has started. */
export interface BegunPush {
  /** Whether it must be sent even if the record says that the shop has it. */
  readonly isInDoubt: boolean;
  /** Whether the product was not marked before. */
  readonly isNew: boolean;
  /**
   * Ends a successful push and removes the mark. `marked`: the mark stays, because the product changed meanwhile.
   * `overtaken`: another push of the product ran at the same time, for example because this process was taken for dead;
   * the product is marked again, in doubt. `erased`: the shop's data was erased meanwhile.
   */
  end(): Promise<'done' | 'marked' | 'overtaken' | 'erased'>;
  /** Ends a failed push. The mark stays; if the push was `overtaken`, the product is marked again, in doubt. */
  fail(): Promise<'marked' | 'overtaken' | 'erased'>;
}

/**
 * The format in which this release stores a mark. A release that stores more, or something else, uses the next number.
 */
const markFormat = 1;

/** The stored mark of a product to be pushed. */
interface Mark {
  readonly format: number;
  readonly localId: string;
  /** A new id for each change. */
  readonly change: string;
  /** The id of the push that started last; `null` before the first. */
  readonly push: string | null;
  /** Two pushes ran at the same time, so it is unknown which state the shop and the record have. */
  readonly isInDoubt: boolean;
}

/** The product queue that the marks belong to. */
interface PushMarksOwner {
  readonly shop: string;
  readonly appId: string;
  readonly scope: string | undefined;
}

/** Creates the marks of one product queue. */
export function createPushMarks(store: KeyValueStore, { shop, appId, scope }: PushMarksOwner): PushMarks {
  const scoped = async (): Promise<string> => `${await shopPrefix(shop)}${pushMarks}`;
  // Long or unusual names are hashed: once, not for each mark.
  const prefix = sharedTask(async () =>
    scope === undefined
      ? `${await shopPrefix(shop)}~push:`
      : `${await scoped()}${await appPart(appId)}${await keyPart(scope)}:`,
  );

  /**
   * Changes the mark under that key by compare-and-set. @returns The mark, its stored text, and whether there was none
   * before; `undefined` if there was none and `isOff`.
   */
  const update = async (key: string, localId: string, changes: Partial<Mark>, isOff?: () => Promise<boolean>) => {
    for (;;) {
      const before = await store.get(key);
      if (before === undefined && (await isOff?.())) return undefined;
      const mark: Mark = { ...(readMark(before, key) ?? newMark(localId)), ...changes };
      const text = JSON.stringify(mark);
      if (await store.compareAndSet(key, before, text)) return { mark, text, isNew: before === undefined };
    }
  };
  const keyOf = async (localId: string): Promise<string> => `${await prefix()}${await keyPart(localId)}`;

  const mark = async (localId: string): Promise<void> => {
    const key = await keyOf(localId);
    // Usually there is no mark yet.
    if (await store.setIfAbsent(key, JSON.stringify(newMark(localId)))) return;
    await update(key, localId, { change: randomUUID() });
  };

  return {
    mark,
    async markAll(localIds) {
      if (!store.setManyIfAbsent) return void (await Promise.all(localIds.map(mark)));
      const keys = await Promise.all(localIds.map(keyOf));
      const texts = new Map(keys.map((key, index) => [key, JSON.stringify(newMark(localIds[index] ?? ''))]));
      const added = await store.setManyIfAbsent(texts);
      const changed = keys.map((key, index) => ({ key, localId: localIds[index] ?? '' }));
      await Promise.all(
        changed
          .filter(({ key }) => !added.has(key))
          .map(({ key, localId }) => update(key, localId, { change: randomUUID() })),
      );
    },
    async begin(localId, enqueuedAt) {
      const key = await keyOf(localId);
      const isErased = async (): Promise<boolean> =>
        isErasedSince(await store.get(await erasedKey(shop, appId)), enqueuedAt);
      const push = randomUUID();
      const begun = await update(key, localId, { push }, isErased);
      if (!begun) return undefined;
      const { mark, text, isNew } = begun;
      const fail: BegunPush['fail'] = async () => {
        const found = readMark(await store.get(key), key);
        if (found?.push === push) return 'marked';
        if (!found && (await isErased())) return 'erased';
        await update(key, localId, { change: randomUUID(), isInDoubt: true });
        return 'overtaken';
      };
      return {
        isInDoubt: mark.isInDoubt,
        isNew,
        end: async () => ((await store.compareAndSet(key, text, undefined)) ? 'done' : fail()),
        fail,
      };
    },
    async *all(pageSize) {
      const damaged: string[] = [];
      const newer: unknown[] = [];
      const markUnder = (key: string, text: string | undefined): Mark | undefined => {
        try {
          const mark = readMark(text, key);
          if (text !== undefined && !mark) damaged.push(key);
          return mark;
        } catch (error) {
          // Thrown at the end, after all readable marks were returned.
          newer.push(error);
          return undefined;
        }
      };
      const read = async (keys: readonly string[]): Promise<readonly string[]> => {
        const found = await Promise.all(keys.map(async (key) => ({ key, text: await store.get(key) })));
        return found.flatMap(({ key, text }) => markUnder(key, text)?.localId ?? []);
      };
      let keys: string[] = [];
      for await (const key of store.scan(await prefix())) {
        if (keys.push(key) < pageSize) continue;
        yield await read(keys);
        keys = [];
      }
      yield await read(keys);
      if (newer.length > 0) throw newer[0];
      if (damaged.length > 0) throw unreadable(damaged);
    },
    async ofOthers() {
      const localIds = new Set<string>();
      for await (const key of store.scan(await scoped())) {
        const mark = readMark(await store.get(key), key);
        if (mark) localIds.add(mark.localId);
      }
      return localIds;
    },
  };
}

const newMark = (localId: string): Mark => ({
  format: markFormat,
  localId,
  change: randomUUID(),
  push: null,
  isInDoubt: false,
});

/** @throws StorageError for a mark that a newer release has stored. */
function readMark(text: string | undefined, key: string): Mark | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  checkFormat(found, markFormat, `The mark under ${key} of a product to be pushed`);
  return isRecord(found) && typeof found['localId'] === 'string' ? (found as unknown as Mark) : undefined;
}

function unreadable(keys: readonly string[]): StorageError {
  const some = keys.slice(0, 3).join(', ');
  const which = keys.length > 3 ? `${some} and ${keys.length - 3} more` : some;
  const fix = 'Delete the keys, and enqueue their products again.';
  return new StorageError(`Marks of products to be pushed cannot be read, under ${which}. ${fix}`);
}
