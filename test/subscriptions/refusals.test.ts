import { isShopwrightError } from 'shopwright';
import { webhookTopics } from 'shopwright/webhooks/topics';
import { describe, expect, it } from 'vitest';
import { createHarness, uri } from './harness.ts';

/** The issues of a list, as `field: message`. Nothing may have been sent. */
async function problemsOf(desired: unknown, owner?: string): Promise<readonly string[]> {
  const { sync, fake } = createHarness();
  // Hosts in JavaScript may pass anything.
  const error = await sync(desired as never, owner === undefined ? {} : { owner }).catch((thrown: unknown) => thrown);
  expect(fake.calls).toEqual([]);
  if (!isShopwrightError(error, 'VALIDATION_FAILED') && !isShopwrightError(error, 'CONFIG_INVALID')) throw error;
  return error.issues.map(({ field, message }) => `${field}: ${message}`);
}

const topic = 'products/update';

describe('before anything is sent', () => {
  it.each([
    ['product/update', 'products/update'],
    ['PRODUCTS_UPDATE', 'products/update'],
    ['products/updated', 'products/update'],
    ['orders/update', 'orders/updated'],
    ['customers/tags_added', 'customer.tags_added'],
    ['inventory_transfers/update', 'inventory_transfers/updated'],
    ['app/uninstall', 'app/uninstalled'],
  ])('the topic %s is refused, suggesting %s', async (wrong, right) => {
    expect(await problemsOf([{ topic: wrong, uri }])).toEqual([
      `desired[0].topic: is not a topic of this API version. Did you mean ${right}?`,
    ]);
  });

  it.each(['customers/data_request', 'customers/redact', 'shop/redact'])(
    'the compliance topic %s is refused, with the place to set it',
    async (compliance) => {
      expect(await problemsOf([{ topic: compliance, uri }])).toEqual([
        expect.stringMatching(/^desired\[0\]\.topic: is a compliance topic.*compliance_topics/),
      ]);
    },
  );

  it('a topic of Events is refused, with the place to set it', async () => {
    expect(await problemsOf([{ topic: 'Product', uri }])).toEqual([
      expect.stringMatching(/^desired\[0\]\.topic: .*\[\[events\.subscription\]\]/),
    ]);
  });

  it.each([
    ['http://app.example/hooks', 'only to https'],
    ['ftp://app.example/hooks', 'https://'],
    ['app.example/hooks', 'https://'],
    ['', 'https://'],
    [undefined, 'https://'],
    [' https://app.example/hooks', 'white space'],
    ['https://demo.myshopify.com/hooks', 'domain of Shopify'],
    ['https://user:secret@app.example/hooks', 'remove them'],
    ['pubsub://my-project', 'pubsub://{project}:{topic}'],
    ['pubsub:my-project:topic', 'pubsub://{project}:{topic}'],
    ['arn:aws:events:bogus', 'arn:aws:events:{region}'],
    ['arn:aws:sqs:us-east-1:123:queue', 'arn:aws:events:{region}'],
  ])('the uri %j is refused, and not quoted', async (wrong, fix) => {
    const [problem, ...more] = await problemsOf([{ topic, uri: wrong }]);
    expect(more).toEqual([]);
    expect(problem).toMatch(/^desired\[0\]\.uri: /);
    expect(problem).toContain(fix);
    expect(problem).not.toContain('secret');
  });

  it.each([
    ['status:active', ['id'], 'asks for status, which'],
    ['variants.price:>=10 OR status:active', ['id', 'status'], 'asks for variants.price, which'],
    ['NOT (vendor:"a:b" AND -tags:x)', ['vendor'], 'asks for tags, which'],
    ["title:D'Addario AND vendor:O'Neil", ['title'], 'asks for vendor, which'],
    ['', undefined, 'is empty: omit it'],
    ['active', undefined, 'names no field'],
    [7, undefined, 'must be a string'],
  ])('the filter %j over the fields %j is refused', async (filter, includeFields, fix) => {
    expect(await problemsOf([{ topic, uri, filter, ...(includeFields && { includeFields }) }])).toEqual([
      expect.stringContaining(`desired[0].filter: ${fix}`),
    ]);
  });

  it.each([
    ['by the object that contains them', 'variants.price:>=10 AND status:"active: not"'],
    ['with a time, quoted or not', "status:active AND variants.updated_at:>'2026-11-01T00:00:00Z'"],
    ['with a time, quoted or not', 'variants.updated_at:>2026-11-01T00:00:00Z'],
  ])('a filter is accepted if its fields are included, %s (%#)', async (_how, filter) => {
    const { sync } = createHarness();
    const report = await sync([{ topic, uri, filter, includeFields: ['variants', 'status'] }]);
    expect(report.created).toHaveLength(1);
  });

  it.each(['status:"5\\" pipe: large"', 'status:a\\:b\\ c:', "status:'it\\'s: so'"])(
    'the filter %s has one field, whatever its value contains',
    async (filter) => {
      const { sync } = createHarness();
      const problems = sync([{ topic, uri, filter, includeFields: ['status'] }]);
      // The fake may not understand it, but nothing here has refused it.
      await expect(problems).resolves.toBeDefined();
    },
  );

  it.each([[undefined], ['id:1']])('metaobjects need their type in the filter (%j)', async (filter) => {
    expect(await problemsOf([{ topic: 'metaobjects/update', uri, filter }])).toEqual([
      expect.stringContaining('desired[0].filter: must name the type of metaobjects'),
    ]);
  });

  it.each([
    [{ name: 'no spaces' }, 'name: must be letters'],
    [{ name: '' }, 'name: must be letters'],
    [{ name: 7 }, 'name: must be letters'],
    [{ name: 'x'.repeat(39) }, 'name: is longer than the 38 characters'],
    [{ includeFields: 'id' }, 'includeFields: must be a list'],
    [{ includeFields: ['id', ''] }, 'includeFields: must be a list'],
    [{ metafieldNamespaces: [1] }, 'metafieldNamespaces: must be a list'],
    [{ metafields: [{ namespace: 'x' }] }, 'metafields: must be a list'],
    [{ metafields: [{ key: 'x', namespace: 1 }] }, 'metafields: must be a list'],
    [{ metafields: {} }, 'metafields: must be a list'],
    [{ format: 'json' }, 'format: must be JSON or XML'],
    [{ callbackUrl: uri }, 'callbackUrl: is not a known field. The fields are: topic, uri,'],
  ])('%j is refused', async (more, fix) => {
    expect(await problemsOf([{ topic, uri, ...more }])).toEqual([expect.stringContaining(`desired[0].${fix}`)]);
  });

  it.each([
    [
      'the same twice',
      [
        { topic, uri },
        { topic, uri, filter: undefined, name: 'two' },
      ],
      'desired[1]: has the topic, uri and filter of desired[0]',
    ],
    [
      'two with the same topic and no name',
      [
        { topic, uri },
        { topic, uri: 'https://app.example/2' },
      ],
      'desired[1]: has the same name as desired[0]',
    ],
    [
      'a name twice',
      [
        { topic, uri, name: 'a' },
        { topic: 'orders/create', uri, name: 'A' },
      ],
      'desired[1].name: is already used by desired[0]',
    ],
  ])('%s is refused', async (_, desired, fix) => {
    expect(await problemsOf(desired)).toEqual([expect.stringContaining(fix)]);
  });

  it('all problems of the list are reported together', async () => {
    const problems = await problemsOf([{ topic: 'x', uri: 'x' }, null, { topic, uri }, 'orders/create', {}]);
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      ...['desired[0].topic', 'desired[0].uri', 'desired[1]', 'desired[3]', 'desired[4].topic', 'desired[4].uri'],
    ]);
  });

  it.each([undefined, null, {}, 'products/update'])('the list %j is refused', async (desired) => {
    expect(await problemsOf(desired)).toEqual(['desired: must be a list of subscriptions']);
  });

  it.each(['', 'with space', 'a__b', 'ends_', 'x'.repeat(21)])('the owner %j is refused', async (owner) => {
    expect(await problemsOf([], owner)).toEqual([expect.stringMatching(/^owner: must be 1 to 20 letters/)]);
  });
});

it('every topic of the table is accepted by the schema, one subscription each', async () => {
  const { sync, stored } = createHarness({ fake: { shops: [{ domain: 'demo.myshopify.com', plan: 'plus' }] } });
  const desired = webhookTopics.map((one) => ({
    topic: one,
    uri,
    ...(one.startsWith('metaobjects/') && { filter: 'type:x' }),
  }));
  expect((await sync(desired)).created).toHaveLength(webhookTopics.length);
  expect(stored()).toHaveLength(webhookTopics.length);
});
