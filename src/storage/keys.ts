import { StorageError } from '../errors/errors.ts';
import { isNewerFormat, isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore, Lock } from '../ports/key-value-store.ts';

const inbox = 'webhook-inbox:';

/** Characters of a shop's part; domains are longer than ids. */
const longestShop = 80;

const plain = /^[\w.-]+$/;

/** Returns a text that can be part of a key unchanged. Most texts can, and then no hash is needed. */
function plainPart(text: string, longest = 48): string | undefined {
  return text.length <= longest && plain.test(text) ? text : undefined;
}

async function hashedPart(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `~${[...new Uint8Array(hash)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, 46)}`;
}

/** Keys have at most 255 characters, so values from headers that are longer or contain other characters are hashed. */
export async function keyPart(text: string, longest = 48): Promise<string> {
  return plainPart(text, longest) ?? hashedPart(text);
}

/** Name of the app if none was passed. */
export const defaultApp = 'default';

/**
 * Prefix of the handler's part in an app's keys; empty for the app `default`. No other part contains an `@`, which
 * distinguishes the keys of apps on the same shop.
 */
export async function appPart(appId: string): Promise<string> {
  if (appId === defaultApp) return '';
  // Short, since a handler's name follows.
  return `${plainPart(appId, 12) ?? (await hashedPart(appId)).slice(0, 12)}@`;
}

/** Prefix of the type of a product queue's jobs, before the shop and the queue's own name. */
export const pushJob = 'push-product';

/** The same for the jobs of its runs. */
export const batchJob = 'push-batch';

/** Prefix of the marks of product queues with their own app or name. No webhook handler can have this name. */
export const pushMarks = '~push~';

/** Returns the app from the rest of a key after the shop's prefix, as written by `appPart`. */
const appOf = (rest: string): string =>
  (rest.startsWith(pushMarks) ? rest.slice(pushMarks.length) : rest).match(/^[^:@]*@/)?.[0] ?? '';

/** `domain` and `handler` must already be encoded as key parts. */
const ofShop = (domain: string): string => `webhooks:${domain}:`;

/** Prefix of an app's keys about a shop. The prefix of the app `default` also matches keys of other apps. */
export async function shopPrefix(shop: string, appId: string = defaultApp): Promise<string> {
  return `${ofShop(await keyPart(shop, longestShop))}${await appPart(appId)}`;
}

/** Prefix of the keys that record which file an image became. All apps share them, since files belong to the shop. */
export const filePrefix = async (shop: string): Promise<string> => `files:${await keyPart(shop, longestShop)}:`;

/** Prefixes of the keys that record sent stock changes. All apps share them. */
const stockPrefixes = ['stock-change:', 'stock-batch:'] as const;

/** Prefix of a shop's keys with one of these prefixes. */
export const stockPrefix = async (kind: (typeof stockPrefixes)[number], shop: string): Promise<string> =>
  `${kind}${await keyPart(shop, longestShop)}:`;

/** Key of the result of exchanging a shop's token that never expires. */
export const migrationKey = async (shop: string, appId: string): Promise<string> =>
  `token-migration:${await keyPart(appId)}:${await keyPart(shop, longestShop)}`;

/** Prefix of the records of an app's runs over all shops. */
export const runPrefix = async (appId: string): Promise<string> => `each-shop:${await keyPart(appId)}:`;

/** Prefix of a token store's keys. Parts of an owner contain no `@`, since it is escaped. */
export const ownersPrefix = (prefix: string): string => `${prefix}@`;

/** Default prefix of a token store's keys. */
export const tokenPrefix = 'tokens/';

/**
 * Yields the keys that `shop/redact` erases: those of one app about a shop, of its files, and of its waiting
 * deliveries. Keys of other apps are left alone.
 */
export async function* keysOfApp(store: KeyValueStore, shop: string, appId: string): AsyncIterable<string> {
  const domain = await keyPart(shop, longestShop);
  const app = await appPart(appId);
  const prefix = ofShop(domain);
  for await (const key of store.scan(prefix)) if (appOf(key.slice(prefix.length)) === app) yield key;
  yield* store.scan(await filePrefix(shop));
  for (const stock of stockPrefixes) yield* store.scan(`${stock}${domain}:`);
  const migration = await migrationKey(shop, appId);
  if ((await store.get(migration)) !== undefined) yield migration;
  // Records of resumable runs over all shops.
  for await (const key of store.scan(await runPrefix(appId))) if (key.endsWith(`:${domain}`)) yield key;
  // There are few at any time, since handled deliveries are removed.
  for await (const key of store.scan(inbox)) {
    const [, handler = '', of] = key.split(':');
    if (of === domain && appOf(handler) === app) yield key;
  }
  const owners = ownersPrefix(tokenPrefix);
  for await (const key of store.scan(`${owners}${encodeURIComponent(shop)}/`)) {
    if (key.slice(owners.length).split('/')[1] === encodeURIComponent(appId)) yield key;
  }
}

/** Returns the handler's part of keys: the app, then the handler's name. */
export async function handlerPart(appId: string, name: string): Promise<string> {
  return `${await appPart(appId)}${await keyPart(name)}`;
}

/** Prefix of the keys of all deliveries that wait for a handler. */
export function inboxPrefix(handler: string): string {
  return `${inbox}${handler}:`;
}

/** Key of the lock held by the process that scans a handler's inbox. */
export function scanKey(handler: string): string {
  return `webhook-look:${handler}`;
}

/** Names of all keys of one delivery, except its resource's watermark. */
export interface DeliveryKeys {
  /** Set once the delivery is handled; also the name of its lock if order does not matter. */
  readonly done: string;
  /** Stores the delivery until it is handled, in case the queue loses it. */
  readonly inbox: string;
  /** Dedupe key of its job. */
  readonly job: string;
}

/** Returns the keys of a delivery: one set per handler (as written by `handlerPart`), shop and id. */
export async function deliveryKeys(handler: string, shop: string, id: string): Promise<DeliveryKeys> {
  const domain = plainPart(shop, longestShop) ?? (await hashedPart(shop));
  const part = plainPart(id) ?? (await hashedPart(id));
  return {
    done: `${ofShop(domain)}${handler}:done:${part}`,
    inbox: `${inboxPrefix(handler)}${domain}:${part}`,
    job: `${domain}/${part}`,
  };
}

/** Returns the key that is set once a delivery of the inbox is handled. */
export function doneKeyOf(inboxKey: string): string {
  const [, handler = '', domain = '', id = ''] = inboxKey.split(':');
  return `${ofShop(domain)}${handler}:done:${id}`;
}

/** Key of the newest change applied to a resource; also the name of its lock. */
export async function watermarkKey(handler: string, shop: string, family: string, resource: string): Promise<string> {
  const domain = plainPart(shop, longestShop) ?? (await hashedPart(shop));
  const kind = plainPart(family) ?? (await hashedPart(family));
  const id = plainPart(resource) ?? (await hashedPart(resource));
  return `${ofShop(domain)}${handler}:mark:${kind}:${id}`;
}

/**
 * Checks the format number that every value has. Reading a later format as if it were this one, or overwriting it,
 * would lose data of the newer release, so such a value is left alone.
 *
 * @param what Names the value, as the subject of a sentence.
 * @throws StorageError if a newer release of this package stored the value.
 */
export function checkFormat(stored: unknown, known: number, what: string, shop?: string): void {
  if (!isNewerFormat(stored, known)) return;
  const { format } = stored;
  throw new StorageError(
    `${what} was written by a newer release of shopwright, in format ${format}; this release knows formats up to ` +
      `${known}. It was left unchanged. Update this process.`,
    { ...(shop !== undefined && { shop }) },
  );
}

/** Key of the time at which an app's data about a shop was erased. */
export async function erasedKey(shop: string, appId: string): Promise<string> {
  const app = appId === defaultApp ? '' : await appPart(appId);
  return `erased:${app}:${plainPart(shop, longestShop) ?? (await hashedPart(shop))}`;
}

/** Key whose value changes with each erasure of a shop's records and journal, which all apps share. */
export const recordsErasedKey = async (shop: string): Promise<string> =>
  `records-erased:${await keyPart(shop, longestShop)}`;

/** Whether the value of an `erasedKey` shows an erasure at that time, in milliseconds since the epoch, or later. */
export function isErasedSince(text: string | undefined, since: number): boolean {
  // Usually there is none, and an error of JSON.parse would cost more than all other keys of a delivery.
  const erased = text === undefined ? undefined : parseJson(text);
  return isRecord(erased) && typeof erased['at'] === 'number' && since <= erased['at'];
}

/** Releases a lock, if there is one. If that fails, its lease expires by itself. */
export async function freeLock(lock: Lock | undefined): Promise<void> {
  await lock?.release().catch(() => undefined);
}
