import type { WebhookEvent, WebhookTopicHandler, WebhookTopicHandlers } from './events.ts';

/** The handler of an event: by resource and action for the next generation, else by topic. */
export function handlerOf(on: WebhookTopicHandlers, event: WebhookEvent): WebhookTopicHandler<string> | undefined {
  const { generation, topic, action } = event;
  // Own entries only: a topic is a word from outside, and `constructor` is one too.
  const own = (key: string): WebhookTopicHandler<string> | undefined => (Object.hasOwn(on, key) ? on[key] : undefined);
  return (generation === 'next' ? own(`${topic}/${action}`) : undefined) ?? own(topic);
}
