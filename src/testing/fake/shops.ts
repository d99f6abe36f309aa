import { ConfigError, type Issue } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import { unknownNames, unknownValue } from '../../internal/names.ts';
import { type Bucket, bucketFor, restBucketFor } from './cost/bucket.ts';
import type { ShopInfo } from './graphql/context.ts';
import type { FakeCustomer, FakeLineItem, FakeOrder, FakePlan, FakeShopOptions } from './model.ts';
import { requiredScopes } from './schema.ts';

/** One shop of a fake, with its buckets. */
export interface ShopState {
  readonly domain: string;
  readonly options: FakeShopOptions;
  /** May change while the fake runs. */
  state: NonNullable<FakeShopOptions['state']>;
  /** Token → app, for those given with the options; a revoked one is gone. */
  readonly tokens: Map<string, string>;
  /** Granted scopes; `undefined` for all. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** The bucket of one app, for GraphQL. */
  bucket(app: string): Bucket;
  /** The bucket of one app, for REST: one point is one request. */
  restBucket(app: string): Bucket;
  /** The buckets used so far by GraphQL. */
  buckets(): readonly Bucket[];
}

/** The shops of a fake. */
export interface Shops {
  readonly all: readonly ShopState[];
  /** By the `Host` if that is a Shopify host, else by the shop named in the header, else the only shop. */
  find(host: string, named: string | null): ShopState | undefined;
  /**
   * The shop with that domain, or the only shop.
   *
   * @throws ConfigError if the shop does not exist, or if none is named and there are several.
   */
  get(domain?: string): ShopState;
}

const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

const optionNames: Record<keyof FakeShopOptions, true> = {
  domain: true,
  name: true,
  plan: true,
  bucket: true,
  restBucket: true,
  tokens: true,
  scopes: true,
  publications: true,
  locations: true,
  customers: true,
  orders: true,
  state: true,
};

const customerNames: Record<keyof FakeCustomer, true> = {
  email: true,
  phone: true,
  firstName: true,
  lastName: true,
  note: true,
  tags: true,
  createdAt: true,
};

const orderNames: Record<keyof FakeOrder, true> = {
  lineItems: true,
  customer: true,
  email: true,
  note: true,
  tags: true,
  financialStatus: true,
  createdAt: true,
  updatedAt: true,
};

const lineNames: Record<keyof FakeLineItem, true> = { title: true, quantity: true, price: true, sku: true };

function seedProblems({ customers = [], orders = [] }: FakeShopOptions, group: string): readonly Issue[] {
  const problems: Issue[] = [];
  const checkTimes = (given: { readonly createdAt?: string; readonly updatedAt?: string }, field: string): void => {
    for (const name of ['createdAt', 'updatedAt'] as const) {
      const value = given[name];
      if (value !== undefined && Number.isNaN(Date.parse(value)))
        problems.push({ field: `${field}${name}`, message: `"${value}" is not a time. Write it in ISO 8601 format.` });
    }
  };
  for (const [index, customer] of customers.entries()) {
    const field = `${group}customers[${index}].`;
    problems.push(...unknownNames(customer, customerNames, field));
    checkTimes(customer, field);
  }
  const emails = new Set(customers.flatMap(({ email }) => email?.toLowerCase() ?? []));
  for (const [index, order] of orders.entries()) {
    const field = `${group}orders[${index}].`;
    problems.push(...unknownNames(order, orderNames, field));
    for (const [line, item] of order.lineItems.entries())
      problems.push(...unknownNames(item, lineNames, `${field}lineItems[${line}].`));
    checkTimes(order, field);
    if (order.lineItems.length === 0)
      problems.push({ field: `${field}lineItems`, message: 'is empty. Give at least one line item.' });
    if (order.customer !== undefined && !emails.has(order.customer.toLowerCase())) {
      const message = 'is not one of the customers. Give the email address of one of them.';
      problems.push({ field: `${field}customer`, message });
    }
  }
  return problems;
}

const bucketNames: Record<keyof NonNullable<FakeShopOptions['bucket']>, true> = {
  maximumAvailable: true,
  restoreRate: true,
  currentlyAvailable: true,
};

function shopProblems(shop: FakeShopOptions, group: string): readonly Issue[] {
  return [
    ...unknownNames(shop, optionNames, group),
    ...unknownNames(shop.bucket, bucketNames, `${group}bucket.`),
    ...unknownNames(shop.restBucket, { size: true, leakRate: true }, `${group}restBucket.`),
    ...seedProblems(shop, group),
    ...unknownValue(`${group}plan`, shop.plan, ['standard', 'advanced', 'plus'] satisfies FakePlan[]),
    ...unknownValue(`${group}state`, shop.state, [
      'active',
      'uninstalled',
      'frozen',
      'locked',
    ] satisfies ShopState['state'][]),
  ];
}

/**
 * Makes the shops of a fake.
 *
 * @throws ConfigError for an unknown option, plan or state, and for a domain that is not a shop's or is listed twice.
 */
export function createShops(options: readonly FakeShopOptions[], clock: Clock): Shops {
  const byDomain = new Map<string, ShopState>();
  const problems: Issue[] = [];
  for (const [index, shop] of options.entries()) {
    const unknown = shopProblems(shop, `shops[${index}].`);
    problems.push(...unknown);
    if (unknown.length > 0) continue;
    const state = createShopState(shop, clock);
    const field = `shops[${index}].domain`;
    if (!shopDomain.test(state.domain)) {
      problems.push({
        field,
        message: `"${state.domain}" is not a shop domain. Write it like "demo.myshopify.com".`,
      });
    } else if (byDomain.has(state.domain)) {
      problems.push({ field, message: `"${state.domain}" is given twice. Give each shop its own domain.` });
    }
    byDomain.set(state.domain, state);
  }
  if (options.length === 0)
    problems.push({ field: 'shops', message: 'is empty. Leave it out to get one default shop.' });
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });

  const all = [...byDomain.values()];
  const only = all.length === 1 ? all[0] : undefined;
  return {
    all,
    find(host, named) {
      const domain = host.toLowerCase().replace(/:\d+$/, '');
      if (shopDomain.test(domain)) return byDomain.get(domain);
      return named === null ? only : byDomain.get(named.toLowerCase());
    },
    get(domain) {
      const shop = domain === undefined ? only : byDomain.get(domain.toLowerCase());
      if (shop) return shop;
      throw new ConfigError('Invalid configuration', {
        issues: [
          { field: 'shop', message: `is ${domain ?? 'not given'}. Give one of: ${[...byDomain.keys()].join(', ')}.` },
        ],
      });
    },
  };
}

/** What the GraphQL side knows of a shop. */
export function shopInfo({ domain, options }: ShopState): ShopInfo {
  return {
    name: options.name ?? domain.replace('.myshopify.com', ''),
    plan: options.plan ?? 'standard',
    scopes: options.scopes ?? allScopes,
  };
}

/** Every scope that opens something in the schema. */
export const allScopes: readonly string[] = [...new Set(Object.values(requiredScopes).flat())].sort();

function createShopState(options: FakeShopOptions, clock: Clock): ShopState {
  const buckets = new Map<string, Bucket>();
  const restBuckets = new Map<string, Bucket>();
  return {
    options,
    domain: (options.domain ?? 'demo.myshopify.com').toLowerCase(),
    state: options.state ?? 'active',
    tokens: new Map(Object.entries(options.tokens ?? { shpat_fake: 'default' })),
    scopes: options.scopes && new Set(options.scopes),
    bucket(app) {
      const bucket = buckets.get(app) ?? bucketFor(options, clock);
      buckets.set(app, bucket);
      return bucket;
    },
    restBucket(app) {
      const bucket = restBuckets.get(app) ?? restBucketFor(options, clock);
      restBuckets.set(app, bucket);
      return bucket;
    },
    buckets: () => [...buckets.values()],
  };
}
