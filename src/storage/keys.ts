import { StorageError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';

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

/** `domain` and `handler` are parts of keys already. */
const ofShop = (domain: string): string => `webhooks:${domain}:`;

const ofInbox = (handler: string): string => `${inbox}${handler}:`;

/** Begins the keys of all that is kept about a shop, whichever handler keeps it: what `shop/redact` erases. */
export async function shopPrefix(shop: string): Promise<string> {
  return ofShop(await keyPart(shop, longestShop));
}

/** Keys of a shop's deliveries that wait, whichever handler's. */
export async function* inboxKeysOf(store: KeyValueStore, shop: string): AsyncIterable<string> {
  const domain = await keyPart(shop, longestShop);
  // Few at any time: what is handled leaves.
  for await (const key of store.scan(inbox)) if (key.split(':')[2] === domain) yield key;
}

/** Begins the keys of all deliveries that wait to be handled by the handler of that name. */
export async function inboxPrefix(name: string): Promise<string> {
  return ofInbox(await keyPart(name));
}

/** The process that scans the inbox of the handler of that name holds this key. */
export async function scanKey(name: string): Promise<string> {
  return `webhook-look:${await keyPart(name)}`;
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

/** The keys of a delivery: one per handler, shop and id. */
export async function deliveryKeys(name: string, shop: string, id: string): Promise<DeliveryKeys> {
  const handler = plainPart(name) ?? (await hashedPart(name));
  const domain = plainPart(shop, longestShop) ?? (await hashedPart(shop));
  const part = plainPart(id) ?? (await hashedPart(id));
  return {
    done: `${ofShop(domain)}${handler}:done:${part}`,
    inbox: `${ofInbox(handler)}${domain}:${part}`,
    job: `${domain}/${part}`,
  };
}

/** Holds the newest that was applied to a resource; also the name of its lock. */
export async function watermarkKey(name: string, shop: string, family: string, resource: string): Promise<string> {
  const handler = plainPart(name) ?? (await hashedPart(name));
  const domain = plainPart(shop, longestShop) ?? (await hashedPart(shop));
  const kind = plainPart(family) ?? (await hashedPart(family));
  const id = plainPart(resource) ?? (await hashedPart(resource));
  return `${ofShop(domain)}${handler}:mark:${kind}:${id}`;
}

/**
 * Every value carries the number of the format it was stored in. To read one of a later format as if it were of this
 * one, or to write over it, would lose what the newer release keeps in it: it is left alone.
 *
 * @param what Names the value, as the subject of a sentence.
 * @throws StorageError where a newer release of this package has stored the value.
 */
export function checkFormat(stored: unknown, known: number, what: string, shop?: string): void {
  const format = isRecord(stored) ? stored['format'] : undefined;
  if (typeof format !== 'number' || format <= known) return;
  throw new StorageError(
    `${what} was written by a newer release of shopwright, in format ${format}; this release knows formats up to ` +
      `${known}. It was left as it was. Update this process.`,
    { ...(shop !== undefined && { shop }) },
  );
}
