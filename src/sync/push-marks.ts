import { randomUUID } from 'node:crypto';
import { StorageError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { keyPart, shopPrefix } from '../storage/keys.ts';

/** What stands in the store for a product that is to be pushed. */
interface Mark {
  readonly localId: string;
  /** New with each change. */
  readonly change: string;
  /** The push that has begun last, new with each; `null` before the first. */
  readonly push: string | null;
  /** Two pushes ran at a time, so nobody knows whose state the shop and the record have. */
  readonly isInDoubt: boolean;
}

/** A push that has begun. */
interface BegunPush {
  /** Whether it must be sent even where the record says that the shop has it. */
  readonly isInDoubt: boolean;
  /**
   * The push has ended. Takes the mark away; `marked`: not so, for a change came meanwhile. `overtaken`: another push of
   * the product ran at the same time, as where this one's process was taken for dead; it is marked anew, in doubt.
   */
  end(): Promise<'done' | 'marked' | 'overtaken'>;
  /** The push has failed. The mark stays; where the push was `overtaken`, the product is marked anew, in doubt. */
  fail(): Promise<'marked' | 'overtaken'>;
}

/**
 * Says in the key-value store which products are still to be pushed. A push takes away only the mark as it stood when
 * the push began, so no change is lost that it may not have seen. The sync records are left to the pushes.
 */
export interface PushMarks {
  /** The product has changed: it must be pushed. @throws StorageError */
  mark(localId: string): Promise<void>;
  /** A push begins. Call it before the product is read. @throws StorageError */
  begin(localId: string): Promise<BegunPush>;
  /** The local ids of all that is marked, in pages. @throws StorageError, at the end also for marks that cannot be read. */
  all(pageSize: number): AsyncIterable<readonly string[]>;
}

/** Makes the marks of one shop. */
export function createPushMarks(store: KeyValueStore, shop: string): PushMarks {
  // No webhook handler, whose name stands in that place, can have this one.
  const prefix = async (): Promise<string> => `${await shopPrefix(shop)}~push:`;

  /** Changes the mark under that key, whatever others do meanwhile. @returns It, and how it stands in the store now. */
  const update = async (key: string, localId: string, changes: Partial<Mark>) => {
    for (;;) {
      const before = await store.get(key);
      const mark: Mark = { ...(readMark(before) ?? newMark(localId)), ...changes };
      const text = JSON.stringify(mark);
      if (await store.compareAndSet(key, before, text)) return { mark, text };
    }
  };
  const keyOf = async (localId: string): Promise<string> => `${await prefix()}${await keyPart(localId)}`;

  return {
    async mark(localId) {
      const key = await keyOf(localId);
      // As a rule there is none.
      if (await store.setIfAbsent(key, JSON.stringify(newMark(localId)))) return;
      await update(key, localId, { change: randomUUID() });
    },
    async begin(localId) {
      const key = await keyOf(localId);
      const push = randomUUID();
      const { mark, text } = await update(key, localId, { push });
      const fail: BegunPush['fail'] = async () => {
        if (readMark(await store.get(key))?.push === push) return 'marked';
        await update(key, localId, { change: randomUUID(), isInDoubt: true });
        return 'overtaken';
      };
      return {
        isInDoubt: mark.isInDoubt,
        end: async () => ((await store.compareAndSet(key, text, undefined)) ? 'done' : fail()),
        fail,
      };
    },
    async *all(pageSize) {
      const damaged: string[] = [];
      const read = async (keys: readonly string[]): Promise<readonly string[]> => {
        const found = await Promise.all(keys.map(async (key) => ({ key, text: await store.get(key) })));
        return found.flatMap(({ key, text }) => {
          const mark = readMark(text);
          if (text !== undefined && !mark) damaged.push(key);
          return mark?.localId ?? [];
        });
      };
      let keys: string[] = [];
      for await (const key of store.scan(await prefix())) {
        if (keys.push(key) < pageSize) continue;
        yield await read(keys);
        keys = [];
      }
      yield await read(keys);
      if (damaged.length > 0) throw unreadable(damaged);
    },
  };
}

const newMark = (localId: string): Mark => ({ localId, change: randomUUID(), push: null, isInDoubt: false });

function readMark(text: string | undefined): Mark | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  return isRecord(found) && typeof found['localId'] === 'string' ? (found as unknown as Mark) : undefined;
}

function unreadable(keys: readonly string[]): StorageError {
  const some = keys.slice(0, 3).join(', ');
  const which = keys.length > 3 ? `${some} and ${keys.length - 3} more` : some;
  const mend = 'Delete the keys, and enqueue their products again.';
  return new StorageError(`Marks of products to be pushed cannot be read, under ${which}. ${mend}`, false);
}
