import { ConfigError, type Issue } from '../errors/errors.ts';
import { nearestName, unknownNames } from '../internal/names.ts';
import {
  maxBodyBytesOf,
  type WebhookDelivery,
  type WebhookHandler,
  type WebhookHandlerOptions,
  type WebhookOrder,
  wholeNumber,
} from './events.ts';
import type { WebhookIngest } from './ingest/accept.ts';
import { complianceTopics, eventTopics, topicToEnum, webhookTopics } from './topics.ts';

/**
 * Creates a handler for all webhooks: it verifies each delivery, calls its topic's handler and responds.
 *
 * By default, it handles every delivery and waits for the handler. With a `store`, it skips copies and stale
 * deliveries. With a `queue` as well, the response is sent once both have stored the delivery, and the handler runs on
 * the queue. See docs/webhooks.md.
 *
 * Responses: 200: done or queued, a copy, or no handler for the topic. 401: wrong or no signature. 400: headers or body
 * missing, body not JSON. 404: not `enabled`. 405: not POST. 408: later than `bodyTimeoutMs`. 413: larger than
 * `maxBodyBytes`. 500: the handler threw, or no secret is set. 503: store or queue did not respond. After a 5xx,
 * Shopify tries again.
 *
 * Secrets are read when a delivery arrives, not here, so that a build without them can still load the module.
 *
 * @throws ConfigError if an option or a topic is unknown, a number of bytes or milliseconds is invalid, there is a
 * queue but no store, or the queue already has a handler of that name.
 *
 * @example
 * ```ts
 * const handler = createWebhookHandler({
 *   secrets: process.env.SHOPIFY_API_SECRET,
 *   on: { 'products/update': async ({ shop, payload }) => save(shop, payload) },
 * });
 * const response = await handler(request);
 * ```
 */
export function createWebhookHandler<const Custom extends string = never>(
  options: WebhookHandlerOptions<Custom>,
): WebhookHandler {
  check(unknownNames(options, optionNames));
  maxBodyBytesOf(options);
  checkTopics(options);
  const { store, queue, retryDelaysMs = [], enabled = true } = options;
  if (typeof enabled !== 'boolean') check([{ field: 'enabled', message: 'must be true or false' }]);
  const name = handlerName(options);
  for (const field of ['dedupeTtlMs', 'ackTimeoutMs', 'bodyTimeoutMs'] as const)
    wholeNumber(field, options[field] ?? 1);
  // Otherwise, the queue would refuse each delivery. Waits of 0 and fractions of a millisecond are valid.
  for (const delayMs of retryDelaysMs) wholeNumber('retryDelaysMs', Math.ceil(delayMs) + 1);
  if (queue && !store) check([{ field: 'store', message: 'is needed with a queue' }]);

  let ingest: Promise<WebhookIngest> | undefined;
  // Loaded separately, so that code that only verifies does not load it.
  const load = (): Promise<WebhookIngest> => {
    ingest ??= import('./ingest/accept.ts').then(
      ({ WebhookIngest }) => new WebhookIngest({ ...(options as WebhookHandlerOptions), name }),
    );
    return ingest;
  };
  // First: a handler that the queue refuses must not recover what the existing one has accepted.
  queue?.process(name, async (job) => (await load()).runJob(job));
  // If it cannot be loaded, each delivery reports it.
  load().catch(() => undefined);

  return Object.assign(async (request: Request) => (await load()).respond(request), {
    process: async (delivery: WebhookDelivery) => (await load()).process(delivery),
  });
}

/** @throws ConfigError if there are issues. */
function check(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

const orders: readonly WebhookOrder[] = ['newest', 'until-deleted', 'always'];

const optionNames: Record<keyof WebhookHandlerOptions, true> = {
  on: true,
  secrets: true,
  store: true,
  queue: true,
  name: true,
  appId: true,
  enabled: true,
  order: true,
  customTopics: true,
  onEvent: true,
  logger: true,
  clock: true,
  maxBodyBytes: true,
  bodyTimeoutMs: true,
  ackTimeoutMs: true,
  dedupeTtlMs: true,
  retryDelaysMs: true,
};

/** Returns the name that distinguishes a handler from others on the same store and queue. @throws ConfigError */
function handlerName<Custom extends string>({ name, appId = 'default' }: WebhookHandlerOptions<Custom>): string {
  if (typeof appId !== 'string' || !appId || appId.length > 100)
    check([{ field: 'appId', message: 'must have 1 to 100 characters' }]);
  return name ?? (appId === 'default' ? 'webhooks' : `webhooks ${appId}`);
}

/**
 * A topic that does not exist would never be delivered, and nothing would report it.
 *
 * @throws ConfigError with each unknown topic of `on` and `order`, and the nearest one.
 */
function checkTopics<Custom extends string>({
  on,
  order = {},
  customTopics = [],
}: WebhookHandlerOptions<Custom>): void {
  const classic = [...webhookTopics, ...complianceTopics, ...customTopics];
  const events = eventTopics.flatMap((topic) => [topic, `${topic}/create`, `${topic}/update`, `${topic}/delete`]);
  const known: readonly string[] = [...classic, ...events];
  const issues: Issue[] = [];
  for (const [field, topics] of Object.entries({ on, order })) {
    for (const [topic, value] of Object.entries(topics)) {
      if (value === undefined) continue;
      const isValid = field === 'on' ? typeof value === 'function' : orders.includes(value as WebhookOrder);
      const form = field === 'on' ? 'a function' : `one of ${orders.join(', ')}`;
      if (!isValid) issues.push({ field: `${field}.${topic}`, message: `must be ${form}` });
      if (known.includes(topic)) continue;
      // Events begin with a capital letter, and otherwise resemble webhooks too much.
      const nearest = nearestName(topic, /^[A-Z][a-z]/.test(topic) ? known : classic, topicToEnum);
      const message = `is not a topic. Did you mean ${nearest}? Topics missing from the public API go into \`customTopics\``;
      issues.push({ field: `${field}.${topic}`, message });
    }
  }
  check(issues);
}
