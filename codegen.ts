import { shopifyCodegen } from './src/codegen/shopify-codegen.ts';

export default shopifyCodegen({
  documents: './src/admin/operations/*.graphql',
  output: './src/admin/operations/generated/',
  importExtension: '.ts',
  scalars: './../../scalars.ts',
});
