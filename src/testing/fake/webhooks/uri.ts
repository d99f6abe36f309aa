/** What an address of webhooks may be. https://shopify.dev/docs/apps/build/webhooks/subscribe */
export type WebhookAddress =
  | { readonly type: 'http'; readonly url: URL }
  | { readonly type: 'pubsub'; readonly project: string; readonly topic: string }
  | { readonly type: 'eventbridge'; readonly arn: string }
  | { readonly type: 'refused'; readonly reasons: readonly string[] };

const pubsubUri = /^pubsub:\/\/([^:/]+):([^:/]+)$/;
const eventBridgeArn =
  /^arn:aws:events:[a-z0-9-]+::event-source\/aws\.partner\/shopify\.com(?:\.test)?\/\d+\/[\w./-]+$/;
const shopifyHost = /(^|\.)(shopify\.com|myshopify\.com|shopifycloud\.com)$/;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

const refused = (...reasons: string[]): WebhookAddress => ({ type: 'refused', reasons });

/**
 * Reads an address, or says in Shopify's words why it is none. Plain HTTP, which Shopify refuses, is taken for the
 * loopback interface, so that a test's own server needs no certificate.
 */
export function readAddress(uri: string): WebhookAddress {
  if (uri.trim() === '') return refused("Address can't be blank");
  if (uri.startsWith('pubsub://')) return pubsubAddress(uri);
  if (uri.startsWith('arn:')) {
    if (eventBridgeArn.test(uri)) return { type: 'eventbridge', arn: uri };
    return refused('Address is invalid', 'Address is not a valid AWS ARN');
  }
  if (!URL.canParse(uri)) return refused('Address is invalid');
  const url = new URL(uri);
  const isLoopback = loopbackHosts.has(url.hostname);
  const reasons = [
    ...(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
      ? []
      : [`Address protocol ${url.protocol}// is not supported`]),
    ...(shopifyHost.test(url.hostname) ? ['Address cannot be a Shopify or an internal domain'] : []),
  ];
  return reasons.length > 0 ? refused(...reasons) : { type: 'http', url };
}

function pubsubAddress(uri: string): WebhookAddress {
  const [, project, topic] = pubsubUri.exec(uri) ?? [];
  if (project !== undefined && topic !== undefined) return { type: 'pubsub', project, topic };
  return refused(
    'Address protocol pubsub:// is not supported',
    'Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic',
  );
}
