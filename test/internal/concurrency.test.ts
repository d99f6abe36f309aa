import { describe, expect, it } from 'vitest';
import { forEachConcurrent } from '../../src/internal/concurrency.ts';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('forEachConcurrent', () => {
  it('works on no more than the given number of items at once', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await forEachConcurrent([1, 2, 3, 4, 5, 6, 7], { concurrency: 3 }, async (item) => {
      most = Math.max(most, ++running);
      await tick();
      running--;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('takes from a stream only when a worker is free, one item at a time', async () => {
    let drawn = 0;
    let drawing = 0;
    async function* source(): AsyncGenerator<number> {
      for (;;) {
        expect(++drawing).toBe(1);
        await tick();
        drawing--;
        yield ++drawn;
      }
    }
    const error = new Error('enough');
    const run = forEachConcurrent(source(), { concurrency: 2 }, async (item) => {
      if (item === 3) throw error;
      await tick();
      expect(drawn - item).toBeLessThanOrEqual(2);
    });
    await expect(run).rejects.toBe(error);
    expect(drawn).toBeLessThanOrEqual(5);
  });

  it('rejects with the first failure once all that was started has ended, and closes the iterator', async () => {
    let isClosed = false;
    function* source(): Generator<number> {
      try {
        for (let item = 0; ; item++) yield item;
      } finally {
        isClosed = true;
      }
    }
    const ended: number[] = [];
    const run = forEachConcurrent(source(), { concurrency: 3 }, async (item) => {
      await tick();
      if (item === 0) throw new Error('first');
      await tick();
      ended.push(item);
      throw new Error('later');
    });
    await expect(run).rejects.toThrow('first');
    expect(ended).toEqual([1, 2]);
    expect(isClosed).toBe(true);
  });

  it('stops waiting for a stream that yields nothing, with the reason of the signal', async () => {
    const never: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }),
    };
    const stopping = new AbortController();
    const run = forEachConcurrent(never, { concurrency: 2, signal: stopping.signal }, async () => undefined);
    await tick();
    stopping.abort(new Error('stopped'));
    await expect(run).rejects.toThrow('stopped');
  });

  it('starts nothing if the signal is already aborted', async () => {
    const seen: number[] = [];
    const signal = AbortSignal.abort(new Error('too late'));
    const run = forEachConcurrent([1, 2], { concurrency: 2, signal }, async (item) => seen.push(item));
    await expect(run).rejects.toThrow('too late');
    expect(seen).toEqual([]);
  });
});
