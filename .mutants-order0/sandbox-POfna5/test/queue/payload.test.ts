// @ts-nocheck
import { inProcessQueue } from 'shopwright/queue';
import { describe, expect, it, onTestFinished } from 'vitest';

const circle: Record<string, unknown> = {};
circle['self'] = circle;

/** What arrives at the handler. */
async function sent(payload: unknown): Promise<unknown> {
  const queue = inProcessQueue();
  onTestFinished(() => queue.close());
  const arrived = new Promise((resolve) => queue.process('work', async ({ job }) => resolve(job.payload)));
  await queue.enqueue({ type: 'work', payload });
  return arrived;
}

describe('a payload', () => {
  it.each<[string, unknown]>([
    ['payload: is undefined', undefined],
    ['payload: is a function', () => 1],
    ['payload.a: is a symbol', { a: Symbol('a') }],
    ['payload.a.b[1]: is NaN', { a: { b: [1, Number.NaN] } }],
    ['payload[0]: is -Infinity', [Number.NEGATIVE_INFINITY]],
    ['payload[1]: is undefined', [1, undefined]],
    ['payload.lines: is a Map', { lines: new Map() }],
    ['payload.lines: is a Set', { lines: new Set() }],
    ['payload.body: is a Uint8Array', { body: Buffer.from('a') }],
    ['payload.error: is a Error', { error: new Error('a') }],
    ['payload.at: is an invalid Date', { at: new Date('no') }],
    ['payload.id: is a bigint', { id: 1n }],
    ['payload.self: is a circle', circle],
  ])('is refused with its field: %s', async (message, payload) => {
    await expect(sent(payload)).rejects.toMatchObject({
      code: 'QUEUE_FAILED',
      message: expect.stringContaining(message),
    });
  });

  it('arrives as it is, but for dates, which are text', async () => {
    class Point {
      readonly x = 1;
    }
    const shared = { n: 1 };
    expect(
      await sent({
        a: undefined,
        at: new Date(0),
        url: new URL('http://a/'),
        point: new Point(),
        list: [shared, shared],
      }),
    ).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      url: 'http://a/',
      point: { x: 1 },
      list: [{ n: 1 }, { n: 1 }],
    });
  });

  it('that is too deep is refused', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    await expect(sent(deep)).rejects.toMatchObject({ code: 'QUEUE_FAILED' });
  });
});
