// @ts-nocheck
import { shopifyCodegen } from './src/codegen/shopify-codegen.ts';

export default shopifyCodegen({
  documents: './src/graphql/operations/*.graphql',
  output: './src/graphql/operations/generated/',
  importExtension: '.ts',
  scalars: './../../scalars.ts',
  metadata: false,
  // The SDK sends what it has read, such as the status of a product: values of newer schemas too.
  inputEnums: 'open',
});
