import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { StorageError } from '../../errors/errors.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { TokenEntry } from '../../ports/token-store.ts';
import { type KnownOwner, shownOwner } from './owner-keys.ts';
import type { KeyRing } from './secrets.ts';
import { copyTokens, isStoredTokens } from './token-rules.ts';

/** Begins each entry, so that a later form can be told from this one. */
const form = 'v1';

const cipher = 'aes-256-gcm';

/** Bytes of a nonce and of an authentication tag, as NIST SP 800-38D has them. */
const nonceBytes = 12;

const tagBytes = 16;

/** What is not in the ciphertext and still cannot be changed: whose entry it is, and which key it is for. */
const boundTo = (keyId: string, { shop, appId, userId }: KnownOwner): Buffer =>
  Buffer.from(JSON.stringify([form, keyId, shop, appId, userId ?? null]));

/** Tokens as text that only the keys can read. */
interface Sealing {
  seal(owner: KnownOwner, entry: TokenEntry): string;
  /** @throws StorageError where no key opens it, or what is in it is no entry. */
  open(owner: KnownOwner, sealed: string): TokenEntry;
  /** Whether the key that encrypts now is the one it was encrypted with. */
  isNewest(sealed: string): boolean;
}

/** Seals with AES-256-GCM, each time with a random nonce, under the newest of the keys. */
export function createSealing(keys: KeyRing): Sealing {
  return {
    seal(owner, entry) {
      const { id, key } = keys.newest;
      const nonce = randomBytes(nonceBytes);
      const encryption = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
      encryption.setAAD(boundTo(id, owner));
      const body = Buffer.concat([encryption.update(JSON.stringify(entry), 'utf8'), encryption.final()]);
      return [form, id, Buffer.concat([nonce, encryption.getAuthTag(), body]).toString('base64')].join(':');
    },
    open(owner, sealed) {
      const unreadable = (problem: string): StorageError =>
        new StorageError(`The tokens of ${shownOwner(owner)} cannot be read: ${problem}.`, false, { shop: owner.shop });
      const [found, keyId = '', body = '', ...rest] = sealed.split(':');
      if (found !== form || keyId === '' || body === '' || rest.length > 0) {
        throw unreadable(`the entry is damaged, or of a newer release. ${startAnew}`);
      }
      const key = keys.get(keyId);
      if (!key) {
        throw unreadable(
          `they are encrypted with the key ${JSON.stringify(keyId.slice(0, 64))}, which is not among \`keys\`. Give that key too`,
        );
      }
      const text = decrypt(key, Buffer.from(body, 'base64'), boundTo(keyId, owner));
      if (text === undefined) {
        throw unreadable(
          `the key ${JSON.stringify(keyId)} does not decrypt them. Its secret is not the one they were encrypted with, or the entry was damaged or copied from another owner. Give the right secret; if it is lost: ${startAnew}`,
        );
      }
      const entry = parseJson(text);
      if (!isRecord(entry) || typeof entry.version !== 'string' || !isStoredTokens(entry.tokens)) {
        throw unreadable(`the entry is not what this release writes. ${startAnew}`);
      }
      return { tokens: copyTokens(entry.tokens), version: entry.version };
    },
    isNewest: (sealed) => sealed.startsWith(`${form}:${keys.newest.id}:`),
  };
}

const startAnew = 'Delete them with delete(owner), and have the shop authorise the app again';

function decrypt(key: KeyObject, sealed: Buffer, bound: Buffer): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const decryption = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decryption.setAAD(bound);
  decryption.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return Buffer.concat([decryption.update(sealed.subarray(nonceBytes + tagBytes)), decryption.final()]).toString();
  } catch {
    // The tag does not fit. That is all there is to know, and all that may be told.
    return undefined;
  }
}
