import fc from 'fast-check';
import { formatPlan, type PushResult } from 'shopwright/sync';
import type { Entity } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync } from '../fake-shop.ts';

/** A product with a variant and an image for each letter. */
const lettered = (images: string, variants: string, more: object = {}): ProductDraftInput => ({
  ...{ localId: 'tee', title: 'Tee' },
  images: [...images].map((name) => ({ url: `https://cdn.example.com/${name}.jpg`, alt: name })),
  variants: [...variants].map((sku) => ({ sku, price: '1', options: { Size: sku } })),
  ...more,
});

let made: FakeSync;

beforeEach(() => {
  made = fakeSync();
});

const push = async (product: ProductDraftInput, options: object = {}): Promise<PushResult> => {
  const result = await made.clock.run(made.sync.push(product, options));
  await made.clock.advance(1_000);
  return result;
};

const product = (): Entity => made.fake.products()[0] as Entity;

const images = (): string => (product()['media'] as readonly { alt: string }[]).map(({ alt }) => alt).join('');

const variants = (): string => (product()['variants'] as readonly { sku: string }[]).map(({ sku }) => sku).join('');

/** Makes a merchant's change in the admin. */
const ask = (query: string, variables: object = {}): Promise<unknown> =>
  made.clock.run(made.client.graphql(query, { id: product().id, ...variables }));

const moveImage = async (alt: string, newPosition: string): Promise<void> => {
  const media = product()['media'] as readonly { id: string; alt: string }[];
  const moves = [{ id: media.find((one) => one.alt === alt)?.id, newPosition }];
  const mutation =
    'mutation ($id: ID!, $moves: [MoveInput!]!) { productReorderMedia(id: $id, moves: $moves) { job { id } } }';
  await ask(mutation, { moves });
  await made.clock.advance(1_000);
};

const addImage = async (alt: string): Promise<void> => {
  const media = [{ originalSource: `https://cdn.example.com/${alt}.jpg`, alt, mediaContentType: 'IMAGE' }];
  const mutation =
    'mutation ($id: ID!, $media: [CreateMediaInput!]!) { productUpdate(product: { id: $id }, media: $media) { product { id } } }';
  await ask(mutation, { media });
  await made.clock.advance(1_000);
};

const writes = (from: number): readonly string[] =>
  made.fake.calls
    .slice(from)
    .flatMap(({ operation }) => (operation && !/Read|Ids|OptionOrder/.test(operation) ? [operation] : []));

describe('an order that the draft changes', () => {
  it.each([
    ['images', lettered('dabc', 'ABC'), ['ProductImagesReorder']],
    ['variants', lettered('abcd', 'CAB'), ['ProductOptionsReorder']],
    ['both', lettered('dcba', 'CBA'), ['ProductImagesReorder', 'ProductOptionsReorder']],
  ])('is applied to %s, and nothing else is sent', async (_what, changed, expected) => {
    await push(lettered('abcd', 'ABC'));
    const before = product();
    const seen = made.fake.calls.length;
    expect((await push(changed)).outcome).toBe('updated');
    expect(images()).toBe(changed.images?.map(({ alt }) => alt).join(''));
    expect(variants()).toBe(changed.variants.map(({ sku }) => sku).join(''));
    expect(writes(seen)).toEqual(expected);
    const ids = (of: Entity, list: 'media' | 'variants') => (of[list] as { id: string }[]).map(({ id }) => id).sort();
    for (const list of ['media', 'variants'] as const) expect(ids(product(), list)).toEqual(ids(before, list));
    expect(await push(changed, { refresh: true })).toEqual({ outcome: 'unchanged', localId: 'tee', gid: product().id });
  });

  it('sends one move for one entry that changes its position', async () => {
    await push(lettered('abcdefgh', 'A'));
    await push(lettered('bcdefgha', 'A'));
    expect(images()).toBe('bcdefgha');
    const call = made.fake.calls.find(({ operation }) => operation === 'ProductImagesReorder');
    expect(call?.variables).toMatchObject({ moves: [{ newPosition: '7' }] });
  });

  it('puts a new entry in its place between the others', async () => {
    await push(lettered('ab', 'AB'));
    await push(lettered('axb', 'XAB'));
    expect([images(), variants()]).toEqual(['axb', 'XAB']);
  });

  it('is not sent if an entry is added at the end or removed', async () => {
    await push(lettered('abc', 'ABC'));
    const seen = made.fake.calls.length;
    await push(lettered('acd', 'ABCD'));
    expect([images(), variants()]).toEqual(['acd', 'ABCD']);
    expect(writes(seen).filter((name) => name.includes('Reorder'))).toEqual([]);
  });

  it('follows positions', async () => {
    await push(lettered('ab', 'AB'));
    const [a, b] = lettered('ab', 'AB').images ?? [];
    await push(
      lettered('ab', 'AB', {
        images: [
          { ...a, position: 2 },
          { ...b, position: 1 },
        ],
      }),
    );
    expect(images()).toBe('ba');
  });

  it('does not move entries that a merchant added', async () => {
    await push(lettered('abc', 'A'));
    await addImage('m');
    await moveImage('m', '0');
    expect((await push(lettered('cab', 'A'))).outcome).toBe('updated');
    expect(images()).toBe('mcab');
  });

  it('needs no additional moves if a merchant added entries', async () => {
    await push(lettered('abc', 'A'));
    await addImage('m');
    await moveImage('m', '1');
    const seen = made.fake.calls.length;
    expect((await push(lettered('acb', 'A'))).outcome).toBe('updated');
    expect(images()).toBe('amcb');
    const calls = made.fake.calls.slice(seen).filter(({ operation }) => operation === 'ProductImagesReorder');
    expect(calls).toMatchObject([{ variables: { moves: [{ newPosition: '3' }] } }]);
  });

  it('is undone by a rollback', async () => {
    await push(lettered('abc', 'ABC'));
    await push(lettered('xcba', 'CBA'));
    expect([images(), variants()]).toEqual(['xcba', 'CBA']);
    await made.clock.run(made.sync.rollback({ localId: 'tee' }));
    await made.clock.advance(1_000);
    expect([images(), variants()]).toEqual(['abc', 'ABC']);
  });

  it('is restored for entries that a rollback restores', async () => {
    await push(lettered('abc', 'ABC'));
    await push(lettered('bc', 'BC'), { maxDeletes: { variants: 1 } });
    await made.clock.run(made.sync.rollback({ localId: 'tee' }));
    await made.clock.advance(1_000);
    expect([images(), variants()]).toEqual(['abc', 'ABC']);
  });

  it('is restored together with a SKU that a rollback corrects', async () => {
    await push(lettered('a', 'ABC'));
    const [, b, c] = lettered('a', 'ABC').variants;
    const renamed = lettered('a', '', { variants: [b, { ...c, sku: 'D' }] });
    await push(renamed, { maxDeletes: { variants: 1 } });
    expect(variants()).toBe('BD');
    await made.clock.run(made.sync.rollback({ localId: 'tee' }));
    expect(variants()).toBe('ABC');
    expect((await push(lettered('a', 'ABC'), { refresh: true })).outcome).toBe('unchanged');
  });

  it('is named in the plan', async () => {
    await push(lettered('ab', 'AB'));
    const plan = await made.clock.run(made.sync.plan([lettered('ba', 'BA')]));
    const orders = ['images', 'variants', 'options'].map((list) => `  ~ order of ${list}`);
    expect(formatPlan(plan).split('\n').slice(0, 4)).toEqual(['~ tee', ...orders]);
    expect(plan).toMatchObject({ calls: 3, points: 30 });
  });
});

describe('an order that a merchant changes', () => {
  beforeEach(async () => {
    await push(lettered('abc', 'A'));
    await moveImage('c', '0');
  });

  const drift = { list: 'product', field: 'imageOrder' };

  it('is kept and reported', async () => {
    expect(await push(lettered('abc', 'A', { title: 'New' }))).toMatchObject({ outcome: 'updated', drifts: [drift] });
    expect(images()).toBe('cab');
    expect(await push(lettered('abcd', 'A'))).toMatchObject({ outcome: 'updated', drifts: [drift] });
    expect(images()).toBe('cabd');
  });

  it('is overwritten with force', async () => {
    expect((await push(lettered('abc', 'A'), { force: true })).outcome).toBe('updated');
    expect(images()).toBe('abc');
  });

  it('is a conflict with a changed order of the draft, until it is resolved', async () => {
    const changed = lettered('bac', 'A');
    expect(await push(changed)).toMatchObject({ outcome: 'conflict', conflicts: [drift] });
    expect(await push(changed)).toMatchObject({ outcome: 'conflict' });
    expect(images()).toBe('cab');
    expect((await push(changed, { onConflict: 'ours' })).outcome).toBe('updated');
    expect(images()).toBe('bac');
  });

  it('is not a difference if the draft has the same order', async () => {
    expect(await push(lettered('cab', 'A'))).toEqual({ outcome: 'unchanged', localId: 'tee', gid: product().id });
  });
});

describe('images that Shopify is still processing', () => {
  const operations = /ProductImagesReorder|JobRead/;
  const [before, after] = [lettered('abc', 'A'), lettered('cab', 'A')];

  /** A shop with these answers, in turn, to calls about the order of images. For `undefined` the fake answers. */
  function answering(...answers: readonly (object | undefined)[]): () => readonly string[] {
    const asked: string[] = [];
    made = fakeSync({
      client: {
        fetch: async (url, init) => {
          const [operation] = operations.exec(String(init?.body ?? '')) ?? [];
          if (operation === undefined) return made.fake.fetch(url, init);
          const answer = answers[Math.min(asked.length, answers.length - 1)];
          asked.push(`${operation} ${made.clock.monotonic() - startedAt}`);
          return answer ? Response.json({ data: answer }) : made.fake.fetch(url, init);
        },
      },
    });
    return () => asked;
  }

  let startedAt = 0;

  /** The result of the second push, with its duration in milliseconds. */
  const pushed = async (options: object = {}): Promise<PushResult & { readonly tookMs: number }> => {
    await push(before);
    startedAt = made.clock.monotonic();
    const result = await made.clock.run(made.sync.push(after, options));
    return { ...result, tookMs: made.clock.monotonic() - startedAt };
  };

  const refusing = (code: string): object => {
    const refusal = { field: ['moves'], message: 'It cannot be moved', code };
    return { productReorderMedia: { job: null, mediaUserErrors: [refusal], userErrors: [] } };
  };

  const begun = (done: boolean): object => ({
    productReorderMedia: { job: { id: 'gid://shopify/Job/1', done }, mediaUserErrors: [], userErrors: [] },
  });

  const running = { job: { id: 'gid://shopify/Job/1', done: false } };

  /** Calls of an operation at these seconds. */
  const times = (operation: string, ...seconds: readonly number[]) => seconds.map((at) => `${operation} ${at * 1_000}`);

  it('are sorted after their uploads have finished', async () => {
    const asked = answering(refusing('NON_READY_MEDIA'), refusing('NON_READY_MEDIA'), undefined);
    expect(await pushed()).toMatchObject({ outcome: 'updated' });
    expect(asked()).toEqual([...times('ProductImagesReorder', 0, 0.5, 1.5), 'JobRead 2000']);
    expect(images()).toBe('cab');
  });

  it('fail the push if uploads take longer than half a minute', async () => {
    const asked = answering(refusing('NON_READY_MEDIA'));
    expect(await pushed()).toMatchObject({ outcome: 'failed', error: { code: 'USER_ERROR' } });
    expect(asked()).toEqual(times('ProductImagesReorder', 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5));
  });

  it('fail the push at once if Shopify refuses the order', async () => {
    const asked = answering(refusing('MEDIA_DOES_NOT_EXIST_ON_PRODUCT'));
    expect(await pushed()).toMatchObject({ outcome: 'failed', error: { code: 'USER_ERROR' } });
    expect(asked()).toEqual(['ProductImagesReorder 0']);
  });

  it('are polled until the order is set', async () => {
    const asked = answering(begun(false), running, running, { job: { ...running.job, done: true } });
    expect(await pushed()).toMatchObject({ outcome: 'updated', tookMs: 3_500 });
    expect(asked()).toEqual(['ProductImagesReorder 0', ...times('JobRead', 0.5, 1.5, 3.5)]);
  });

  it('are polled for at most half a minute', async () => {
    const asked = answering(begun(false), running);
    expect(await pushed()).toMatchObject({ outcome: 'updated', tookMs: 31_500 });
    expect(asked()).toEqual(['ProductImagesReorder 0', ...times('JobRead', 0.5, 1.5, 3.5, 7.5, 15.5, 31.5)]);
  });

  it.each([
    ['is done at once', [begun(true)], ['ProductImagesReorder 0']],
    [
      'is one without work',
      [{ productReorderMedia: { job: null, mediaUserErrors: [], userErrors: [] } }],
      ['ProductImagesReorder 0'],
    ],
    ['is unknown to Shopify', [begun(false), { job: null }], ['ProductImagesReorder 0', 'JobRead 500']],
  ])('are not polled any further if the order %s', async (_what, answers, expected) => {
    const asked = answering(...answers);
    expect(await pushed()).toMatchObject({ outcome: 'updated' });
    expect(asked()).toEqual(expected);
  });

  it.each([
    ['uploads', [refusing('NON_READY_MEDIA')]],
    ['the order', [begun(false), running]],
  ])('are polled until the caller aborts, during %s', async (_what, answers) => {
    answering(...answers);
    const abort = new AbortController();
    await push(before);
    startedAt = made.clock.monotonic();
    made.clock.setTimer(() => abort.abort(new Error('stop')), 2_000);
    await expect(made.clock.run(made.sync.push(after, { signal: abort.signal }))).rejects.toThrow('stop');
    expect(made.clock.monotonic() - startedAt).toBe(2_000);
  });
});

it('any order of images follows any other', async () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
  const subset = fc.shuffledSubarray(letters, { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(subset, subset, async (first, second) => {
      made = fakeSync();
      await push(lettered(first.join(''), 'A'));
      await push(lettered(second.join(''), 'A'));
      expect(images()).toBe(second.join(''));
    }),
    { numRuns: 25 },
  );
});

it('of an adopted product is kept as the merchant has it', async () => {
  await push(lettered('ab', 'AB', { handle: 'tee' }));
  const { sync, clock } = fakeSync({ sync: { adoptBy: ['handle'] }, client: { fetch: made.fake.fetch } });
  expect((await clock.run(sync.push(lettered('ba', 'BA', { handle: 'tee' })))).outcome).toBe('unchanged');
  expect([images(), variants()]).toEqual(['ab', 'AB']);
});
