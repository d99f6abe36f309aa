import type { Clock } from '../../../internal/clock.ts';
import type { FakeRequest, FakeRoute, WholeAnswer } from '../http/api.ts';
import type { StagedUploadEntity } from '../store/bulk-entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { readUploadPath, stagedFileUrl, uploadsPath } from './addresses.ts';
import { isSigned } from './signed-url.ts';
import { maxVariablesBytes, uploadByKey, uploadLifeSeconds, variablesResource } from './staged-target.ts';
import { storageError, storedByForm } from './storage-answers.ts';
import { readUploadForm } from './upload-form.ts';

/** What uploads work with. */
interface UploadRouteOptions {
  readonly store: EntityStore;
  readonly clock: Clock;
  /** Bytes of the largest file with variables. Default 100 MB. */
  readonly maxBytes?: number;
}

type Stored = { readonly upload: StagedUploadEntity } | { readonly refusal: WholeAnswer };

/** Takes files at the places that `stagedUploadsCreate` gave, as Google's storage does: by a form, or by `PUT`. */
export function uploadRoute({ store, clock, maxBytes = maxVariablesBytes }: UploadRouteOptions): FakeRoute {
  const find = (shop: string, key: string, method: string): StagedUploadEntity | undefined => {
    const upload = uploadByKey(store, shop, key);
    return upload?.httpMethod === method ? upload : undefined;
  };

  const keep = (shop: string, upload: StagedUploadEntity, file: Uint8Array): Stored => {
    if (clock.now() >= Date.parse(upload.createdAt) + uploadLifeSeconds * 1_000) {
      return refused(400, 'ExpiredToken', 'The provided token has expired.', 'The place for the upload lasted a day.');
    }
    const holdsVariables = upload.resource === variablesResource;
    if (file.length === 0) return refused(400, 'EntityTooSmall', 'Your proposed upload is smaller than allowed.');
    if (holdsVariables && file.length > maxBytes) {
      return refused(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
    }
    const content = holdsVariables ? new TextDecoder().decode(file) : null;
    store.put(shop, 'StagedUpload', { ...upload, content, revision: upload.revision + 1 });
    return { upload };
  };

  const post = async (request: FakeRequest, shop: string): Promise<WholeAnswer> => {
    const form = await readUploadForm(request, (key) => find(shop, key, 'POST'));
    if ('refusal' in form) return form.refusal;
    const stored = keep(shop, form.upload, form.file);
    if ('refusal' in stored) return stored.refusal;
    const { key } = stored.upload;
    return storedByForm(stagedFileUrl(request.origin, shop, key), key);
  };

  const put = ({ path, query, bytes }: FakeRequest, shop: string, key: string): WholeAnswer => {
    const upload = find(shop, key, 'PUT');
    if (!upload || !isSigned(path, query)) {
      return storageError(403, 'SignatureDoesNotMatch', 'Access denied.', 'The link is not as it was given.');
    }
    const stored = keep(shop, upload, bytes);
    return 'refusal' in stored ? stored.refusal : { type: 'answer', status: 200, headers: {}, body: '' };
  };

  return {
    matches: ({ path }) => path.startsWith(uploadsPath),
    name: () => 'staged upload',
    async answer(request) {
      const { shop, key } = readUploadPath(request.path);
      if (request.method === 'POST') return post(request, shop);
      if (request.method === 'PUT') return put(request, shop, key);
      return storageError(405, 'MethodNotAllowed', 'The specified method is not allowed.');
    },
  };
}

const refused = (...error: Parameters<typeof storageError>): Stored => ({ refusal: storageError(...error) });
