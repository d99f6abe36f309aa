import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { keyPart } from '../../storage/keys.ts';
import type { ComplianceTopic } from '../topics.ts';

/** What the law on privacy asks for, and until when. Holds ids, and no other data of a customer. */
export interface ComplianceRequest {
  /** Names it, for `completeComplianceRequest`. */
  readonly id: string;
  readonly topic: ComplianceTopic;
  /** Shop domain. */
  readonly shop: string;
  /** Number of the customer in the shop; `null` for `shop/redact`, and once it is completed. */
  readonly customerId: string | null;
  /** Shopify's number of a `customers/data_request`; else `null`. */
  readonly dataRequestId: string | null;
  /**
   * When Shopify sent it, in milliseconds since the epoch; where the delivery does not say that, or says a time to come,
   * when it was handled first.
   */
  readonly receivedAt: number;
  /** Milliseconds since the epoch, 30 days after that. */
  readonly dueAt: number;
  /** Milliseconds since the epoch; `null` while it is open. */
  readonly completedAt: number | null;
}

/** Its own prefix: what is kept about a shop is erased on `shop/redact`, and this stays as the proof of it. */
const prefix = 'compliance:';

/** Key of a request in the store. */
export async function requestKey({ shop, id }: Pick<ComplianceRequest, 'shop' | 'id'>): Promise<string> {
  return `${await prefixOf(shop)}${id}`;
}

async function prefixOf(shop: string): Promise<string> {
  return `${prefix}${await keyPart(shop, 80)}:`;
}

/** The request of a stored text; `undefined` for none, and for what is none. */
export function readRequest(text: string | undefined): ComplianceRequest | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  const isRequest = isRecord(found) && typeof found['topic'] === 'string' && typeof found['dueAt'] === 'number';
  return isRequest ? (found as unknown as ComplianceRequest) : undefined;
}

/**
 * Requests that are not completed yet, the one with the nearest deadline first.
 *
 * @param shop Shop domain. Default: all shops.
 * @throws StorageError
 *
 * @example
 * for (const { topic, shop, dueAt } of await openComplianceRequests(store)) {
 *   if (dueAt < Date.now() + 7 * 86_400_000) alertSomebody(`${topic} of ${shop} is due in a week`);
 * }
 */
export async function openComplianceRequests(
  store: KeyValueStore,
  shop?: string,
): Promise<readonly ComplianceRequest[]> {
  const open: ComplianceRequest[] = [];
  for await (const key of store.scan(shop === undefined ? prefix : await prefixOf(shop))) {
    const request = readRequest(await store.get(key));
    if (request && request.completedAt === null) open.push(request);
  }
  return open.sort((one, other) => one.dueAt - other.dueAt);
}

/**
 * Notes that a request is done with. The record stays, without the customer's number.
 *
 * @param now Milliseconds since the epoch. Default: now.
 * @returns `false` where there is no such open request.
 * @throws StorageError
 */
export async function completeComplianceRequest(
  store: KeyValueStore,
  request: Pick<ComplianceRequest, 'shop' | 'id'>,
  now: number = Date.now(),
): Promise<boolean> {
  const key = await requestKey(request);
  for (;;) {
    const text = await store.get(key);
    const found = readRequest(text);
    if (!found || found.completedAt !== null) return false;
    const completed = JSON.stringify({ ...found, customerId: null, completedAt: now });
    if (await store.compareAndSet(key, text, completed)) return true;
  }
}
