import { createRandom, hashText, randomId } from '../random.ts';
import type { StagedUploadEntity } from '../store/bulk-entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { stagedFileUrl, uploadsPath } from './addresses.ts';
import { compactTime, sign, signedQuery } from './signed-url.ts';

/** How long a place for an upload is good for: a day. */
export const uploadLifeSeconds = 24 * 60 * 60;

/** The largest file with variables of a bulk mutation: 100 MB. https://shopify.dev/docs/api/usage/bulk-operations/imports */
export const maxVariablesBytes = 100 * 1024 * 1024;

/** Holds the variables of a bulk mutation. */
export const variablesResource = 'BULK_MUTATION_VARIABLES';

/** What a client asks for. */
export interface StagedUploadInput {
  readonly filename: string;
  readonly mimeType: string;
  readonly resource: string;
  /** `null` means `PUT`, which is the default too. */
  readonly httpMethod: 'POST' | 'PUT' | null;
}

/** Makes a place for an upload. Its id gives the random part of the path. */
export function stagedUpload(id: string, shop: string, input: StagedUploadInput, now: number): StagedUploadEntity {
  const { filename, mimeType, resource } = input;
  const httpMethod = input.httpMethod ?? 'PUT';
  const folder = resource === variablesResource ? 'bulk' : 'files';
  const key = `tmp/${hashText(shop)}/${folder}/${randomId(createRandom(hashText(`${shop} ${id}`)))}/${filename}`;
  const parameters = httpMethod === 'POST' ? formFields(key, mimeType, now) : putFields(mimeType);
  const createdAt = new Date(now).toISOString();
  return { id, key, resource, httpMethod, mimeType, parameters, createdAt, revision: 0, content: null };
}

/** The answer's `StagedMediaUploadTarget`. */
export function stagedTarget(upload: StagedUploadEntity, origin: string, shop: string): object {
  const file = stagedFileUrl(origin, shop, upload.key);
  const signing = { at: Date.parse(upload.createdAt), lifeSeconds: uploadLifeSeconds };
  return {
    url:
      upload.httpMethod === 'POST'
        ? `${origin}${uploadsPath}${shop}`
        : `${file}?${signedQuery(new URL(file).pathname, signing)}`,
    // The file with variables goes by its key alone.
    resourceUrl: upload.resource === variablesResource ? null : file,
    parameters: upload.parameters,
  };
}

/** In the order that Shopify gives them. */
function formFields(key: string, mimeType: string, now: number): StagedUploadEntity['parameters'] {
  const date = compactTime(now);
  const fields = {
    'Content-Type': mimeType,
    success_action_status: '201',
    acl: 'private',
    key,
    'x-goog-date': date,
    'x-goog-credential': `fake-uploads@shopify.example/${date.slice(0, 8)}/auto/storage/goog4_request`,
    'x-goog-algorithm': 'GOOG4-RSA-SHA256',
  };
  const expiration = new Date(now + uploadLifeSeconds * 1_000).toISOString();
  const conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value }));
  const policy = Buffer.from(JSON.stringify({ conditions, expiration })).toString('base64');
  return Object.entries({ ...fields, 'x-goog-signature': sign(policy), policy }).map(([name, value]) => ({
    name,
    value,
  }));
}

function putFields(mimeType: string): StagedUploadEntity['parameters'] {
  return [
    { name: 'content_type', value: mimeType },
    { name: 'acl', value: 'private' },
  ];
}

/** The place for an upload with that key. */
export function uploadByKey(store: EntityStore, shop: string, key: string): StagedUploadEntity | undefined {
  return store.find(shop, 'StagedUpload', key)[0] as StagedUploadEntity | undefined;
}
