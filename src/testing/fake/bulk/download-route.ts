import { gzipSync } from 'node:zlib';
import type { Clock } from '../../../internal/clock.ts';
import type { FakeRequest, FakeRoute, WholeAnswer } from '../http/api.ts';
import type { BulkResultPartEntity } from '../store/bulk-entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { downloadsPath, readDownloadPath } from './addresses.ts';
import { byteRange } from './byte-range.ts';
import { bulkOperation, isExpired, isRunning } from './operation-view.ts';
import { isSigned } from './signed-url.ts';
import { storageError } from './storage-answers.ts';

/** Hands out the results of bulk operations: whole, by range, and packed where the caller takes gzip. */
export function downloadRoute({ store, clock }: { readonly store: EntityStore; readonly clock: Clock }): FakeRoute {
  return {
    matches: ({ path }) => path.startsWith(downloadsPath),
    name: () => 'bulk download',
    async answer(request) {
      const file = findFile(request, store, clock.now());
      if ('refusal' in file) return file.refusal;
      const answer = serve(file.content, file.name, request);
      return request.method === 'HEAD' ? { ...answer, body: '' } : answer;
    },
  };
}

type Found = { readonly content: Buffer<ArrayBuffer>; readonly name: string } | { readonly refusal: WholeAnswer };

function findFile({ method, path, query }: FakeRequest, store: EntityStore, now: number): Found {
  if (method !== 'GET' && method !== 'HEAD') {
    return { refusal: storageError(405, 'MethodNotAllowed', 'The specified method is not allowed.') };
  }
  const named = readDownloadPath(path);
  const operation = named && bulkOperation(store, named.shop, named.id);
  if (!named || !operation || isRunning(operation)) {
    return { refusal: storageError(404, 'NoSuchKey', 'The specified key does not exist.') };
  }
  if (!isSigned(path, query)) {
    return {
      refusal: storageError(403, 'SignatureDoesNotMatch', 'Access denied.', 'The signature is not that of the link.'),
    };
  }
  if (isExpired(operation, now)) {
    return { refusal: storageError(403, 'ExpiredToken', 'The provided token has expired.', 'Links last seven days.') };
  }
  const parts = store.find(named.shop, 'BulkResultPart', named.id) as readonly BulkResultPartEntity[];
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { name, content: Buffer.from(parts.map(({ text }) => text).join('')) };
}

function serve(content: Buffer<ArrayBuffer>, name: string, { header }: FakeRequest): WholeAnswer {
  const headers = {
    'content-type': 'application/jsonl',
    'content-disposition': `attachment; filename="${name}"`,
    'accept-ranges': 'bytes',
  };
  const asked = header('range');
  const range = asked === null ? undefined : byteRange(asked, content.length);
  if (range === 'unsatisfiable') {
    const refusal = storageError(416, 'InvalidRange', 'The requested range cannot be satisfied.');
    return { ...refusal, headers: { ...refusal.headers, 'content-range': `bytes */${content.length}` } };
  }
  if (range) {
    const { first, last } = range;
    return {
      type: 'answer',
      status: 206,
      headers: { ...headers, 'content-range': `bytes ${first}-${last}/${content.length}` },
      body: content.subarray(first, last + 1),
    };
  }
  if (/\bgzip\b/.test(header('accept-encoding') ?? '')) {
    const packed = { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' };
    return { type: 'answer', status: 200, headers: packed, body: gzipSync(content) };
  }
  return { type: 'answer', status: 200, headers, body: content };
}
