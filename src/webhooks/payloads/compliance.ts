import { z } from 'zod';
import { id, sparse, text } from './fields.ts';

// Not sparse: nobody subscribes to these with `includeFields`, and a duty of the law that names no shop is a fault.
const shop = { shop_id: id, shop_domain: z.string() };
const customer = sparse({ id: id.nullable(), email: text, phone: text });

export const customerDataRequestPayloadSchema = z.looseObject({
  ...shop,
  customer,
  orders_requested: z.exactOptional(z.array(id)),
  data_request: z.exactOptional(sparse({ id })),
});

export const customerRedactPayloadSchema = z.looseObject({
  ...shop,
  customer,
  orders_to_redact: z.exactOptional(z.array(id)),
});

export const shopRedactPayloadSchema = z.looseObject(shop);
