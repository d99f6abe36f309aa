/** The value that graphql-codegen adds to each enum for those to come. */
const placeholder = "'%future added value'";

/**
 * Enums keep room for values that Shopify adds later: known values complete in the editor, and any other
 * text still type-checks.
 */
export const openEnums = (_path: string, content: string): string => content.replaceAll(placeholder, '(string & {})');
