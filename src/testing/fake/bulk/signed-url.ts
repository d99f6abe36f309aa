import { createHmac } from 'node:crypto';

/** Signs the links of every fake: they need to look signed, and to be refused when they are changed. */
const key = 'the fake signs its links with this';

/** What a signed link holds besides its address. */
export interface Signing {
  /** When it was signed, in milliseconds since the epoch. */
  readonly at: number;
  /** How long it is good for. */
  readonly lifeSeconds: number;
}

/** The query of a signed link in the form of Google's storage, where Shopify keeps its files. */
export function signedQuery(path: string, { at, lifeSeconds }: Signing): URLSearchParams {
  const query = new URLSearchParams({
    'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
    'X-Goog-Date': compactTime(at),
    'X-Goog-Expires': String(lifeSeconds),
    'X-Goog-SignedHeaders': 'host',
  });
  query.set('X-Goog-Signature', sign(`${path}?${query}`));
  return query;
}

/** Whether a link is as it was signed. When it ends is for others to check. */
export function isSigned(path: string, query: URLSearchParams): boolean {
  const rest = new URLSearchParams(query);
  rest.delete('X-Goog-Signature');
  return query.get('X-Goog-Signature') === sign(`${path}?${rest}`);
}

/** A signature in hexadecimal. */
export function sign(text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** A time as `20261101T000000Z`. */
export function compactTime(at: number): string {
  return `${new Date(at).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}
