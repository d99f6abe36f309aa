export { type ShopifyCodegenOptions, shopifyCodegen } from '../codegen/shopify-codegen.ts';
