import { versionAfter } from '../../../../config/api-version.ts';
import { generatedApiVersion, schemaVersions } from '../../../../config/generated/api-versions.ts';
import type { FakePlan } from '../../model.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { stableGid } from '../gid.ts';
import { allPublications, primaryLocation } from './find-entities.ts';
import { metafieldFields } from './metafields/metafields.ts';
import { countryName, provinceName } from './places.ts';

const plans: Readonly<Record<FakePlan, string>> = { standard: 'Basic', advanced: 'Advanced', plus: 'Shopify Plus' };

/** The shop as an object of type `Shop`. */
export function shopObject(context: ResolverContext): Readonly<Record<string, unknown>> & { readonly id: string } {
  const { shop, info } = context;
  const currencyCode = info.currencyCode ?? 'USD';
  const url = `https://${shop}`;
  const email = `owner@${shop}`;
  const id = stableGid('Shop', shop);
  return {
    id,
    metafields: context.store.get(shop, 'Shop', id)?.['metafields'] ?? [],
    name: info.name,
    myshopifyDomain: shop,
    primaryDomain: { id: stableGid('Domain', shop), host: shop, url, sslEnabled: true, localization: null },
    url,
    email,
    contactEmail: email,
    description: null,
    currencyCode,
    enabledPresentmentCurrencies: [currencyCode],
    // No daylight saving time: what a test expects does not depend on the season.
    ianaTimezone: 'Etc/UTC',
    timezoneAbbreviation: 'UTC',
    timezoneOffset: '+0000',
    timezoneOffsetMinutes: 0,
    shopAddress: shopAddress(context),
    publicationCount: allPublications(context).length,
    unitSystem: 'METRIC_SYSTEM',
    weightUnit: 'KILOGRAMS',
    taxesIncluded: false,
    taxShipping: false,
    setupRequired: false,
    checkoutApiSupported: true,
    resourceLimits: { locationLimit: 200, maxProductOptions: 3, maxProductVariants: 2048, redirectLimitReached: false },
    plan: {
      displayName: plans[info.plan],
      publicDisplayName: plans[info.plan],
      shopifyPlus: info.plan === 'plus',
      partnerDevelopment: false,
    },
  };
}

/** Where the shop is: its primary location. */
function shopAddress(context: ResolverContext): object {
  const { countryCode, ...lines } = primaryLocation(context)?.address ?? {
    ...{ address1: null, address2: null, city: null, zip: null, phone: null, provinceCode: null },
    countryCode: 'US',
  };
  const country = countryName(countryCode);
  const area = [lines.city, lines.provinceCode].filter(Boolean).join(' ');
  return {
    ...lines,
    id: stableGid('ShopAddress', context.shop),
    company: null,
    firstName: null,
    lastName: null,
    name: null,
    country,
    countryCode,
    countryCodeV2: countryCode,
    province: provinceName(countryCode, lines.provinceCode),
    coordinatesValidated: false,
    latitude: null,
    longitude: null,
    formatted: [lines.address1, lines.address2, [area, lines.zip].filter(Boolean).join(' '), country].filter(Boolean),
    formattedArea: [area, country].filter(Boolean).join(', '),
  };
}

const shop = resolver((_source, _args, context) => shopObject(context));

/** Resolvers of the shop, and of the payloads that hold it. */
export const shopResolvers: ResolverMap = {
  QueryRoot: { shop },
  CollectionDeletePayload: { shop },
  ProductCreatePayload: { shop },
  ProductDeletePayload: { shop },
  ProductDuplicatePayload: { shop },
  PublishablePublishPayload: { shop },
  PublishableUnpublishPayload: { shop },
  CustomerDeletePayload: { shop },
  Shop: metafieldFields('SHOP'),
  MoneyV2: {
    // As Ruby writes a decimal number: "10.0", and not "10.00".
    amount: resolver<{ readonly amount: string }>(({ amount }) =>
      amount.replace(/^(-?\d+)$/, '$1.0').replace(/(\.\d+?)0+$/, '$1'),
    ),
  },
};

/** Versions around the one the package is generated for, newest last. https://shopify.dev/docs/api/usage/versioning */
const candidate = versionAfter(generatedApiVersion);
const apiVersions = [
  ...schemaVersions.toReversed().map((handle) => ({
    handle,
    displayName: handle === generatedApiVersion ? `${handle} (Latest)` : handle,
    supported: true,
  })),
  { handle: candidate, displayName: `${candidate} (Release candidate)`, supported: false },
  { handle: 'unstable', displayName: 'unstable', supported: false },
];

/** Resolvers of what concerns the calling app and the API itself. */
export const appResolvers: ResolverMap = {
  QueryRoot: {
    publicApiVersions: () => apiVersions,
    currentAppInstallation: resolver((_source, _args, { shop, info }) => ({
      id: stableGid('AppInstallation', shop),
      accessScopes: info.scopes.map((handle) => ({ handle })),
      // Like an app of one's own organization, which may have tokens that never expire.
      app: { id: stableGid('App', shop), publicCategory: 'CUSTOM' },
    })),
  },
};
