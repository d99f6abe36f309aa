import type { FakePlan } from '../../types.ts';
import { stableGid } from '../gid.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../types.ts';

const plans: Readonly<Record<FakePlan, string>> = { standard: 'Basic', advanced: 'Advanced', plus: 'Shopify Plus' };

/** The shop as an object of type `Shop`. */
export function shopObject({
  shop,
  info,
}: ResolverContext): Readonly<Record<string, unknown>> & { readonly id: string } {
  return {
    id: stableGid('Shop', shop),
    name: info.name,
    myshopifyDomain: shop,
    url: `https://${shop}`,
    currencyCode: info.currencyCode ?? 'USD',
    plan: {
      displayName: plans[info.plan],
      publicDisplayName: plans[info.plan],
      shopifyPlus: info.plan === 'plus',
      partnerDevelopment: false,
    },
  };
}

const shop = resolver((_source, _args, context) => shopObject(context));

/** Resolvers of the shop, and of the payloads that hold it. */
export const shopResolvers: ResolverMap = {
  QueryRoot: { shop },
  ProductDeletePayload: { shop },
  PublishablePublishPayload: { shop },
  PublishableUnpublishPayload: { shop },
};
