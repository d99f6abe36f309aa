import type { KeyValueStore } from '../../storage/ports/key-value-store.ts';

const inbox = 'webhook-inbox:';

/** Keys hold at most 255 characters: what comes from a header and is longer or odd is hashed. */
export async function keyPart(text: string, longest = 48): Promise<string> {
  if (text.length <= longest && /^[\w.-]+$/.test(text)) return text;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `~${[...new Uint8Array(hash)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, 46)}`;
}

/** Begins the keys of all that is kept about a shop, whichever handler keeps it: what `shop/redact` erases. */
export async function shopPrefix(shop: string): Promise<string> {
  return `webhooks:${await keyPart(shop, 80)}:`;
}

/** Keys of a shop's deliveries that wait, whichever handler's. */
export async function* inboxKeysOf(store: KeyValueStore, shop: string): AsyncIterable<string> {
  const domain = await keyPart(shop, 80);
  // Few at any time: what is handled leaves.
  for await (const key of store.scan(inbox)) if (key.split(':')[2] === domain) yield key;
}

/** Begins the keys of all deliveries that wait to be handled by the handler of that name. */
export async function inboxPrefix(name: string): Promise<string> {
  return `${inbox}${await keyPart(name)}:`;
}

/** Where one delivery stands. */
export interface DeliveryKeys {
  /** Set once it is handled. */
  readonly done: string;
  /** Holds it until it is handled, so that no queue can lose it. */
  readonly inbox: string;
  /** Names it, for a queue. */
  readonly job: string;
}

/** The keys of a delivery: one per handler, shop and id. */
export async function deliveryKeys(name: string, shop: string, id: string): Promise<DeliveryKeys> {
  const [domain, part] = [await keyPart(shop, 80), await keyPart(id)];
  return {
    done: `webhooks:${domain}:${await keyPart(name)}:done:${part}`,
    inbox: `${await inboxPrefix(name)}${domain}:${part}`,
    job: `${domain}/${part}`,
  };
}

/** Where the newest that was applied to a resource is kept; also the name of its lock. */
export async function markKey(name: string, shop: string, family: string, resource: string): Promise<string> {
  return `${await shopPrefix(shop)}${await keyPart(name)}:mark:${await keyPart(family)}:${await keyPart(resource)}`;
}
