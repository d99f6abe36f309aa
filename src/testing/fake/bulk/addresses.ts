import { parseGid } from '../graphql/gid.ts';
import type { BulkOperationEntity } from '../store/bulk-entities.ts';
import { resultLifeSeconds } from './operation-view.ts';
import { signedQuery } from './signed-url.ts';

/** Where the fake takes files, below its origin. The shop follows, for a fake that listens on one port for several. */
export const uploadsPath = '/fake-uploads/';
/** Where the fake hands out results. */
export const downloadsPath = '/fake-downloads/';

/** Where one uploaded file lies. */
export function stagedFileUrl(origin: string, shop: string, key: string): string {
  return `${origin}${uploadsPath}${shop}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** What a path of an upload names: the shop, and for a `PUT` the file. */
export function readUploadPath(path: string): { readonly shop: string; readonly key: string } {
  const [shop = '', ...key] = path.slice(uploadsPath.length).split('/');
  return { shop, key: decoded(key.join('/')) };
}

/** The text behind an encoded one; the same text where it is encoded wrongly. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where the result of an operation that has ended can be downloaded. */
export function downloadUrl(origin: string, shop: string, { id, endedAt }: BulkOperationEntity): string {
  const path = `${downloadsPath}${shop}/bulk-${parseGid(id)?.key}.jsonl`;
  return `${origin}${path}?${signedQuery(path, { at: Date.parse(endedAt ?? ''), lifeSeconds: resultLifeSeconds })}`;
}

/** What a path of a result names; `undefined` for any other path. */
export function readDownloadPath(path: string): { readonly shop: string; readonly id: string } | undefined {
  const [, shop, number] = /^\/fake-downloads\/([^/]+)\/bulk-(\d+)\.jsonl$/.exec(path) ?? [];
  return shop === undefined ? undefined : { shop, id: `gid://shopify/BulkOperation/${number}` };
}
