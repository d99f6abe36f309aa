import { StorageError } from '../errors/errors.ts';
import { isNewerFormat, isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore, Lock } from '../ports/key-value-store.ts';

const inbox = 'webhook-inbox:';

/** Characters of a shop's part; domains are longer than ids. */
const longestShop = 80;

const plain = /^[\w.-]+$/;

/** What can stand in a key as it is. As a rule everything can, and then no hash has to be waited for. */
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

/** Keys hold at most 255 characters: what comes from a header and is longer or odd is hashed. */
export async function keyPart(text: string, longest = 48): Promise<string> {
  return plainPart(text, longest) ?? hashedPart(text);
}

/** The app of what has been given no name of an app. */
export const defaultApp = 'default';

/**
 * Begins the handler's part of another app's keys, and is empty for the app `default`. No other part has an `@`, so that
 * what one app keeps can be told from what others keep of the same shop.
 */
export async function appPart(appId: string): Promise<string> {
  if (appId === defaultApp) return '';
  // Short, for a handler's name comes after it.
  return `${plainPart(appId, 12) ?? (await hashedPart(appId)).slice(0, 12)}@`;
}

/** Begins the type of a product queue's jobs, before the shop and the queue's own name. */
export const pushJob = 'push-product';

/** The same of the jobs of its runs. */
export const batchJob = 'push-batch';

/** Begins the marks of product queues with an app or name of their own. No webhook handler can be called so. */
export const pushMarks = '~push~';

/** The app in what comes after a shop's prefix, as `appPart` writes it. */
const appOf = (rest: string): string =>
  (rest.startsWith(pushMarks) ? rest.slice(pushMarks.length) : rest).match(/^[^:@]*@/)?.[0] ?? '';

/** `domain` and `handler` are parts of keys already. */
const ofShop = (domain: string): string => `webhooks:${domain}:`;

/** Begins the keys of what an app keeps about a shop. Those of the app `default` begin other apps' keys too. */
export async function shopPrefix(shop: string, appId: string = defaultApp): Promise<string> {
  return `${ofShop(await keyPart(shop, longestShop))}${await appPart(appId)}`;
}

/** Begins the keys that say which file an image became. They are no app's own: files are those of the shop. */
export const filePrefix = async (shop: string): Promise<string> => `files:${await keyPart(shop, longestShop)}:`;

/** Begin the keys of what was sent of changes of stock. They are no app's own. */
const stockPrefixes = ['stock-change:', 'stock-batch:'] as const;

/** Begins a shop's keys of one of those. */
export const stockPrefix = async (kind: (typeof stockPrefixes)[number], shop: string): Promise<string> =>
  `${kind}${await keyPart(shop, longestShop)}:`;

/** Holds what the exchange of a shop's token that never expires came to. */
export const migrationKey = async (shop: string, appId: string): Promise<string> =>
  `token-migration:${await keyPart(appId)}:${await keyPart(shop, longestShop)}`;

/** Begins the notes of an app's runs over all shops. */
export const runPrefix = async (appId: string): Promise<string> => `each-shop:${await keyPart(appId)}:`;

/** Begins the keys in which a token store keeps its owners: no part of an owner has an `@`, since it is escaped there. */
export const ownersPrefix = (prefix: string): string => `${prefix}@`;

/** What begins the keys of a token store that nobody has given another. */
export const tokenPrefix = 'tokens/';

/**
 * Keys of all that is kept about a shop for one app, of its files, and of its deliveries that wait: what `shop/redact` erases. What
 * other apps keep in the store is theirs.
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
  // A note of each run over all shops that goes on where it was ended.
  for await (const key of store.scan(await runPrefix(appId))) if (key.endsWith(`:${domain}`)) yield key;
  // Few at any time: what is handled leaves.
  for await (const key of store.scan(inbox)) {
    const [, handler = '', of] = key.split(':');
    if (of === domain && appOf(handler) === app) yield key;
  }
  const owners = ownersPrefix(tokenPrefix);
  for await (const key of store.scan(`${owners}${encodeURIComponent(shop)}/`)) {
    if (key.slice(owners.length).split('/')[1] === encodeURIComponent(appId)) yield key;
  }
}

/** The handler's part of keys: its name, after that of its app. */
export async function handlerPart(appId: string, name: string): Promise<string> {
  return `${await appPart(appId)}${await keyPart(name)}`;
}

/** Begins the keys of all deliveries that wait to be handled by a handler. */
export function inboxPrefix(handler: string): string {
  return `${inbox}${handler}:`;
}

/** The process that scans the inbox of a handler holds this key. */
export function scanKey(handler: string): string {
  return `webhook-look:${handler}`;
}

/** Names of all that is kept about one delivery, but for the watermark of its resource. */
export interface DeliveryKeys {
  /** Set once it is handled; the name of its lock, where no order matters. */
  readonly done: string;
  /** Holds it until it is handled, so that no queue can lose it. */
  readonly inbox: string;
  /** Dedupe key of its job. */
  readonly job: string;
}

/** The keys of a delivery: one per handler (as `handlerPart` writes it), shop and id. */
export async function deliveryKeys(handler: string, shop: string, id: string): Promise<DeliveryKeys> {
  const domain = plainPart(shop, longestShop) ?? (await hashedPart(shop));
  const part = plainPart(id) ?? (await hashedPart(id));
  return {
    done: `${ofShop(domain)}${handler}:done:${part}`,
    inbox: `${inboxPrefix(handler)}${domain}:${part}`,
    job: `${domain}/${part}`,
  };
}

/** Set once the delivery of a key of an inbox is handled. */
export function doneKeyOf(inboxKey: string): string {
  const [, handler = '', domain = '', id = ''] = inboxKey.split(':');
  return `${ofShop(domain)}${handler}:done:${id}`;
}

/** Holds the newest that was applied to a resource; also the name of its lock. */
export async function watermarkKey(handler: string, shop: string, family: string, resource: string): Promise<string> {
  const domain = plainPart(shop, longestShop) ?? (await hashedPart(shop));
  const kind = plainPart(family) ?? (await hashedPart(family));
  const id = plainPart(resource) ?? (await hashedPart(resource));
  return `${ofShop(domain)}${handler}:mark:${kind}:${id}`;
}

/**
 * Every value has the number of its format. Reading a later format as if it were this one, or overwriting it, would
 * lose what the newer release stores in it: so it is left alone.
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

/** Remembers when all that was kept about a shop for an app was erased. */
export async function erasedKey(shop: string, appId: string): Promise<string> {
  const app = appId === defaultApp ? '' : await appPart(appId);
  return `erased:${app}:${plainPart(shop, longestShop) ?? (await hashedPart(shop))}`;
}

/** Holds another text after each erasure of a shop's records and journal, which are no app's own. */
export const recordsErasedKey = async (shop: string): Promise<string> =>
  `records-erased:${await keyPart(shop, longestShop)}`;

/** Whether a text under an `erasedKey` says that it was erased at that time, in milliseconds since the epoch, or later. */
export function isErasedSince(text: string | undefined, since: number): boolean {
  // As a rule there is none, and to have JSON.parse throw that costs more than the rest of a delivery's keys.
  const erased = text === undefined ? undefined : parseJson(text);
  return isRecord(erased) && typeof erased['at'] === 'number' && since <= erased['at'];
}

/** Gives a lock back, if there is one. Where that fails, its lease runs out by itself. */
export async function freeLock(lock: Lock | undefined): Promise<void> {
  await lock?.release().catch(() => undefined);
}
