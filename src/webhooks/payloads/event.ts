import { z } from 'zod';
import type { Json } from '../payload-types/json.ts';
import { sparse, texts } from './fields.ts';

/** Whatever a query of the host's own has answered. Not walked through: it came out of JSON, and can be deep. */
const json = z.custom<Json>(() => true);

export const resourceEventPayloadSchema = z.looseObject({
  topic: z.string(),
  action: z.string(),
  handle: z.string(),
  // One list until 2026-09-16. https://shopify.dev/docs/apps/build/events/delivery-structure
  fields_changed: z.exactOptional(z.union([sparse({ added: texts, updated: texts, removed: texts }), texts])),
  query_variables: z.exactOptional(z.looseObject({})),
  data: z.exactOptional(json),
  errors: z.exactOptional(z.array(json)),
});
