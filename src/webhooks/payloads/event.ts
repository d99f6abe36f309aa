import { z } from 'zod';
import { json, loose, type PayloadObject, type PayloadOf, type PayloadSchema, partialLoose, texts } from './fields.ts';

const fieldsChangedPayloadSchema = partialLoose({ added: texts, updated: texts, removed: texts });
/** Paths of what changed, such as `product[id: 'gid://shopify/Product/1'].title`. */
export interface FieldsChangedPayload extends PayloadOf<typeof fieldsChangedPayloadSchema> {}
const fieldsChanged: PayloadSchema<FieldsChangedPayload> = fieldsChangedPayloadSchema;

const queryVariables: PayloadSchema<PayloadObject> = loose({});

/**
 * Schema of every next-generation event. `topic`, `action` and `handle` are required.
 * https://shopify.dev/docs/apps/build/events/delivery-structure
 */
export const resourceEventPayloadSchema = loose({
  /** The resource, such as `Product`. */
  topic: z.string(),
  /** `create`, `update` or `delete`. */
  action: z.string(),
  /** The subscription's handle in the app's configuration. */
  handle: z.string(),
  /** A plain list until 2026-09-16. `event.fieldsChanged` has today's form for both. */
  fields_changed: z.exactOptional(z.union([fieldsChanged, texts])),
  /** The variables of the subscription's query, usually gids. */
  query_variables: z.exactOptional(queryVariables),
  /** Response to the subscription's query; missing where it has no query. */
  data: z.exactOptional(json),
  /** Errors of the subscription's query. */
  errors: z.exactOptional(z.array(json)),
});
/** Body of a next-generation event, whatever its topic. https://shopify.dev/docs/apps/build/events/delivery-structure */
export interface ResourceEventPayload extends PayloadOf<typeof resourceEventPayloadSchema> {}
