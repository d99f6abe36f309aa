// @ts-nocheck
import {
  createWebhookHandler,
  type Json,
  type PayloadObject,
  type ProductPayload,
  type ProductVariantPayload,
  type WebhookEvent,
  type WebhookPayload,
  type WebhookPayloads,
  type WebhookTopicHandler,
} from 'shopwright/webhooks';
import type { classicPayloadSchemas, resourceEventPayloadSchema } from 'shopwright/webhooks/payloads';
import type { ComplianceTopic, EventTopic, WebhookTopic } from 'shopwright/webhooks/topics';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';

const secrets = 'a secret';

/** The listed fields only, all the way down: unknown fields are open in both, and `readonly` is of no concern here. */
type Listed<T> = unknown extends T
  ? T
  : T extends readonly (infer Entry)[]
    ? Listed<Entry>[]
    : T extends object
      ? {
          -readonly [Field in keyof T as string extends Field ? never : number extends Field ? never : Field]: Listed<
            T[Field]
          >;
        }
      : T;

type Schemas = typeof classicPayloadSchemas;
type ClassicPayloads = Omit<WebhookPayloads, EventTopic>;

test('the schemas and the types know the same topics', () => {
  expectTypeOf<keyof Schemas>().toEqualTypeOf<keyof ClassicPayloads>();
  expectTypeOf<keyof ClassicPayloads>().toExtend<WebhookTopic | ComplianceTopic>();
});

test('each schema and its type list the same fields, of the same types', () => {
  type FromSchemas = { [Topic in keyof Schemas]: Listed<z.output<Schemas[Topic]>> };
  type FromTypes = { [Topic in keyof Schemas]: Listed<WebhookPayloads[Topic]> };
  expectTypeOf<FromSchemas>().toEqualTypeOf<FromTypes>();

  type OpenFields = 'data' | 'errors' | 'query_variables';
  type Event = Omit<Listed<WebhookPayloads['Product']>, OpenFields>;
  type EventOfSchema = Omit<Listed<z.output<typeof resourceEventPayloadSchema>>, OpenFields>;
  expectTypeOf<EventOfSchema>().toEqualTypeOf<Event>();
});

test('a topic without a schema has JSON for its payload, and so has any topic', () => {
  expectTypeOf<WebhookPayload<'themes/publish'>>().toEqualTypeOf<Json>();
  expectTypeOf<WebhookPayload<string>>().toEqualTypeOf<Json>();
});

test('every payload is JSON, so that a handler of any topic takes it', () => {
  expectTypeOf<WebhookPayloads[keyof WebhookPayloads]>().toExtend<Json>();
  expectTypeOf<WebhookEvent<'products/update'>>().toExtend<WebhookEvent>();
  const handleAny: WebhookTopicHandler<string> = () => undefined;
  createWebhookHandler({
    secrets,
    on: { 'products/update': handleAny, 'carts/create': handleAny, Product: handleAny },
  });
});

test('a field or a topic that does not exist does not compile', () => {
  const make = () => {
    createWebhookHandler({
      secrets,
      on: {
        //  -- `tittle` for `title`
        'products/update': ({ payload }) => payload.tittle,
        //  -- the variant's field is `sku`
        'products/create': ({ payload }) => payload.variants?.map(({ skuu }) => skuu),
        //  -- a deletion has no title
        'products/delete': ({ payload }) => payload.title,
        //  -- an event has `handle`
        'Product/update': ({ payload }) => payload.handel,
      },
    });
    //  -- the topic is `products/update`
    createWebhookHandler({ secrets, on: { 'product/update': () => undefined } });
    //  -- the topic is `orders/updated`
    createWebhookHandler({ secrets, on: {}, order: { 'orders/update': 'newest' } });
    //  -- an event's action is `update`
    createWebhookHandler({ secrets, on: { 'Product/updated': () => undefined } });
    //  -- not among the custom topics
    createWebhookHandler({ secrets, customTopics: ['checkouts/paid'], on: { 'checkouts/payed': () => undefined } });
  };
  expect(make).toThrow('product/update');
});

test('a custom topic has any JSON, beside topics that keep their types', () => {
  createWebhookHandler({
    secrets,
    customTopics: ['checkouts/paid', 'Widget/spun'],
    on: {
      'checkouts/paid': ({ topic, payload }) => {
        expectTypeOf(topic).toEqualTypeOf<'checkouts/paid'>();
        expectTypeOf(payload).toEqualTypeOf<Json>();
      },
      'products/update': ({ payload }) => expectTypeOf(payload.title).toEqualTypeOf<string | null | undefined>(),
    },
    order: { 'checkouts/paid': 'newest', 'products/update': 'always' },
  });
  const topics: readonly string[] = ['checkouts/paid'];
  createWebhookHandler({ secrets, customTopics: topics, on: { [topics[0] ?? '']: () => undefined } });
});

test('a field that is not listed can be read as JSON', () => {
  createWebhookHandler({
    secrets,
    on: {
      'products/update': ({ payload }) =>
        expectTypeOf((payload as PayloadObject)['metafields']).toEqualTypeOf<Json | undefined>(),
      Order: ({ payload }) => expectTypeOf((payload as PayloadObject)['new']).toEqualTypeOf<Json | undefined>(),
    },
  });
});

test('payloads are read-only, and name the types of their parts', () => {
  expectTypeOf<Pick<ProductPayload, 'title' | 'variants'>>().toEqualTypeOf<{
    readonly title?: string | null;
    readonly variants?: readonly ProductVariantPayload[];
  }>();
});
