import type { Json, JsonObject } from './json.ts';

/** Paths of what changed, such as `product[id: 'gid://shopify/Product/1'].title`. */
export interface FieldsChangedPayload extends JsonObject {
  readonly added?: readonly string[];
  readonly updated?: readonly string[];
  readonly removed?: readonly string[];
}

/** Body of a next-generation event, whatever its topic. https://shopify.dev/docs/apps/build/events/delivery-structure */
export interface ResourceEventPayload extends JsonObject {
  /** The resource, such as `Product`. */
  readonly topic: string;
  /** `create`, `update` or `delete`. */
  readonly action: string;
  /** The subscription's, from the app's configuration. */
  readonly handle: string;
  /** One list until September 2026; `event.fieldsChanged` holds either in the present form. */
  readonly fields_changed?: FieldsChangedPayload | readonly string[];
  /** What the subscription's query was given, as a rule gids. */
  readonly query_variables?: JsonObject;
  /** Answer of the subscription's query; missing where there is none. */
  readonly data?: Json;
  readonly errors?: readonly Json[];
}
