/** Severity of a finding: an `error` breaks something now, a `warning` will or may later. */
export type Severity = 'error' | 'warning';

interface FindingKind {
  readonly severity: Severity;
  /** What to do about it. */
  readonly fix: string;
}

/**
 * All findings of `shopwright doctor` by id, on which scripts may rely. Each has a section of that name in
 * docs/doctor.md.
 */
export const findingKinds = {
  'configuration-invalid': {
    severity: 'error',
    fix: 'Correct the named variable: the message says what it may contain.',
  },
  'shop-domain-wrong': {
    severity: 'error',
    fix: 'Write the shop as acme or acme.myshopify.com, in SHOPIFY_STORE_URL or --shop. Find it in the URL of the admin, after /store/.',
  },
  'shop-unreachable': {
    severity: 'error',
    fix: 'Check the network, the proxy and the DNS of this machine, and https://www.shopifystatus.com. Then run the doctor again.',
  },
  'shop-unavailable': {
    severity: 'error',
    fix: "The shop's owner must act: pay open bills, or ask Shopify why the shop is locked.",
  },
  'client-secret-wrong': {
    severity: 'error',
    fix: 'Copy the client id and client secret of the same app from the Dev Dashboard again.',
  },
  'token-refused': {
    severity: 'error',
    fix: "Set the shop's own Admin API access token, or have the shop open or reinstall the app.",
  },
  'token-never-expires': {
    severity: 'warning',
    fix: 'Exchange such tokens with "shopwright tokens migrate", and use offlineToken of shopwright/auth.',
  },
  'refresh-token-ending': {
    severity: 'warning',
    fix: 'Make a call for each of these shops, which renews both tokens. If a token has already expired, the shop must open the app.',
  },
  'scope-missing': {
    severity: 'error',
    fix: 'Add the scopes to the app, release that version, and have the shop approve them.',
  },
  'ip-not-allowed': {
    severity: 'error',
    fix: "Add the outgoing addresses of this machine to the app's IP allowlist in the Dev Dashboard.",
  },
  'bulk-not-enabled': {
    severity: 'error',
    fix: 'Enable that type of bulk operation for the app in the Dev Dashboard. A public app needs an IP allowlist first.',
  },
  'version-ending': {
    severity: 'warning',
    fix: 'Move to a newer API version: set SHOPIFY_API_VERSION, and run your tests on the fake with it.',
  },
  'version-fallen-forward': {
    severity: 'error',
    fix: 'Set SHOPIFY_API_VERSION to a version that Shopify serves, and install the newest shopwright.',
  },
  'deprecated-fields': {
    severity: 'warning',
    fix: 'Install a newer shopwright, and check the `deprecation` events of your own calls.',
  },
  'clock-off': {
    severity: 'error',
    fix: 'Synchronize the clock with a time server (NTP), and restart the service.',
  },
  'webhook-address-old': {
    severity: 'error',
    fix: 'Update the subscriptions with syncSubscriptions, and delete those that are not needed.',
  },
  'webhook-without-handler': {
    severity: 'warning',
    fix: 'Add a handler for the topic to createWebhookHandler, or delete the subscription.',
  },
  'webhook-subscription-removed': {
    severity: 'error',
    fix: 'Find out why the endpoint failed, call syncSubscriptions, and catch up on what was missed.',
  },
  'redis-unreachable': {
    severity: 'error',
    fix: 'Check the address, the password and TLS (rediss://) in the URL, and that this machine may connect.',
  },
  'redis-without-persistence': {
    severity: 'warning',
    fix: 'Turn on the append-only file (appendonly yes), or keep records and jobs elsewhere.',
  },
  'redis-without-eval': {
    severity: 'error',
    fix: 'Allow scripts for this user: ACL SETUSER name +eval +evalsha +script. A proxy must forward these commands.',
  },
  'store-unreachable': {
    severity: 'error',
    fix: "Check the address or the file, and this user's permissions.",
  },
  'store-migration-pending': {
    severity: 'warning',
    fix: "Call migrate() on the stores in your deploy step, or leave it to the first query (migrate: 'automatic', the default).",
  },
  'breaker-stuck': {
    severity: 'warning',
    fix: 'Wait until it closes by itself, or delete that key from the store. If it opens again, check the calls that failed before.',
  },
  'queue-without-worker': {
    severity: 'error',
    fix: 'Start the process that calls process() on the queue, with the same Redis, queue name and prefix.',
  },
} as const satisfies Record<string, FindingKind>;

/** The stable id of a finding. */
export type FindingId = keyof typeof findingKinds;

/** Result of a check for one id. */
export type Outcome =
  | { readonly found: string; readonly severity?: Severity }
  /** Why it could not be checked. */
  | { readonly skipped: string };

/** Results of a check. Ids without a result have passed. */
export type Outcomes = { readonly [id in FindingId]?: Outcome };

/** A check that decides several related ids. */
export interface Check {
  readonly ids: readonly FindingId[];
  /** The signal ends its waits. */
  run(signal: AbortSignal): Promise<Outcomes>;
}

/** Skips all of these ids for one reason. */
export function skipAll(ids: readonly FindingId[], reason: string): Outcomes {
  return Object.fromEntries(ids.map((id) => [id, { skipped: reason }]));
}

const longestList = 5;

/** Shortens a list to fit on a screen. */
export function shorten(names: readonly string[]): string {
  const more = names.length - longestList;
  return [...names.slice(0, longestList), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
