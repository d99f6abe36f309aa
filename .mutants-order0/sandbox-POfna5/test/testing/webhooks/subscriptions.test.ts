// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { ask } from '../ask.ts';
import { change, createHarness, listed, subscribe, unsubscribe, uri } from './subscribed-fake.ts';

describe('a webhook subscription', () => {
  it('is made with all its fields, and found again', async () => {
    const { fake } = createHarness();
    const input = {
      format: 'JSON',
      filter: 'status:active',
      includeFields: ['id', 'no_such_field'],
      metafieldNamespaces: ['$app', 'custom'],
      metafields: [{ namespace: '$app:x', key: 'a' }, { key: 'b' }],
      name: 'Catalogue_1-a',
    };
    const { webhookSubscription, userErrors } = await subscribe(fake, 'PRODUCTS_UPDATE', input);
    expect(userErrors).toEqual([]);
    expect(webhookSubscription).toEqual({
      id: expect.stringMatching(/^gid:\/\/shopify\/WebhookSubscription\/\d+$/),
      legacyResourceId: webhookSubscription.id.split('/').at(-1),
      topic: 'PRODUCTS_UPDATE',
      uri,
      callbackUrl: uri,
      endpoint: { __typename: 'WebhookHttpEndpoint', callbackUrl: uri },
      format: 'JSON',
      filter: 'status:active',
      includeFields: ['id', 'no_such_field'],
      metafieldNamespaces: ['app--1001', 'custom'],
      metafields: [
        { namespace: 'app--1001--x', key: 'a' },
        { namespace: 'app--1001', key: 'b' },
      ],
      name: 'Catalogue_1-a',
      apiVersion: { handle: generatedApiVersion, supported: true },
      createdAt: '2026-11-01T00:00:00Z',
      updatedAt: '2026-11-01T00:00:00Z',
    });
    const query = 'query ($id: ID!) { webhookSubscription(id: $id) { id name } }';
    const { json } = await ask(fake.fetch, { query, variables: { id: webhookSubscription.id } });
    expect(json.data.webhookSubscription).toEqual({ id: webhookSubscription.id, name: 'Catalogue_1-a' });
  });

  it('has plain defaults', async () => {
    const { fake } = createHarness();
    const { webhookSubscription } = await subscribe(fake, 'APP_UNINSTALLED');
    expect(webhookSubscription).toMatchObject({
      format: 'JSON',
      filter: null,
      includeFields: [],
      metafieldNamespaces: [],
      metafields: [],
      name: null,
    });
  });

  it.each([
    [
      'pubsub://my-project:my-topic',
      { __typename: 'WebhookPubSubEndpoint', pubSubProject: 'my-project', pubSubTopic: 'my-topic' },
    ],
    [
      'arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/1234/source',
      {
        __typename: 'WebhookEventBridgeEndpoint',
        arn: 'arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/1234/source',
      },
    ],
    ['http://127.0.0.1:4010/x', { __typename: 'WebhookHttpEndpoint', callbackUrl: 'http://127.0.0.1:4010/x' }],
    ['http://localhost:4010/x', { __typename: 'WebhookHttpEndpoint', callbackUrl: 'http://localhost:4010/x' }],
  ])('may go to %s', async (address, endpoint) => {
    const { fake } = createHarness();
    const { webhookSubscription, userErrors } = await subscribe(fake, 'PRODUCTS_UPDATE', { uri: address });
    expect(userErrors).toEqual([]);
    expect(webhookSubscription).toMatchObject({ uri: address, endpoint });
  });

  it('takes its address in the deprecated field too', async () => {
    const { fake } = createHarness();
    const { webhookSubscription } = await subscribe(fake, 'PRODUCTS_UPDATE', { uri: null, callbackUrl: uri });
    expect(webhookSubscription.uri).toBe(uri);
  });

  it.each([
    ['', ["Address can't be blank"]],
    ['not a url', ['Address is invalid']],
    ['http://app.example/hooks', ['Address protocol http:// is not supported']],
    ['ftp://app.example/hooks', ['Address protocol ftp:// is not supported']],
    ['https://demo.myshopify.com/hooks', ['Address cannot be a Shopify or an internal domain']],
    [
      'pubsub://my-project',
      [
        'Address protocol pubsub:// is not supported',
        'Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic',
      ],
    ],
    ['arn:aws:events:bogus', ['Address is invalid', 'Address is not a valid AWS ARN']],
  ])('does not go to %j', async (address, messages) => {
    const { fake } = createHarness();
    const { webhookSubscription, userErrors } = await subscribe(fake, 'PRODUCTS_UPDATE', { uri: address });
    expect(webhookSubscription).toBeNull();
    expect(userErrors).toEqual(messages.map((message) => ({ field: ['webhookSubscription', 'callbackUrl'], message })));
    expect(await listed(fake)).toEqual([]);
  });

  it('is refused where the same topic, address and filter stand already', async () => {
    const { fake } = createHarness();
    await subscribe(fake, 'PRODUCTS_UPDATE', { name: 'one' });
    const { userErrors } = await subscribe(fake, 'PRODUCTS_UPDATE', { filter: '', name: 'two' });
    expect(userErrors).toEqual([
      { field: ['webhookSubscription', 'callbackUrl'], message: 'Address for this topic has already been taken' },
    ]);
    expect((await subscribe(fake, 'PRODUCTS_UPDATE', { filter: 'id:1' })).userErrors).toEqual([]);
    expect((await subscribe(fake, 'PRODUCTS_DELETE')).userErrors).toEqual([]);
  });

  it.each([
    [
      '',
      [
        'Name is too short (minimum is 1 character)',
        'Name name field can only contain alphanumeric characters, underscores, and hyphens',
      ],
    ],
    ['a b', ['Name name field can only contain alphanumeric characters, underscores, and hyphens']],
    ['x'.repeat(51), ['Name is too long (maximum is 50 characters)']],
    ['Taken', ['Name already exists, no duplicate allowed']],
  ])('cannot be named %j', async (name, messages) => {
    const { fake } = createHarness();
    await subscribe(fake, 'PRODUCTS_DELETE', { name: 'taken' });
    const { userErrors } = await subscribe(fake, 'PRODUCTS_UPDATE', { name });
    expect(userErrors).toEqual(messages.map((message) => ({ field: ['webhookSubscription', 'name'], message })));
  });

  it.each([
    ['PRODUCTS_UPDATE', { filter: 'active' }],
    ['METAOBJECTS_CREATE', {}],
    ['METAOBJECTS_CREATE', { filter: 'type:*' }],
    ['METAOBJECTS_UPDATE', { filter: 'id:1' }],
  ])('to %s cannot have the filter %j', async (topic, input) => {
    const { fake } = createHarness();
    const { userErrors } = await subscribe(fake, topic, input);
    expect(userErrors).toEqual([
      {
        field: ['webhookSubscription'],
        message: 'The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.',
      },
    ]);
  });

  it('to metaobjects names their type', async () => {
    const { fake } = createHarness();
    expect((await subscribe(fake, 'METAOBJECTS_CREATE', { filter: 'type:lookbook' })).userErrors).toEqual([]);
  });

  it('cannot be made for XML, which is not simulated', async () => {
    const { fake } = createHarness();
    await expect(subscribe(fake, 'PRODUCTS_UPDATE', { format: 'XML' })).rejects.toThrow('NOT_SIMULATED');
  });

  it.each(['SHOP_REDACT', 'CUSTOMERS_REDACT', 'CUSTOMERS_DATA_REQUEST'])('cannot be made for %s', async (topic) => {
    const { fake } = createHarness();
    await expect(subscribe(fake, topic)).rejects.toThrow('WebhookSubscriptionTopic');
  });
});

describe('a change of a webhook subscription', () => {
  it('leaves alone what it does not name', async () => {
    const { fake, clock } = createHarness();
    const before = await subscribe(fake, 'PRODUCTS_UPDATE', { filter: 'id:1', name: 'a', includeFields: ['id'] });
    await clock.advance(1_000);
    const { id } = before.webhookSubscription;
    const { webhookSubscription } = await change(fake, id, { uri: 'https://app.example/new', name: 'A' });
    expect(webhookSubscription).toEqual({
      ...before.webhookSubscription,
      uri: 'https://app.example/new',
      callbackUrl: 'https://app.example/new',
      endpoint: { __typename: 'WebhookHttpEndpoint', callbackUrl: 'https://app.example/new' },
      name: 'A',
      updatedAt: '2026-11-01T00:00:01Z',
    });
  });

  it('takes away what it sets to null', async () => {
    const { fake } = createHarness();
    const { webhookSubscription: made } = await subscribe(fake, 'PRODUCTS_UPDATE', {
      filter: 'id:1',
      name: 'a',
      includeFields: ['id'],
      metafieldNamespaces: ['custom'],
      metafields: [{ namespace: 'custom', key: 'a' }],
    });
    const nothing = { filter: null, name: null, includeFields: null, metafieldNamespaces: null, metafields: null };
    expect((await change(fake, made.id, nothing)).webhookSubscription).toMatchObject({
      uri,
      filter: null,
      name: null,
      includeFields: [],
      metafieldNamespaces: [],
      metafields: [],
    });
  });

  it('is refused as a new one would be, and then changes nothing', async () => {
    const { fake } = createHarness();
    await subscribe(fake, 'PRODUCTS_UPDATE');
    const other = 'https://app.example/other';
    const { webhookSubscription: made } = await subscribe(fake, 'PRODUCTS_UPDATE', { uri: other });
    const { webhookSubscription, userErrors } = await change(fake, made.id, { uri });
    expect(webhookSubscription).toBeNull();
    expect(userErrors).toHaveLength(1);
    expect(await listed(fake, `first: 5, uri: "${other}"`)).toHaveLength(1);
  });

  it('fails for one that is not there', async () => {
    const { fake } = createHarness();
    const id = 'gid://shopify/WebhookSubscription/404';
    const userErrors = [{ field: ['id'], message: 'Webhook subscription does not exist' }];
    expect(await change(fake, id, { name: 'a' })).toEqual({ webhookSubscription: null, userErrors });
    expect(await unsubscribe(fake, id)).toEqual({ deletedWebhookSubscriptionId: null, userErrors });
  });

  it('can be its end', async () => {
    const { fake } = createHarness();
    const { webhookSubscription: made } = await subscribe(fake, 'PRODUCTS_UPDATE');
    expect(await unsubscribe(fake, made.id)).toEqual({ deletedWebhookSubscriptionId: made.id, userErrors: [] });
    expect(await listed(fake)).toEqual([]);
    const query = 'query ($id: ID!) { webhookSubscription(id: $id) { id } }';
    const { json } = await ask(fake.fetch, { query, variables: { id: made.id } });
    expect(json.data.webhookSubscription).toBeNull();
  });
});

describe('the list of webhook subscriptions', () => {
  const prepared = async () => {
    const harness = createHarness({ shops: [{ tokens: { shpat_fake: 'default', shpat_other: 'other' } }] });
    await subscribe(harness.fake, 'PRODUCTS_UPDATE');
    const { webhookSubscription } = await subscribe(harness.fake, 'PRODUCTS_DELETE', { uri: 'pubsub://project:topic' });
    await subscribe(harness.fake, 'APP_UNINSTALLED', {}, 'shpat_other');
    return { ...harness, id: webhookSubscription.id as string };
  };
  const update = { topic: 'PRODUCTS_UPDATE', uri };
  const remove = { topic: 'PRODUCTS_DELETE', uri: 'pubsub://project:topic' };

  it.each([
    ['first: 50', [update, remove]],
    ['first: 1', [update]],
    ['first: 50, reverse: true', [remove, update]],
    ['first: 50, topics: [PRODUCTS_DELETE, ORDERS_CREATE]', [remove]],
    [`first: 50, uri: "${uri}"`, [update]],
    [`first: 50, callbackUrl: "${uri}"`, [update]],
    [`first: 50, topics: [PRODUCTS_DELETE], uri: "${uri}"`, []],
    ['first: 50, format: JSON', [update, remove]],
    ['first: 50, format: XML', []],
    ['first: 50, sortKey: ID', [update, remove]],
  ])('asked with %s holds what fits', async (args, expected) => {
    const { fake } = await prepared();
    expect(await listed(fake, args)).toEqual(expected);
  });

  it('can be searched by id', async () => {
    const { fake, id } = await prepared();
    expect(await listed(fake, `first: 5, query: "id:${id.split('/').at(-1)}"`)).toEqual([remove]);
    await expect(listed(fake, 'first: 5, query: "("')).rejects.toThrow('NOT_SIMULATED');
  });

  it('is each app’s own', async () => {
    const { fake, id } = await prepared();
    expect(await listed(fake, 'first: 50', 'shpat_other')).toEqual([{ topic: 'APP_UNINSTALLED', uri }]);
    const query = 'query ($id: ID!) { webhookSubscription(id: $id) { id } }';
    const { json } = await ask(fake.fetch, { query, variables: { id }, token: 'shpat_other' });
    expect(json.data.webhookSubscription).toBeNull();
  });

  it('can be counted', async () => {
    const { fake } = await prepared();
    const query = `{ all: webhookSubscriptionsCount { count precision }
      some: webhookSubscriptionsCount(limit: 1) { count precision } }`;
    const { json } = await ask(fake.fetch, { query });
    expect(json.data).toEqual({
      all: { count: 2, precision: 'EXACT' },
      some: { count: 1, precision: 'AT_LEAST' },
    });
  });
});
