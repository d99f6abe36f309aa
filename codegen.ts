import { shopifyCodegen } from './src/codegen/shopify-codegen.ts';

export default shopifyCodegen({
  documents: './src/graphql/operations/*.graphql',
  output: './src/graphql/operations/generated/',
  importExtension: '.ts',
  scalars: './../../scalars.ts',
});
