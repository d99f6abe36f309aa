// @ts-nocheck
export { type ConfiguredClientOptions, clientOptionsFrom } from '../client/options-from-config.ts';

export { generatedApiVersion, type ResolvedApiVersion, resolveApiVersion } from '../config/api-version.ts';

export type { ConfigWarning, ShopwrightConfig } from '../config/config.ts';

export { type ConfigOverrides, loadConfig } from '../config/config.ts';

export { type ParsedShopDomain, parseShopDomain } from '../config/shop-domain.ts';
