import { complianceTopics, eventTopics, topicToEnum, webhookTopics } from '../webhooks/topics.ts';

/** What is wrong with a topic and how to mend it; `undefined` where nothing is. */
export function topicProblem(topic: unknown): string | undefined {
  if (typeof topic !== 'string' || topic === '') return 'give a topic, such as products/update';
  if (webhookTopics.some((known) => known === topic)) return undefined;
  if (complianceTopics.some((known) => known === topic)) {
    return 'is a compliance topic, which the API does not take: set it in shopify.app.toml as compliance_topics of [[webhooks.subscriptions]], or in the settings of the app';
  }
  if (eventTopics.some((known) => known === topic)) {
    return 'is a topic of the next-generation Events, which the API does not take: set it in shopify.app.toml under [[events.subscription]], or give a webhook topic such as products/update';
  }
  return `is no topic of this API version. Did you mean ${nearestTopic(topic)}?`;
}

/** The topic that takes the fewest changes of letters, written in whatever way. */
function nearestTopic(text: string): string {
  const wanted = topicToEnum(text.trim().slice(0, 100));
  let nearest = '';
  let fewest = Number.POSITIVE_INFINITY;
  for (const topic of webhookTopics) {
    const changes = distance(wanted, topicToEnum(topic));
    if (changes < fewest) [nearest, fewest] = [topic, changes];
  }
  return nearest;
}

/** Letters to put in, take out or change: the distance of Levenshtein. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at++) {
      const changed = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
