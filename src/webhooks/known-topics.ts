import { ConfigError, type Issue } from '../errors/errors.ts';
import { nearestName } from '../internal/names.ts';
import type { WebhookHandlerOptions } from './events.ts';
import { complianceTopics, eventTopics, topicToEnum, webhookTopics } from './topics.ts';

/**
 * A topic that does not exist never comes, and nothing would say so.
 *
 * @throws ConfigError with each topic of `on` and `order` that is none, and the nearest one.
 */
export function checkTopics({ on, order = {}, customTopics = [] }: WebhookHandlerOptions): void {
  const classic = [...webhookTopics, ...complianceTopics, ...customTopics];
  const events = eventTopics.flatMap((topic) => [topic, `${topic}/create`, `${topic}/update`, `${topic}/delete`]);
  const known: readonly string[] = [...classic, ...events];
  const issues: Issue[] = [];
  for (const [field, topics] of Object.entries({ on, order })) {
    for (const topic of Object.keys(topics)) {
      if (known.includes(topic)) continue;
      // Events begin with a capital letter, and are otherwise too much like webhooks.
      const nearest = nearestName(topic, /^[A-Z][a-z]/.test(topic) ? known : classic, topicToEnum);
      const message = `is not a topic. Did you mean ${nearest}? \`customTopics\` takes what the public API lacks`;
      issues.push({ field: `${field}.${topic}`, message });
    }
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}
