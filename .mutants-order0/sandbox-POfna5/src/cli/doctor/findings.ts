/** How bad a finding is: an `error` stops something now, a `warning` will, or may. */
// @ts-nocheck

export type Severity = 'error' | 'warning';

interface FindingKind {
  readonly severity: Severity;
  /** What to do about it. */
  readonly fix: string;
}

/**
 * All that `shopwright doctor` can find, by the id that scripts may rely on. Each has a section of that name in
 * docs/doctor.md.
 */
export const findingKinds = {
  'configuration-invalid': {
    severity: 'error',
    fix: 'Correct the variable that is named: the message says what it may hold.',
  },
  'shop-domain-wrong': {
    severity: 'error',
    fix: 'Give the shop as acme or acme.myshopify.com, in SHOPIFY_STORE_URL or with --shop. It stands in the address of the admin, after /store/.',
  },
  'shop-unreachable': {
    severity: 'error',
    fix: 'Check the network, the proxy and the DNS of this machine, and https://www.shopifystatus.com. Then run the doctor again.',
  },
  'shop-unavailable': {
    severity: 'error',
    fix: 'The owner of the shop must act: pay what is open, or ask Shopify why the shop is locked.',
  },
  'client-secret-wrong': {
    severity: 'error',
    fix: 'Copy the client id and the client secret of one and the same app from the Dev Dashboard again.',
  },
  'token-refused': {
    severity: 'error',
    fix: "Set the shop's own Admin API access token, or have the shop open or install the app again.",
  },
  'token-never-expires': {
    severity: 'warning',
    fix: 'Exchange such tokens with "shopwright tokens migrate", and take tokens from offlineToken of shopwright/auth.',
  },
  'refresh-token-ending': {
    severity: 'warning',
    fix: 'Make a call for each of these shops, which renews both tokens. Where it has ended already, the shop must open the app.',
  },
  'scope-missing': {
    severity: 'error',
    fix: 'Add the scopes to the app, release that version of it, and have the shop approve them.',
  },
  'ip-not-allowed': {
    severity: 'error',
    fix: "Add the outgoing addresses of this machine to the app's IP allowlist in the Dev Dashboard.",
  },
  'bulk-not-enabled': {
    severity: 'error',
    fix: 'Enable that type of bulk operations for the app in the Dev Dashboard. A public app needs an IP allowlist first.',
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
    fix: 'Install a newer shopwright, and look at the events of type deprecation of your own calls.',
  },
  'clock-off': {
    severity: 'error',
    fix: 'Let the machine take its time from a server (NTP), and restart the service.',
  },
  'webhook-address-old': {
    severity: 'error',
    fix: 'Bring the subscriptions to their address with syncSubscriptions, and delete those that nobody needs.',
  },
  'webhook-without-handler': {
    severity: 'warning',
    fix: 'Add a handler for the topic to createWebhookHandler, or delete the subscription.',
  },
  'webhook-subscription-removed': {
    severity: 'error',
    fix: 'Find out why the endpoint failed, call syncSubscriptions, and bring over what was missed meanwhile.',
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
    fix: 'Allow this user scripts: ACL SETUSER name +eval +evalsha +script. A proxy must pass these commands on.',
  },
  'store-unreachable': {
    severity: 'error',
    fix: 'Check the address or the file, and the rights of this user.',
  },
  'store-migration-pending': {
    severity: 'warning',
    fix: "Call migrate() on the stores in your deploy step, or leave it to the first query (migrate: 'automatic', the default).",
  },
  'breaker-stuck': {
    severity: 'warning',
    fix: 'Wait until it closes by itself, or delete that key of the store. If it opens again, look at the failed calls before.',
  },
  'queue-without-worker': {
    severity: 'error',
    fix: 'Start the process that calls process() on the queue, with the same Redis, queue name and prefix.',
  },
} as const satisfies Record<string, FindingKind>;

/** The stable id of a finding. */
export type FindingId = keyof typeof findingKinds;

/** What a check came to for one id. An id that it does not mention has passed. */
export type Outcome =
  | { readonly found: string; readonly severity?: Severity }
  /** It could not be checked, and why. */
  | { readonly skipped: string };

/** What a check came to. */
export type Outcomes = { readonly [id in FindingId]?: Outcome };

/** Checks of a few ids that belong together. */
export interface Check {
  readonly ids: readonly FindingId[];
  /** The signal ends what it waits for. */
  run(signal: AbortSignal): Promise<Outcomes>;
}

/** All of these ids skipped for one reason. */
export function skipAll(ids: readonly FindingId[], reason: string): Outcomes {
  return Object.fromEntries(ids.map((id) => [id, { skipped: reason }]));
}

const longestList = 5;

/** A list that fits on a screen. */
export function shorten(names: readonly string[]): string {
  const more = names.length - longestList;
  return [...names.slice(0, longestList), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
