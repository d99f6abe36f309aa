import type { GraphqlResult } from '../admin/types.ts';
import {
  WebhookSubscriptionsDocument,
  type WebhookSubscriptionsQuery,
} from '../graphql/operations/generated/graphql.ts';
import type { Standing } from './content.ts';
import type { SubscriptionClient } from './types.ts';

const pageSize = 100;

/** All subscriptions that the app made in the shop through the API. Those of its configuration are not among them. */
export async function readStanding(client: SubscriptionClient, signal?: AbortSignal): Promise<readonly Standing[]> {
  const found: Standing[] = [];
  let after: string | null = null;
  do {
    const page: GraphqlResult<WebhookSubscriptionsQuery> = await client.graphql(
      WebhookSubscriptionsDocument,
      { first: pageSize, after },
      { priority: 'background', ...(signal && { signal }) },
    );
    found.push(...page.data.webhookSubscriptions.nodes);
    const { hasNextPage, endCursor } = page.data.webhookSubscriptions.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
  return found;
}
