import { z } from 'zod';
import { amount, count, flag, gid, id, sparse, text, texts, time } from './fields.ts';

export const productVariantPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  product_id: id,
  title: text,
  price: amount,
  compare_at_price: amount,
  sku: text,
  barcode: text,
  position: z.number(),
  option1: text,
  option2: text,
  option3: text,
  inventory_policy: text,
  inventory_item_id: id.nullable(),
  inventory_quantity: count,
  image_id: id.nullable(),
  taxable: flag,
  created_at: time,
  updated_at: time,
});

const productOptionPayloadSchema = sparse({ id, name: z.string(), position: z.number(), values: texts });

const productImagePayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  position: z.number(),
  src: text,
  alt: text,
  variant_ids: z.array(id),
});

export const productPayloadSchema = sparse({
  id,
  admin_graphql_api_id: gid,
  title: text,
  handle: text,
  body_html: text,
  vendor: text,
  product_type: text,
  status: text,
  tags: text,
  template_suffix: text,
  created_at: time,
  updated_at: time,
  published_at: time,
  options: z.array(productOptionPayloadSchema),
  variants: z.array(productVariantPayloadSchema),
  variant_gids: z.array(sparse({ admin_graphql_api_id: gid, updated_at: time })),
  images: z.array(productImagePayloadSchema),
  image: productImagePayloadSchema.nullable(),
});

export const productDeletePayloadSchema = z.looseObject({ id });
