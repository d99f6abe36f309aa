import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import { notSimulated } from '../../errors.ts';

/** What `CollectionInput`, `CollectionCreateInput` and `CollectionUpdateInput` say, as far as it is simulated. */
export interface CollectionFields {
  readonly id?: string | null;
  readonly title?: string | null;
  readonly handle?: string | null;
  readonly descriptionHtml?: string | null;
  readonly sortOrder?: string | null;
  readonly templateSuffix?: string | null;
  readonly seo?: { readonly title?: string | null; readonly description?: string | null } | null;
  readonly metafields?: readonly MetafieldInput[] | null;
  readonly products?: readonly string[] | null;
}

/** The newer argument and the older one, of which the newer wins. */
export interface CollectionArgs {
  readonly collection?: (CollectionFields & { readonly sources?: readonly SourceInput[] | null }) | null;
  readonly input?: CollectionFields | null;
}

/** `CollectionCreateSourceTargetInput`. */
interface SourceInput {
  readonly source?: {
    readonly exclusion?: unknown;
    readonly inclusion?: {
      readonly conditions?: readonly unknown[] | null;
      readonly selections?: readonly { readonly productId: string; readonly variantIds?: readonly string[] | null }[];
    } | null;
  } | null;
}

const simulated: ReadonlySet<string> = new Set<keyof CollectionFields | 'sources' | 'redirectNewHandle'>([
  'id',
  'title',
  'handle',
  'descriptionHtml',
  'sortOrder',
  'templateSuffix',
  'seo',
  'metafields',
  'products',
  'sources',
  'redirectNewHandle',
]);

/**
 * What a call says about a collection; products that a source selects are its products.
 *
 * @throws GraphQLError `NOT_SIMULATED` for rules and conditions that choose products.
 */
export function collectionFields({ collection, input }: CollectionArgs): CollectionFields | undefined {
  const given = collection ?? input;
  if (!given) return undefined;
  for (const [name, value] of Object.entries(given)) {
    if (value != null && !simulated.has(name)) throw notSimulated(`CollectionInput.${name}`);
  }
  if (!collection?.sources) return given;
  return { ...given, products: collection.sources.flatMap(selectedBy) };
}

function selectedBy({ source }: SourceInput): readonly string[] {
  if (!source) throw notSimulated('CollectionCreateSourceTargetInput other than source');
  if (source.exclusion) throw notSimulated('CollectionCreateConditionsSourceInput.exclusion');
  if (source.inclusion?.conditions?.length) throw notSimulated('CollectionCreateSourceInclusionInput.conditions');
  return (source.inclusion?.selections ?? []).map(({ productId, variantIds }) => {
    if (variantIds?.length) throw notSimulated('CollectionInclusionProductSelectionInput.variantIds');
    return productId;
  });
}
