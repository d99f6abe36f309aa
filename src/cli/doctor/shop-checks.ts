import { requestTokens } from '../../auth/token-request.ts';
import { createShopifyClient, type ShopifyClient } from '../../client/client.ts';
import { versionEndsAt } from '../../config/api-version.ts';
import { missingScopes } from '../../config/scopes.ts';
import { isShopwrightError } from '../../errors/errors.ts';
import {
  GrantedScopesDocument,
  UnnamedWebhookSubscriptionsDocument,
} from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import type { Clock } from '../../internal/clock.ts';
import { redactText } from '../../internal/redact.ts';
import type { Transport, TransportResponse } from '../../ports/transport.ts';
import { complianceTopics, topicFromEnum } from '../../webhooks/topics.ts';
import { type Check, type FindingId, type Outcome, type Outcomes, shorten, skipAll } from './findings.ts';
import { describeError } from './run-checks.ts';
import type { TokenAtHand } from './token-checks.ts';

/** The shop to check, and how to call it. */
export interface ShopSettings {
  /** Domain, such as `acme.myshopify.com`. */
  readonly shop: string;
  readonly apiVersion: string;
  readonly origin: string | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Finds the token, without renewing it. */
  readonly token: () => Promise<TokenAtHand>;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | undefined;
  /** Scopes that the app needs; `undefined` if not passed. */
  readonly scopes: readonly string[] | undefined;
  /** Whether the app runs bulk operations. */
  readonly usesBulk: boolean;
  /** Addresses at which the app receives webhooks. */
  readonly webhookUrls: readonly string[];
  /** Topics that it has a handler and a subscription for. */
  readonly topics: readonly string[] | undefined;
}

/** Result of the first call. */
export type Probe =
  | { readonly ok: true; readonly client: ShopifyClient }
  | { readonly ok: false; readonly reason: string };

/** Checks of a shop, and the result of its first call, for checks that depend on it. */
export interface ShopChecks {
  readonly checks: readonly Check[];
  readonly probe: Promise<Probe>;
}

/** Ids that the first call decides. */
const probeIds = [
  ...(['shop-domain-wrong', 'shop-unreachable', 'shop-unavailable', 'token-refused', 'ip-not-allowed'] as const),
  ...(['scope-missing', 'version-fallen-forward', 'deprecated-fields', 'clock-off'] as const),
] satisfies FindingId[];

const webhookIds = ['webhook-address-old', 'webhook-without-handler', 'webhook-subscription-removed'] as const;

/** Ids that need a shop. */
export const shopIds: readonly FindingId[] = [
  ...probeIds,
  ...webhookIds,
  ...(['version-ending', 'client-secret-wrong', 'token-never-expires', 'bulk-not-enabled'] as const),
];

/** A call is retried only once, since other checks wait for it. */
const callLimits = { retry: { maxRetries: 1, maxThrottledMs: 2_000 }, timeoutMs: 3_000, deadlineMs: 7_000 } as const;

/** Creates the checks of one shop. Nothing is sent before they run. */
export function shopChecks(settings: ShopSettings): ShopChecks {
  const watch = new HeaderWatch(settings.transport, settings.clock);
  const probe = Promise.withResolvers<Probe>();
  const later = (
    ids: readonly FindingId[],
    run: (client: ShopifyClient, signal: AbortSignal) => Promise<Outcomes>,
  ): Check => ({
    ids,
    async run(signal) {
      const first = await probe.promise;
      return first.ok ? run(first.client, signal) : skipAll(ids, first.reason);
    },
  });
  const checks: Check[] = [
    {
      ids: probeIds,
      async run(signal) {
        try {
          const { first, outcomes } = await askFirst(settings, watch, signal);
          probe.resolve(first);
          return { ...outcomes, ...clockOutcome(watch) };
        } finally {
          // Without it, checks that wait for the probe could hang. It has no effect once resolved.
          probe.resolve({ ok: false, reason: 'the first call to the shop failed' });
        }
      },
    },
    { ids: ['version-ending'], run: async () => versionEnding(settings) },
    { ids: ['client-secret-wrong'], run: (signal) => clientSecret(settings, signal) },
    later(['token-never-expires'], (client, signal) => permanentToken(settings, client, signal)),
    later(['bulk-not-enabled'], (client, signal) => bulkOperations(settings, client, signal)),
    later(webhookIds, (client, signal) => webhooks(settings, client, signal)),
  ];
  return { checks, probe: probe.promise };
}

/** Sends with another transport, and records headers and status of the responses. */
class HeaderWatch implements Transport {
  readonly name: string;
  readonly #inner: Transport;
  readonly #clock: Clock;
  /** Milliseconds by which this machine is ahead of Shopify; `undefined` before the first response. */
  aheadMs: number | undefined;
  /** Status of the last response. */
  status = 0;
  version: string | null = null;
  deprecated: string | null = null;

  constructor(inner: Transport, clock: Clock) {
    this.name = inner.name;
    this.#inner = inner;
    this.#clock = clock;
  }

  async send(request: Parameters<Transport['send']>[0]): Promise<TransportResponse> {
    const sentAt = this.#clock.now();
    const response = await this.#inner.send(request);
    const { headers, status } = response;
    this.status = status;
    this.version = headers.get('x-shopify-api-version');
    this.deprecated ??= headers.get('x-shopify-api-deprecated-reason');
    const date = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(date)) return response;
    // The header has whole seconds, and was written at any time between the request and the response.
    if (sentAt > date + 1_000) this.aheadMs ??= sentAt - date - 1_000;
    else this.aheadMs ??= Math.min(0, this.#clock.now() - date);
    return response;
  }
}

/** Seconds that a machine's clock may be off: Shopify's callbacks and session tokens are valid for 60 to 90. */
const toleratedSeconds = 60;

function clockOutcome({ aheadMs }: HeaderWatch): Outcomes {
  if (aheadMs === undefined) return { 'clock-off': { skipped: 'no response of the shop had a Date header' } };
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (seconds <= toleratedSeconds) return {};
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  const found = `The clock of this machine is ${seconds} s ${where} Shopify's, so session tokens and callbacks are refused.`;
  return { 'clock-off': { found } };
}

/** Makes the first call, and returns its result or why it was refused. */
async function askFirst(
  settings: ShopSettings,
  watch: HeaderWatch,
  signal: AbortSignal,
): Promise<{ readonly first: Probe; readonly outcomes: Outcomes }> {
  const { shop, apiVersion, origin, clock } = settings;
  const token = await settings.token();
  const without = (reason: string, outcomes: Outcomes = {}) => ({
    first: { ok: false, reason } as const,
    outcomes: { ...skipAll(probeIds, reason), ...outcomes },
  });
  if ('skipped' in token) return without(token.skipped);
  if ('found' in token) return without('there is no token for calls', { 'token-refused': token });
  try {
    const client = createShopifyClient({
      ...{ shop, apiVersion, accessToken: token.accessToken, transport: watch, clock, isolated: true },
      ...(origin !== undefined && { origin }),
      ...callLimits,
    });
    const { data } = await client.graphql(GrantedScopesDocument, {}, { signal });
    const granted = data.currentAppInstallation.accessScopes.map(({ handle }) => handle);
    return { first: { ok: true, client }, outcomes: headerOutcomes(settings, watch, granted) };
  } catch (error) {
    if (signal.aborted) throw error;
    const [id, outcome] = refusalOf(error, shop, watch);
    return without(`the shop did not respond to the first call: see ${id}`, { [id]: outcome });
  }
}

function headerOutcomes(
  { shop, apiVersion, scopes }: ShopSettings,
  watch: HeaderWatch,
  granted: readonly string[],
): Outcomes {
  const missing = scopes && missingScopes(scopes, granted);
  const { version, deprecated } = watch;
  return {
    ...(missing === undefined && {
      'scope-missing': { skipped: 'the scopes that the app needs are not known: pass --scopes' },
    }),
    ...(missing?.length && { 'scope-missing': { found: `${shop} has not granted ${missing.join(', ')}.` } }),
    ...(version !== null &&
      version !== apiVersion && {
        'version-fallen-forward': { found: `Shopify serves version ${redactText(version)} instead of ${apiVersion}.` },
      }),
    ...(deprecated !== null && {
      'deprecated-fields': { found: `Shopify reports deprecated fields in use: ${redactText(deprecated)}.` },
    }),
  };
}

/** Returns the finding that an error of a call means. */
function refusalOf(error: unknown, shop: string, watch: HeaderWatch): readonly [FindingId, Outcome] {
  const code = isShopwrightError(error) ? error.code : undefined;
  switch (code) {
    case 'CONFIG_INVALID': {
      const issues = isShopwrightError(error, 'CONFIG_INVALID') ? error.issues : [];
      const found = issues.map(({ field, message }) => `${field} ${message}`).join(' ');
      return ['configuration-invalid', { found }];
    }
    case 'AUTHENTICATION_FAILED': {
      // Shopify refuses a token that never expires with 403, and any other token with 401.
      if (watch.status === 403) {
        const found = `${shop} refuses the access token, because it never expires (403).`;
        return ['token-never-expires', { found, severity: 'error' }];
      }
      return [
        'token-refused',
        { found: `${shop} refuses the access token (401): it is wrong, has expired or was revoked.` },
      ];
    }
    case 'IP_NOT_ALLOWED':
      return ['ip-not-allowed', { found: `${shop} refuses calls from this machine's IP address (403).` }];
    case 'ACCESS_DENIED':
      return [
        'scope-missing',
        { found: `${shop} denies the app a call that needs no scope. ${describeError(error)}.` },
      ];
    case 'SHOP_UNAVAILABLE':
      return ['shop-unavailable', { found: `${shop} accepts no calls. ${describeError(error)}.` }];
    case 'HTTP_ERROR': {
      const { status } = watch;
      if (status === 404 || (status >= 300 && status < 400))
        return ['shop-domain-wrong', { found: `There is no shop ${shop}, or its domain has changed (${status}).` }];
      return ['shop-unreachable', { found: `${shop} responds with status ${status}.` }];
    }
    default:
      return ['shop-unreachable', { found: `A call to ${shop} failed with ${describeError(error)}.` }];
  }
}

/** Days before the end of a version at which warnings start: one quarter, the interval between versions. */
const warnDays = 90;

const dayMs = 86_400_000;

function versionEnding({ apiVersion, clock }: ShopSettings): Outcomes {
  const endsAt = versionEndsAt(apiVersion);
  if (endsAt === undefined) return {};
  const days = Math.ceil((endsAt - clock.now()) / dayMs);
  if (days > warnDays) return {};
  const date = new Date(endsAt).toISOString().slice(0, 10);
  const what = days > 0 ? `ends in ${days} days, on ${date}` : `ended on ${date}`;
  return {
    'version-ending': { found: `API version ${apiVersion} ${what}; then Shopify serves a later one instead.` },
  };
}

/** Shopify's error codes for an unknown client id, or a wrong secret for it. */
const wrongCredentials: readonly unknown[] = ['invalid_client', 'application_cannot_be_found'];

/**
 * Requests new tokens with a made-up refresh token. Shopify checks the app's credentials first, as OAuth requires (RFC
 * 6749, section 6), and grants nothing.
 */
async function clientSecret(settings: ShopSettings, signal: AbortSignal): Promise<Outcomes> {
  const { credentials, shop, origin, transport, clock } = settings;
  if (!credentials) {
    const skipped = 'client id and secret are missing: set SHOPIFY_API_KEY and SHOPIFY_API_SECRET, or pass --app';
    return { 'client-secret-wrong': { skipped } };
  }
  const reply = await requestTokens({
    ...{ shop, origin, transport, clock, signal, timeoutMs: 5_000 },
    params: {
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      grant_type: 'refresh_token',
      refresh_token: 'asked-by-shopwright-doctor',
    },
  });
  if (reply.outcome === 'lost') return { 'client-secret-wrong': { skipped: describeError(reply.error) } };
  if (reply.outcome !== 'refused') return {};
  if (wrongCredentials.includes(reply.error))
    return { 'client-secret-wrong': { found: 'Shopify does not accept the client id with this client secret.' } };
  // Both mean that Shopify knows the app, but not the refresh token.
  if (reply.error === 'invalid_grant' || reply.error === 'invalid_request') return {};
  const skipped = `Shopify responded with status ${reply.status} and ${reply.error ?? 'no code'}, which says nothing about the secret`;
  return { 'client-secret-wrong': { skipped } };
}

/** When Shopify starts to refuse such tokens of public apps: see docs/tokens.md. */
const permanentEndsAt = Date.UTC(2027, 0, 1);

async function permanentToken(settings: ShopSettings, client: ShopifyClient, signal: AbortSignal): Promise<Outcomes> {
  const token = await settings.token();
  if (!('accessToken' in token) || token.expires) return {};
  const { data } = await client.graphql(
    'query DoctorApp { currentAppInstallation { app { publicCategory } } }',
    {},
    { signal },
  );
  const category: unknown = Object(Object(Object(data).currentAppInstallation).app).publicCategory;
  if (category !== 'PUBLIC') return {};
  const isRefused = settings.clock.now() >= permanentEndsAt;
  const when = isRefused ? 'Shopify refuses them since 2027-01-01' : 'Shopify refuses them from 2027-01-01 on';
  const found = `The token of ${settings.shop} never expires, and the app is public: ${when}.`;
  return { 'token-never-expires': { found, severity: isRefused ? 'error' : 'warning' } };
}

/**
 * Invalid on purpose, so that nothing runs: Shopify denies access if the type is not enabled, and reports user errors
 * otherwise.
 */
const bulkCalls = {
  queries: 'mutation DoctorBulkQuery { bulkOperationRunQuery(query: "{ shop { id } }") { userErrors { message } } }',
  mutations:
    'mutation DoctorBulkMutation { bulkOperationRunMutation(mutation: "{ shop { id } }", stagedUploadPath: "none") { userErrors { message } } }',
} as const;

async function bulkOperations(
  { shop, usesBulk }: ShopSettings,
  client: ShopifyClient,
  signal: AbortSignal,
): Promise<Outcomes> {
  if (!usesBulk) return { 'bulk-not-enabled': { skipped: 'pass --bulk if the app runs bulk operations' } };
  const isDenied = async (document: string): Promise<boolean> => {
    try {
      await client.graphql(document, {}, { signal, userErrors: 'return' });
      return false;
    } catch (error) {
      if (isShopwrightError(error, 'ACCESS_DENIED')) return true;
      throw error;
    }
  };
  const [queries, mutations] = await Promise.all([isDenied(bulkCalls.queries), isDenied(bulkCalls.mutations)]);
  const denied = [...(queries ? ['queries'] : []), ...(mutations ? ['mutations'] : [])];
  if (denied.length === 0) return {};
  return { 'bulk-not-enabled': { found: `${shop} denies the app bulk ${denied.join(' and bulk ')}.` } };
}

interface Subscription {
  readonly topic: string;
  readonly uri: string;
}

async function webhooks(settings: ShopSettings, client: ShopifyClient, signal: AbortSignal): Promise<Outcomes> {
  const { webhookUrls, topics, shop } = settings;
  if (webhookUrls.length === 0 && topics === undefined)
    return skipAll(webhookIds, 'the URL and topics of webhooks are not known: pass --webhook-url and --topics');
  const standing = await allPages('webhookSubscriptions', async (after) => {
    const { data } = await client.graphql(UnnamedWebhookSubscriptionsDocument, { first: 100, after }, { signal });
    return data.webhookSubscriptions;
  });
  const subscriptions = standing.map(({ topic, uri }) => ({ topic: topicFromEnum(topic) ?? topic, uri }));
  return { ...addresses(subscriptions, webhookUrls), ...handlers(subscriptions, topics, shop) };
}

/** Compares addresses of the same kind only: one app may use both HTTPS and Pub/Sub. */
function addresses(subscriptions: readonly Subscription[], webhookUrls: readonly string[]): Outcomes {
  if (webhookUrls.length === 0)
    return { 'webhook-address-old': { skipped: 'the URL of webhooks is not known: pass --webhook-url' } };
  const kindOf = (uri: string): string => uri.slice(0, uri.indexOf(':')).toLowerCase().replace('https', 'http');
  const kinds = new Set(webhookUrls.map(kindOf));
  const known = new Set(webhookUrls.map(plainUri));
  const old = subscriptions.filter(({ uri }) => kinds.has(kindOf(uri)) && !known.has(plainUri(uri)));
  if (old.length === 0) return {};
  const listed = old.map(({ topic, uri }) => `${topic} to ${withoutQuery(uri)}`);
  return { 'webhook-address-old': { found: `Webhooks go to another address: ${shorten(listed)}.` } };
}

function handlers(
  subscriptions: readonly Subscription[],
  topics: readonly string[] | undefined,
  shop: string,
): Outcomes {
  if (topics === undefined) {
    const ids = ['webhook-without-handler', 'webhook-subscription-removed'] as const;
    return skipAll(ids, 'the topics with a handler are not known: pass --topics');
  }
  const subscribed = new Set(subscriptions.map(({ topic }) => topic));
  const unhandled = [...subscribed].filter((topic) => !topics.includes(topic));
  // The API does not list these subscriptions: they are part of the app's configuration.
  const compliance: readonly string[] = complianceTopics;
  const removed = topics.filter((topic) => !subscribed.has(topic) && !compliance.includes(topic));
  return {
    ...(unhandled.length > 0 && {
      'webhook-without-handler': { found: `${shop} sends webhooks without a handler: ${shorten(unhandled)}.` },
    }),
    ...(removed.length > 0 && {
      'webhook-subscription-removed': {
        found: `${shop} has no subscription to ${shorten(removed)}. Shopify removes one after eight failed deliveries in a row.`,
      },
    }),
  };
}

const plainUri = (uri: string): string => (URL.canParse(uri) ? new URL(uri).href : uri);

/** Removes the query, which can contain a secret. */
const withoutQuery = (uri: string): string => uri.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
