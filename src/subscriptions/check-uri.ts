const pubsubUri = /^pubsub:\/\/[^\s:/]+:[^\s:/]+$/;
const eventBridgeArn = /^arn:aws[\w-]*:events:[a-z0-9-]+::event-source\/aws\.partner\/shopify\.com\/\d+\/[\w./-]+$/;
const shopifyHost = /(^|\.)(shopify\.com|myshopify\.com|shopifycloud\.com)$/;
/** Where the fake of `shopwright/testing` delivers to. Shopify itself takes plain http nowhere. */
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * What is wrong with an address and how to mend it; `undefined` where nothing is. The address is not said
 * again: there may be a secret in it. https://shopify.dev/docs/apps/build/webhooks/subscribe
 */
export function uriProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri === '') return 'give an address, such as https://app.example/webhooks';
  if (uri !== uri.trim()) return 'has white space at an end: take it away';
  if (uri.startsWith('pubsub:')) {
    return pubsubUri.test(uri) ? undefined : 'is no address of Pub/Sub: write pubsub://{project}:{topic}';
  }
  if (uri.startsWith('arn:')) {
    const form = 'arn:aws:events:{region}::event-source/aws.partner/shopify.com/{app id}/{name}';
    return eventBridgeArn.test(uri) ? undefined : `is no ARN of an EventBridge partner event source: write ${form}`;
  }
  if (!URL.canParse(uri)) return 'is no address: give one that begins with https://, pubsub:// or arn:aws:events:';
  const { protocol, hostname, username, password } = new URL(uri);
  if (protocol === 'http:' && !loopbackHosts.has(hostname)) return 'begins with http: Shopify delivers to https only';
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `begins with ${protocol}, which Shopify does not deliver to: give https://, pubsub:// or arn:aws:events:`;
  }
  if (username || password) return 'holds a user name or password: take them out, deliveries are signed';
  if (shopifyHost.test(hostname)) return "is on a domain of Shopify, which it does not deliver to: give the app's own";
  return undefined;
}
