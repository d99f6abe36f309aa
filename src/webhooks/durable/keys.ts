import type { KeyValueStore } from '../../storage/ports/key-value-store.ts';

const inbox = 'webhook-inbox:';

const plain = /^[\w.-]+$/;

/** What can stand in a key as it is; as a rule everything can, and then nobody has to wait for a hash. */
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

/** Who looks at the inbox of the handler of that name holds this key. */
export async function lookKey(name: string): Promise<string> {
  return `webhook-look:${await keyPart(name)}`;
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
  const handler = plainPart(name) ?? (await hashedPart(name));
  const domain = plainPart(shop, 80) ?? (await hashedPart(shop));
  const part = plainPart(id) ?? (await hashedPart(id));
  return {
    done: `webhooks:${domain}:${handler}:done:${part}`,
    inbox: `${inbox}${handler}:${domain}:${part}`,
    job: `${domain}/${part}`,
  };
}

/** Where the newest that was applied to a resource is kept; also the name of its lock. */
export async function markKey(name: string, shop: string, family: string, resource: string): Promise<string> {
  const handler = plainPart(name) ?? (await hashedPart(name));
  const domain = plainPart(shop, 80) ?? (await hashedPart(shop));
  const kind = plainPart(family) ?? (await hashedPart(family));
  const id = plainPart(resource) ?? (await hashedPart(resource));
  return `webhooks:${domain}:${handler}:mark:${kind}:${id}`;
}
