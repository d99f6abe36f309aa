import { type DocumentNode, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { PreparedOperation } from '../model.ts';

/**
 * Makes a reader of the deprecated fields that a document uses, as `X-Shopify-API-Deprecated-Reason` lists them:
 * `Shop.products, Shop.productVariants`. `undefined` for none. What it found for a document is remembered.
 * https://shopify.dev/changelog/posts/graphql-return-actual-deprecation-reasons
 */
export function deprecatedFields(): (operation: PreparedOperation) => string | undefined {
  const remembered = new WeakMap<DocumentNode, string>();
  return ({ document, schema }) => {
    const known = remembered.get(document);
    if (known !== undefined) return known || undefined;
    const names = new Set<string>();
    const types = new TypeInfo(schema);
    const note = (): undefined => {
      const field = types.getFieldDef();
      if (field?.deprecationReason != null) names.add(`${types.getParentType()?.name}.${field.name}`);
    };
    visit(document, visitWithTypeInfo(types, { Field: note }));
    const listed = [...names].join(', ');
    remembered.set(document, listed);
    return listed || undefined;
  };
}
