import { createShopifyClient, type ShopifyClient } from 'shopwright';
import {
  createMetafields,
  type MetafieldDefinition,
  type MetafieldRow,
  type SetMetafieldsOptions,
} from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { domain } from './fake-shop.ts';

type Fetch = typeof globalThis.fetch;

/** A shop with some products, and a writer for their metafields. */
async function made(count = 3, wrap: (fetch: Fetch) => Fetch = (fetch) => fetch) {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, shops: [{ plan: 'plus' }], recordVariables: true });
  const clientOf = (fetch: Fetch): ShopifyClient =>
    createShopifyClient({
      shop: domain,
      accessToken: 'shpat_fake',
      fetch,
      clock,
      isolated: true,
      retry: { maxRetries: 0 },
    });
  const merchant = clientOf(fake.fetch);
  for (let at = 0; at < count; at += 1)
    await clock.run(
      merchant.graphql('mutation ($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }', {
        input: {
          title: `P${at}`,
          productOptions: [{ name: 'Size', values: [{ name: 'S' }] }],
          variants: [{ price: '1', optionValues: [{ optionName: 'Size', name: 'S' }] }],
        },
      }),
    );
  const gids = fake.products().map(({ id }) => String(id));
  const row = (at: number, value: string, more: Partial<MetafieldRow> = {}): MetafieldRow => ({
    ...{ ownerId: gids[at] ?? '', namespace: 'own', key: 'care', type: 'single_line_text_field', value },
    ...more,
  });
  const values = (key = 'care') =>
    fake
      .products()
      .map(({ metafields }) => (metafields as { key: string; value: string }[]).find((one) => one.key === key)?.value);
  const write = (value: string, at = 0) =>
    merchant.graphql(
      'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }',
      {
        m: [row(at, value)],
      },
    );
  const metafields = createMetafields({ client: clientOf(wrap(fake.fetch)) });
  const set = (rows: Iterable<MetafieldRow> | AsyncIterable<MetafieldRow>, options?: SetMetafieldsOptions) =>
    clock.run(metafields.set(rows, options));
  const sends = () => fake.calls.filter(({ rootFields }) => rootFields.includes('metafieldsSet')).length;
  return { clock, fake, merchant, gids, row, values, write, metafields, set, sends };
}

/** Does something before, or instead of, each `metafieldsSet`. */
const atSend =
  (act: (count: number, send: () => Promise<Response>) => Promise<Response>) =>
  (fetch: Fetch): Fetch => {
    let count = 0;
    return async (url, init) => {
      if (!String(init?.body).includes('metafieldsSet')) return fetch(url, init);
      count += 1;
      return act(count, () => fetch(url, init));
    };
  };

describe('metafields that are set', () => {
  it('go 25 per call with a digest, and unchanged ones are not sent', async () => {
    const { set, row, values, sends, fake, gids } = await made(60);
    const rows = gids.map((_gid, at) => row(at, `Wash ${at}`));
    expect(await set(rows)).toEqual({ set: 60, unchanged: 0, refused: [], unknown: [], unsent: [] });
    expect(values()).toEqual(rows.map(({ value }) => value));
    expect(sends()).toBe(3);
    const [sent] = fake.calls.flatMap(({ variables }) => (variables as { metafields?: object[] }).metafields ?? []);
    expect(sent).toMatchObject({ compareDigest: null });

    rows[7] = row(7, 'Iron');
    expect(
      await set(
        (async function* () {
          yield* rows;
        })(),
      ),
    ).toMatchObject({ set: 1, unchanged: 59 });
    expect(sends()).toBe(4);
    expect(values()[7]).toBe('Iron');
  });

  it('belong to the app, or to variants, too', async () => {
    const { set, row, fake } = await made(1);
    const variant = String((fake.products()[0] as unknown as { variants: { id: string }[] }).variants[0]?.id);
    const rows = [row(0, 'x', { namespace: '$app', key: 'own' }), row(0, 'y', { ownerId: variant })];
    expect(await set(rows)).toMatchObject({ set: 2 });
    expect(await set(rows)).toMatchObject({ set: 0, unchanged: 2 });
  });

  it('are reported one by one if Shopify refuses them, and the others are set', async () => {
    const { set, row, values, fake, sends, gids } = await made(25);
    const rows = gids.map((_gid, at) => row(at, `Wash ${at}`));
    rows[3] = row(3, 'not a type', { type: 'hologram' });
    rows[9] = row(9, 'x', { ownerId: 'gid://shopify/Product/999999' });
    rows[12] = row(12, 'x', { type: 'number_integer' });
    rows[13] = row(12, 'y');
    rows[14] = row(15, 'Wash 15');
    rows[16] = { ...row(16, ''), value: '' };
    const report = await set(rows);
    expect(report).toMatchObject({ set: 20, unchanged: 0, unknown: [], unsent: [] });
    expect(report.refused.map(({ row: one, code }) => [rows.indexOf(one), code])).toEqual([
      ...[
        [12, 'INVALID'],
        [16, 'INVALID'],
      ],
      ...[[15, 'DUPLICATE']],
      ...[
        [9, 'OWNER_NOT_FOUND'],
        [3, 'INVALID_TYPE'],
      ],
    ]);
    expect(values()[0]).toBe('Wash 0');
    expect(sends()).toBe(2);
    expect(fake.calls.length).toBeLessThan(30);
  });

  it('are halved if Shopify does not say which one it refuses', async () => {
    const refusing = async (_count: number, send: () => Promise<Response>): Promise<Response> => {
      const response = await send();
      const body = JSON.parse(await response.text());
      for (const error of body.data?.metafieldsSet?.userErrors ?? []) error.field = null;
      return Response.json(body);
    };
    const { set, row, values, sends, gids } = await made(8, atSend(refusing));
    const rows = gids.map((_gid, at) => row(at, `Wash ${at}`, at === 5 ? { type: 'hologram' } : {}));
    const report = await set(rows);
    expect(report).toMatchObject({ set: 7, refused: [{ row: rows[5], code: 'INVALID_TYPE' }], unsent: [] });
    expect(values().filter((value) => value === undefined)).toHaveLength(1);
    expect(sends()).toBe(7);
  });
});

describe('a metafield that somebody else has written', () => {
  const stale = { code: 'STALE_OBJECT', current: 'Theirs' };

  it.each([
    ['report', undefined, { set: 0, refused: [stale] }, 'Theirs'],
    ['overwrite', 'overwrite', { set: 1, refused: [] }, 'Ours'],
    ['a function', (_row: MetafieldRow, now: string | null) => `${now}, too`, { set: 1, refused: [] }, 'Theirs, too'],
    ['a function that leaves it', () => undefined, { set: 0, refused: [stale] }, 'Theirs'],
    [
      'a function that accepts it',
      (_row: MetafieldRow, now: string | null) => now ?? '',
      { set: 0, unchanged: 1 },
      'Theirs',
    ],
  ] as const)('before is decided by onStale: %s', async (_name, onStale, report, value) => {
    const { set, row, values, write, clock } = await made(1);
    await clock.run(write('Theirs'));
    const result = await set([row(0, 'Ours', { expected: 'Old' })], onStale && { onStale });
    expect(result).toMatchObject(report);
    expect(values()).toEqual([value]);
  });

  it('between read and write is found by its digest: with expected it is decided, without it is written again', async () => {
    const other: { write?: () => Promise<unknown> } = {};
    const { set, row, values, write } = await made(
      1,
      atSend(async (count, send) => {
        if (count % 2 === 1) await other.write?.();
        return send();
      }),
    );
    other.write = () => write('Theirs');
    expect(await set([row(0, 'Ours', { expected: null })])).toMatchObject({ set: 0, refused: [stale] });
    expect(values()).toEqual(['Theirs']);
    other.write = () => write('Theirs again');
    await set([row(0, 'x')]);
    other.write = () => write('Once more');
    expect(await set([row(0, 'Ours')])).toMatchObject({ set: 1, refused: [] });
    expect(values()).toEqual(['Ours']);
  });

  it('again and again is reported, and does not block the run', async () => {
    let times = 0;
    const other: { write?: () => Promise<unknown> } = {};
    const { set, row, write } = await made(
      1,
      atSend(async (_count, send) => {
        await other.write?.();
        return send();
      }),
    );
    other.write = () => {
      times += 1;
      return write(`Theirs ${times}`);
    };
    expect(await set([row(0, 'Ours')])).toMatchObject({
      set: 0,
      refused: [{ code: 'STALE_OBJECT', current: 'Theirs 4' }],
    });
  });
});

describe('a response that is lost', () => {
  const reset = (): never => {
    throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
  };

  it.each([[true], [false]])('is made up for by a look (carried out: %s)', async (isDone) => {
    const { set, row, values, sends } = await made(
      2,
      atSend(async (count, send) => {
        if (count > 1) return send();
        if (isDone) await send();
        return reset();
      }),
    );
    expect(await set([row(0, 'a'), row(1, 'b')])).toEqual({
      set: 2,
      unchanged: 0,
      refused: [],
      unknown: [],
      unsent: [],
    });
    expect(values()).toEqual(['a', 'b']);
    expect(sends()).toBe(1);
  });

  it('with each send leaves the rows unknown, and goes on with the others', async () => {
    const { set, row } = await made(
      2,
      atSend(async (count, send) => (count > 4 ? send() : reset())),
    );
    const rows = [...Array.from({ length: 25 }, (_, at) => row(0, 'a', { key: `k${at}` })), row(1, 'b')];
    const report = await set(rows);
    expect(report).toMatchObject({ set: 1, refused: [], unsent: [] });
    expect(report.unknown).toHaveLength(25);
    expect(await set(rows)).toMatchObject({ set: 25, unchanged: 1, unknown: [] });
  });
});

describe('a run that stops', () => {
  it('reports its rows, also those of a stream that fails', async () => {
    const { set, row } = await made(1);
    const report = await set(
      (async function* () {
        yield row(0, 'a');
        throw new Error('no more');
      })(),
    );
    expect(report).toMatchObject({ set: 0, unsent: [row(0, 'a')], stoppedBy: { message: 'no more' } });
  });

  it('by an abort has sent nothing more', async () => {
    const { set, row, gids, sends } = await made(30);
    const stop = new AbortController();
    const rows = function* () {
      for (const at of gids.keys()) {
        if (at === 27) stop.abort(new Error('enough'));
        yield row(at, 'a');
      }
    };
    const report = await set(rows(), { signal: stop.signal });
    expect(report).toMatchObject({ set: 25, stoppedBy: { message: 'enough' } });
    expect(report.unsent).toHaveLength(3);
    expect(sends()).toBe(1);
  });
});

describe('definitions', () => {
  const care: MetafieldDefinition = {
    ...{ ownerType: 'PRODUCT', namespace: 'custom', key: 'care', type: 'single_line_text_field', name: 'Care' },
  };

  it('are created only if requested and missing, and another type is reported', async () => {
    const { metafields, clock, set, row, fake } = await made(1);
    await set([row(0, 'x')]);
    const creations = () => fake.calls.filter(({ rootFields }) => rootFields.includes('metafieldDefinitionCreate'));
    expect(creations()).toEqual([]);
    expect(await clock.run(metafields.ensure([care]))).toMatchObject([{ outcome: 'created' }]);
    expect(await clock.run(metafields.ensure([care, { ...care, type: 'json' }]))).toMatchObject([
      { outcome: 'exists', type: 'single_line_text_field' },
      { outcome: 'differs', type: 'single_line_text_field' },
    ]);
    expect(creations()).toHaveLength(1);
    await expect(clock.run(metafields.ensure([{ ...care, key: 'x', type: 'hologram' }]))).rejects.toMatchObject({
      code: 'USER_ERROR',
    });
    // A row without a type has that of the definition.
    const { type: _type, ...untyped } = row(0, 'Wash', { namespace: 'custom' });
    expect(await set([untyped])).toMatchObject({ set: 1 });
  });
});

describe('options', () => {
  it('that do not exist are refused before anything is sent', async () => {
    const { metafields, fake, merchant } = await made(0);
    await expect(metafields.set([], { onstale: 'report' } as object)).rejects.toMatchObject({
      issues: [{ field: 'onstale' }],
    });
    await expect(metafields.set([], { onStale: 'ours' } as object)).rejects.toMatchObject({
      issues: [{ field: 'onStale' }],
    });
    expect(() => createMetafields({ client: merchant, store: 1 } as never)).toThrow('Invalid configuration');
    expect(fake.calls).toEqual([]);
  });
});
