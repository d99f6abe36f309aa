import type {
  Json,
  ProductPayload,
  ProductVariantPayload,
  WebhookHandlerOptions,
  WebhookPayload,
  WebhookPayloads,
  WebhookTopicHandler,
} from 'shopwright/webhooks';
import type { classicPayloadSchemas, resourceEventPayloadSchema } from 'shopwright/webhooks/payloads';
import type { ComplianceTopic, EventTopic, WebhookTopic } from 'shopwright/webhooks/topics';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';

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

  type Event = Omit<WebhookPayloads['Product'], 'data' | 'errors' | 'query_variables'>;
  type EventOfSchema = Omit<z.output<typeof resourceEventPayloadSchema>, 'data' | 'errors' | 'query_variables'>;
  expectTypeOf<Listed<EventOfSchema>>().toEqualTypeOf<Listed<Event>>();
});

test('a topic without a schema has JSON for its payload, and so has any topic', () => {
  expectTypeOf<WebhookPayload<'themes/publish'>>().toEqualTypeOf<Json>();
  expectTypeOf<WebhookPayload<string>>().toEqualTypeOf<Json>();
});

test('every payload is JSON, so that a handler of any topic takes it', () => {
  expectTypeOf<WebhookPayloads[keyof WebhookPayloads]>().toExtend<Json>();
  expectTypeOf<WebhookTopicHandler<'products/update'>>().toExtend<WebhookHandlerOptions['on'][string]>();
});

test('payloads are read-only, and name the types of their parts', () => {
  expectTypeOf<Pick<ProductPayload, 'title' | 'variants'>>().toEqualTypeOf<{
    readonly title?: string | null;
    readonly variants?: readonly ProductVariantPayload[];
  }>();
});
