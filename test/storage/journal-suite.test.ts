import { memoryStores } from 'shopwright';
import type { SyncJournal } from 'shopwright/storage/adapter';
import { describeSyncJournal, type SyncJournalSubject } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';

/** Runs the suite, and gives the names of its cases by outcome. */
async function runSuite(create: () => SyncJournalSubject): Promise<{ passed: string[]; failed: string[] }> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  describeSyncJournal('a journal', create, {
    describe: (_name, body) => body(),
    it: (name, body) => cases.push({ name, body }),
    expect,
  });
  const passed: string[] = [];
  const failed: string[] = [];
  for (const { name, body } of cases) {
    await body().then(
      () => passed.push(name),
      () => failed.push(name),
    );
  }
  return { passed, failed };
}

/** A journal in memory with one flaw. */
function flawed(flaw: (journal: SyncJournal) => Partial<SyncJournal>): () => SyncJournalSubject {
  return () => {
    const stores = memoryStores();
    return { ...stores, journal: { ...stores.journal, ...flaw(stores.journal) } };
  };
}

const flaws: readonly (readonly [what: string, caught: string, create: () => SyncJournalSubject])[] = [
  [
    'appends one after the other',
    'appends all of a list or nothing of it',
    flawed(({ append }) => ({
      async append(entries) {
        const ids: string[] = [];
        for (const entry of entries) ids.push(...(await append([entry])));
        return ids;
      },
    })),
  ],
  [
    'begins a page with the entry that `after` names',
    'shows each entry once to a reader that continues while others append',
    flawed(({ list }) => ({
      list: (shop, { after, ...options } = {}) =>
        list(shop, { ...options, ...(after !== undefined && { after: String(Number(after) - 1).padStart(16, '0') }) }),
    })),
  ],
  [
    'looks for the entries of a run among those of a page',
    'fills a page with entries of the run or product, even with many others in between',
    flawed(({ list }) => ({
      list: async (shop, { runId, ...options } = {}) =>
        (await list(shop, options)).filter((entry) => runId === undefined || entry.runId === runId),
    })),
  ],
  [
    'orders by time',
    'lists in the order of appending, the oldest first, regardless of times',
    flawed(({ list }) => ({
      list: async (shop, options) => [...(await list(shop, options))].sort((left, right) => left.at - right.at),
    })),
  ],
  [
    'forgets the newest order',
    'lists the newest first on request',
    flawed(({ list }) => ({ list: (shop, { order, ...options } = {}) => list(shop, options) })),
  ],
  [
    'answers ids in an order of its own',
    'returns the ids of a list in its order, ascending',
    flawed(({ append }) => ({ append: async (entries) => [...(await append(entries))].reverse() })),
  ],
  [
    'prunes what is of the very moment',
    'prunes all entries before a moment, in any position, and returns how many there were',
    flawed(({ prune }) => ({ prune: (shop, before) => prune(shop, before + 1) })),
  ],
  [
    'erases nothing',
    'erases all entries of a shop and none of another, and returns how many there were',
    flawed(() => ({ erase: async () => 1_203 })),
  ],
  [
    'ignores the run',
    'lists the entries of one run',
    flawed(({ list }) => ({ list: (shop, { runId, ...options } = {}) => list(shop, options) })),
  ],
  [
    'drops what is null',
    'keeps null and empty lists and objects in `sent` and `before`',
    flawed(({ append }) => ({
      append: (entries) =>
        append(
          entries.map((entry) => {
            const sent = entry?.sent;
            if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return entry;
            return { ...entry, sent: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null)) };
          }),
        ),
    })),
  ],
  [
    'gives its own entries',
    'copies entries: later changes of an object that was appended or listed have no effect',
    flawed(({ list }) => {
      const kept = new Map<string, Awaited<ReturnType<SyncJournal['list']>>[number]>();
      return {
        list: async (shop, options) =>
          (await list(shop, options)).map((entry) => {
            const own = kept.get(entry.id) ?? entry;
            kept.set(entry.id, own);
            return own;
          }),
      };
    }),
  ],
];

/** Appends as a disk does, and lists from memory. */
const slow = flawed(({ append }) => ({
  append: async (entries) => {
    const copy = structuredClone(entries);
    await new Promise<void>((resolve) => void setTimeout(resolve, 1));
    return append(copy);
  },
}));

describe('describeSyncJournal', () => {
  it('ends with a journal that appends slowly and lists from memory', async () => {
    const { failed } = await runSuite(slow);
    // A journal that is slow must take its entries before it waits; this one does that with valid ones only.
    expect(failed).not.toContain('shows each entry once to a reader that continues while others append');
  });

  it('passes a journal that keeps the contract, in more than 50 cases with names of their own', async () => {
    const { passed, failed } = await runSuite(memoryStores);
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThan(50);
    expect(new Set(passed).size).toBe(passed.length);
  });

  it.each(flaws)('catches a journal that %s', async (_what, caught, create) => {
    expect((await runSuite(create)).failed).toContain(caught);
  });
});
