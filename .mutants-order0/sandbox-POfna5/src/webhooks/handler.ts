// @ts-nocheck
import { ConfigError, type Issue } from '../errors/errors.ts';
import { nearestName, unknownNames } from '../internal/names.ts';
import {
  maxBodyBytesOf,
  type WebhookDelivery,
  type WebhookHandler,
  type WebhookHandlerOptions,
  wholeNumber,
} from './events.ts';
import type { WebhookIngest } from './ingest/accept.ts';
import { complianceTopics, eventTopics, topicToEnum, webhookTopics } from './topics.ts';

/**
 * One place for all webhooks: verifies each delivery, calls its topic's handler and responds.
 *
 * Alone, it awaits the handler, and handles each delivery that comes. With a `store` it skips copies and what comes too late.
 * With a `queue` too, the response is sent once the delivery is safe in both, and the handler runs on the queue.
 * See docs/webhooks.md.
 *
 * 200: done or queued, a copy, or no handler for the topic. 401: wrong or no signature. 400: headers or body missing, body
 * not JSON. 404: not `enabled`. 405: not POST. 408: later than `bodyTimeoutMs`. 413: larger than `maxBodyBytes`. 500: the handler threw, or no secret
 * is set. 503: store or queue do not respond. After a 5xx Shopify tries again.
 *
 * Secrets are read when a delivery comes, not here, so that a build without them in its environment
 * can still load the module.
 *
 * @throws ConfigError when an option or a topic does not exist, a number of bytes or milliseconds is invalid,
 * there is a queue and no store, or the queue has a handler of that name already.
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
  const { store, queue, retryDelaysMs = [] } = options;
  const name = handlerName(options);
  for (const field of ['dedupeTtlMs', 'ackTimeoutMs', 'bodyTimeoutMs'] as const)
    wholeNumber(field, options[field] ?? 1);
  // The queue would refuse each delivery. A wait of 0 is one as well, and so is a part of a millisecond.
  for (const delayMs of retryDelaysMs) wholeNumber('retryDelaysMs', Math.ceil(delayMs) + 1);
  if (queue && !store) check([{ field: 'store', message: 'is needed with a queue' }]);

  let ingest: Promise<WebhookIngest> | undefined;
  // A chunk of its own: code that only verifies does not pay for it.
  const load = (): Promise<WebhookIngest> => {
    ingest ??= import('./ingest/accept.ts').then(
      ({ WebhookIngest }) => new WebhookIngest({ ...(options as WebhookHandlerOptions), name }),
    );
    return ingest;
  };
  // First: a handler that the queue refuses must not recover what the other one has accepted.
  queue?.process(name, async (job) => (await load()).runJob(job));
  // Where it cannot be loaded, each delivery says so.
  load().catch(() => undefined);

  return Object.assign(async (request: Request) => (await load()).respond(request), {
    process: async (delivery: WebhookDelivery) => (await load()).process(delivery),
  });
}

/** @throws ConfigError where there are issues. */
function check(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

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

/** What sets a handler apart from others on the same store and queue. @throws ConfigError */
function handlerName<Custom extends string>({ name, appId = 'default' }: WebhookHandlerOptions<Custom>): string {
  if (typeof appId !== 'string' || !appId || appId.length > 100)
    check([{ field: 'appId', message: 'needs 1 to 100 characters' }]);
  return name ?? (appId === 'default' ? 'webhooks' : `webhooks ${appId}`);
}

/**
 * A topic that does not exist never comes, and nothing would say so.
 *
 * @throws ConfigError with each topic of `on` and `order` that is none, and the nearest one.
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
      if (field === 'on' && typeof value !== 'function')
        issues.push({ field: `on.${topic}`, message: 'must be a function' });
      if (known.includes(topic)) continue;
      // Events begin with a capital letter, and are otherwise too much like webhooks.
      const nearest = nearestName(topic, /^[A-Z][a-z]/.test(topic) ? known : classic, topicToEnum);
      const message = `is not a topic. Did you mean ${nearest}? \`customTopics\` takes what the public API lacks`;
      issues.push({ field: `${field}.${topic}`, message });
    }
  }
  check(issues);
}
