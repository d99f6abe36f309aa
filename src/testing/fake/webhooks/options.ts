import { ConfigError, type Problem } from '../../../errors/errors.ts';
import type { EventAction, EventTopic, WebhookTopic } from '../../../webhooks/topics.ts';
import { parseFilter } from './filter.ts';
import { readAddress } from './uri.ts';

/** Webhooks of a fake. */
export interface FakeWebhookOptions {
  /** Signs in place of the first app's client secret, which is `shpss_fake` where no `apps` are given. */
  readonly secret?: string;
  /** Sends deliveries to real addresses. Default: the global `fetch`, as it is at the time. */
  readonly fetch?: typeof globalThis.fetch;
  /** Share of deliveries, from 0 to 1, that are sent twice; chosen by the fake's seed. Default 0. */
  readonly duplicateRate?: number;
  /** Whether deliveries overtake each other: each waits up to two seconds of the fake's clock. Default `false`. */
  readonly reorder?: boolean;
  /** Where the three compliance topics go. None by default: they are then sent nowhere. */
  readonly complianceUrl?: string;
  /** Subscriptions of the app's configuration, for every shop. Failures do not remove them. Default none. */
  readonly subscriptions?: readonly AppWebhookSubscription[];
  /** Subscriptions to next-generation Events, which stand in the app's configuration only. Default none. */
  readonly events?: readonly EventSubscription[];
}

/** A subscription as in `[[webhooks.subscriptions]]` of `shopify.app.toml`. */
export interface AppWebhookSubscription {
  readonly topics: readonly WebhookTopic[];
  /** HTTPS, or HTTP of the loopback interface. */
  readonly uri: string;
  /** Such as `status:active`. */
  readonly filter?: string;
  /** Default: all. */
  readonly includeFields?: readonly string[];
  /** Sent as `X-Shopify-Name`. */
  readonly name?: string;
}

/** A subscription as in `[[events.subscription]]` of `shopify.app.toml`. */
export interface EventSubscription {
  readonly handle: string;
  readonly topic: EventTopic;
  /** Default: all three. */
  readonly actions?: readonly EventAction[];
  readonly uri: string;
}

/** @throws ConfigError with all that does not fit. */
export function checkWebhookOptions(options: FakeWebhookOptions): void {
  const { duplicateRate = 0, secret, complianceUrl, subscriptions = [], events = [] } = options;
  const problems: Problem[] = [];
  const address = (field: string, uri: string): void => {
    const read = readAddress(uri);
    if (read.type === 'refused') problems.push({ field, message: `is ${uri}. ${read.reasons.join('. ')}.` });
  };
  if (!(duplicateRate >= 0 && duplicateRate <= 1)) {
    problems.push({ field: 'webhooks.duplicateRate', message: `is ${duplicateRate}. Give a share from 0 to 1.` });
  }
  if (secret === '') problems.push({ field: 'webhooks.secret', message: 'is empty. Leave it out for the default.' });
  if (complianceUrl !== undefined) address('webhooks.complianceUrl', complianceUrl);
  for (const [index, { uri, filter }] of subscriptions.entries()) {
    address(`webhooks.subscriptions[${index}].uri`, uri);
    if (filter !== undefined && !parseFilter(filter)) {
      const message = `is ${filter}. Write terms such as status:active, joined by AND, OR and NOT.`;
      problems.push({ field: `webhooks.subscriptions[${index}].filter`, message });
    }
  }
  for (const [index, { uri }] of events.entries()) address(`webhooks.events[${index}].uri`, uri);
  if (problems.length > 0) throw new ConfigError(problems);
}
