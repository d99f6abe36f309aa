// @ts-nocheck
export type { OperationMetadata } from '../codegen/operation-metadata.ts';
export { type ShopifyCodegenOptions, shopifyCodegen } from '../codegen/shopify-codegen.ts';
