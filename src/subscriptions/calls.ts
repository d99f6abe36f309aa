import type { RequestOptions } from '../admin/types.ts';
import { InvalidResponseError } from '../errors/answer.ts';
import {
  WebhookSubscriptionAddDocument,
  WebhookSubscriptionChangeDocument,
  WebhookSubscriptionRemoveDocument,
} from '../graphql/operations/generated/graphql.ts';
import { inputOf, type Standing, type Wanted } from './content.ts';
import { readStanding } from './read-standing.ts';
import type { SubscriptionClient } from './types.ts';

/** The calls of one run. */
export interface Calls {
  /** @throws OutcomeUnknownError for a lost answer: a second send would be refused, for its name is taken then. */
  create(wanted: Wanted): Promise<Standing>;
  /** Says the whole content, so a lost answer is sent again. */
  update(id: Standing['id'], wanted: Wanted): Promise<Standing>;
  /** Is sent again after a lost answer, and refused then if the first send was carried out. */
  delete(id: Standing['id']): Promise<void>;
  read(): Promise<readonly Standing[]>;
}

/** Makes the calls. They throw what the client throws. */
export function createCalls(client: SubscriptionClient, signal: AbortSignal | undefined): Calls {
  const once: RequestOptions = { priority: 'background', ...(signal && { signal }) };
  const again: RequestOptions = { ...once, retry: { safety: 'safe' } };
  const madeOf = (subscription: Standing | null | undefined): Standing => {
    if (subscription) return subscription;
    throw new InvalidResponseError('Shopify names neither the webhook subscription nor an error.', {
      shop: client.shop,
    });
  };
  return {
    async create(wanted) {
      const variables = { topic: wanted.topic, subscription: inputOf(wanted) };
      const { data } = await client.graphql(WebhookSubscriptionAddDocument, variables, once);
      return madeOf(data.webhookSubscriptionCreate?.webhookSubscription);
    },
    async update(id, wanted) {
      const variables = { id, subscription: inputOf(wanted) };
      const { data } = await client.graphql(WebhookSubscriptionChangeDocument, variables, again);
      return madeOf(data.webhookSubscriptionUpdate?.webhookSubscription);
    },
    async delete(id) {
      await client.graphql(WebhookSubscriptionRemoveDocument, { id }, again);
    },
    read: () => readStanding(client, signal),
  };
}
