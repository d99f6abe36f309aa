import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../../../internal/clock.ts';
import { parseGid } from '../graphql/gid.ts';
import type { FakeRequest, FakeRoute, WholeResponse } from '../http/api.ts';
import { createRandom, hashText, randomId } from '../random.ts';
import type { BulkOperationEntity, BulkResultPartEntity, StagedUploadEntity } from '../store/entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { bulkOperation, isExpired, isRunning, resultLifeSeconds } from './operation.ts';

/** Routes for the files of bulk operations: uploads of variables, and results. */
export function bulkRoutes(context: { readonly store: EntityStore; readonly clock: Clock }): readonly FakeRoute[] {
  return [uploadRoute(context), downloadRoute(context)];
}

/** What uploads work with. */
interface UploadRouteOptions {
  readonly store: EntityStore;
  readonly clock: Clock;
  /** Bytes of the largest file with variables. Default 100 MB. */
  readonly maxBytes?: number;
}

type Stored = { readonly upload: StagedUploadEntity } | { readonly refusal: WholeResponse };

/** Takes files at the places that `stagedUploadsCreate` gave, as Google's storage does: by a form, or by `PUT`. */
export function uploadRoute({ store, clock, maxBytes = maxVariablesBytes }: UploadRouteOptions): FakeRoute {
  const find = (shop: string, key: string, method: string): StagedUploadEntity | undefined => {
    const upload = uploadByKey(store, shop, key);
    return upload?.httpMethod === method ? upload : undefined;
  };

  const keep = (shop: string, upload: StagedUploadEntity, file: Uint8Array): Stored => {
    if (clock.now() >= Date.parse(upload.createdAt) + uploadLifeSeconds * 1_000) {
      return refusedUpload(
        400,
        'ExpiredToken',
        'The provided token has expired.',
        'The place for the upload lasted a day.',
      );
    }
    const holdsVariables = upload.resource === variablesResource;
    if (file.length === 0) return refusedUpload(400, 'EntityTooSmall', 'Your proposed upload is smaller than allowed.');
    if (holdsVariables && file.length > maxBytes) {
      return refusedUpload(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
    }
    const content = holdsVariables ? new TextDecoder().decode(file) : null;
    store.put(shop, 'StagedUpload', { ...upload, content, revision: upload.revision + 1 });
    return { upload };
  };

  const post = async (request: FakeRequest, shop: string): Promise<WholeResponse> => {
    const form = await readUploadForm(request, (key) => find(shop, key, 'POST'));
    if ('refusal' in form) return form.refusal;
    const stored = keep(shop, form.upload, form.file);
    if ('refusal' in stored) return stored.refusal;
    const { key, parameters } = stored.upload;
    // The response is empty if the form requests no status.
    if (!parameters.some(({ name }) => name === 'success_action_status'))
      return { type: 'answer', status: 204, headers: {}, body: '' };
    return storedByForm(stagedFileUrl(request.origin, shop, key), key);
  };

  const put = ({ path, query, bytes }: FakeRequest, shop: string, key: string): WholeResponse => {
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

const refusedUpload = (...error: Parameters<typeof storageError>): Stored => ({
  refusal: storageError(...error),
});

/** A form that holds all it must, or the refusal it gets. */
type UploadForm =
  | { readonly upload: StagedUploadEntity; readonly file: Uint8Array }
  | { readonly refusal: WholeResponse };

/**
 * Reads the form of an upload by Google's rules: every field that was given, unchanged, no other ones, and `file`
 * as the last. What comes after the file is not looked at, and so counts as missing.
 *
 * @param find The place for an upload by its key.
 */
async function readUploadForm(
  request: FakeRequest,
  find: (key: string) => StagedUploadEntity | undefined,
): Promise<UploadForm> {
  const entries = await formEntries(request);
  if (!entries) {
    return refused('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');
  }
  const end = entries.findIndex(([name]) => name === 'file');
  const file = entries[end]?.[1];
  if (file === undefined) return refused('InvalidArgument', 'POST requires exactly one file upload per request.');

  const fields = entries.slice(0, end);
  const upload = find(String(new Map(fields).get('key')));
  const problem = upload ? wrongField(upload, fields) : 'Missing or unknown key';
  if (!upload || problem !== undefined) {
    const late = end < entries.length - 1 ? '; fields after "file" are not read: it must be the last' : '';
    const message = 'The content of the form does not meet the conditions specified in the policy document.';
    return refused('InvalidPolicyDocument', message, `${problem}${late}`);
  }
  return { upload, file: new Uint8Array(await new Response(file).arrayBuffer()) };
}

type Entry = readonly [name: string, value: string | File];

async function formEntries({ bytes, header }: FakeRequest): Promise<readonly Entry[] | undefined> {
  try {
    const body = new Uint8Array(bytes);
    return [...(await new Response(body, { headers: { 'content-type': header('content-type') ?? '' } }).formData())];
  } catch {
    return undefined;
  }
}

function wrongField({ parameters }: StagedUploadEntity, fields: readonly Entry[]): string | undefined {
  for (const { name, value } of parameters) {
    const given = fields.filter(([field]) => field === name);
    if (given.length === 0) return `Missing ${name}`;
    if (given.length > 1 || given[0]?.[1] !== value) return `Changed ${name}`;
  }
  const extra = fields.find(([field]) => !parameters.some(({ name }) => name === field));
  return extra && `Policy did not reference these fields: ${extra[0]}`;
}

const refused = (code: string, message: string, details?: string): UploadForm => ({
  refusal: storageError(400, code, message, details),
});

/** Hands out the results of bulk operations: whole, by range, and packed where the caller takes gzip. */
function downloadRoute({ store, clock }: { readonly store: EntityStore; readonly clock: Clock }): FakeRoute {
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

type Found = { readonly content: Buffer<ArrayBuffer>; readonly name: string } | { readonly refusal: WholeResponse };

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

function serve(content: Buffer<ArrayBuffer>, name: string, { header }: FakeRequest): WholeResponse {
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

/** Bytes from `first` to `last`, both included, from 0. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header with one range, such as `bytes=100-`, `bytes=0-99` or `bytes=-100`.
 *
 * @param size Bytes that there are.
 * @returns `undefined` for what is to be ignored: another unit, several ranges, nonsense.
 */
export function byteRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  return first > last ? 'unsatisfiable' : { first, last };
}

/** How long a place for an upload is good for: a day. */
const uploadLifeSeconds = 24 * 60 * 60;

/**
 * The largest file with variables of a bulk mutation: 100 MB.
 * https://shopify.dev/docs/api/usage/bulk-operations/imports
 */
const maxVariablesBytes = 100 * 1024 * 1024;

/** Holds the variables of a bulk mutation. */
const variablesResource = 'BULK_MUTATION_VARIABLES';

/** What a client asks for. */
export interface StagedUploadInput {
  readonly filename: string;
  readonly mimeType: string;
  readonly resource: string;
  /** `null` means `PUT`, which is the default too. */
  readonly httpMethod: 'POST' | 'PUT' | null;
  /** Bytes, as text. */
  readonly fileSize?: string | null;
}

/** Formats that Shopify takes where a file becomes media. Other files may be anything. */
const mediaFormats: Readonly<Record<string, RegExp>> = {
  COLLECTION_IMAGE: /^image\//,
  IMAGE: /^image\//,
  MODEL_3D: /^model\//,
  PRODUCT_IMAGE: /^image\//,
  SHOP_IMAGE: /^image\//,
  VIDEO: /^video\//,
};

/** Resources of which Shopify must know the size before. */
const sized: Readonly<Record<string, string>> = { MODEL_3D: '3D model', VIDEO: 'video' };

/** What is wrong with a file that is to be uploaded, and in which part of its input. */
export function stagedUploadProblem({ resource, mimeType, filename, fileSize }: StagedUploadInput):
  | {
      readonly part: 'fileSize' | 'mimeType';
      readonly message: string;
    }
  | undefined {
  const kind = sized[resource];
  if (kind !== undefined && fileSize == null)
    return { part: 'fileSize', message: `file size is required for ${kind} resources` };
  const isRecognized = mediaFormats[resource]?.test(mimeType) ?? true;
  return isRecognized
    ? undefined
    : { part: 'mimeType', message: `${filename}: (${mimeType}) is not a recognized format` };
}

/** Makes a place for an upload. Its id gives the random part of the path. */
export function stagedUpload(id: string, shop: string, input: StagedUploadInput, now: number): StagedUploadEntity {
  const { filename, mimeType, resource } = input;
  const httpMethod = input.httpMethod ?? 'PUT';
  const folder = resource === variablesResource ? 'bulk' : 'files';
  const key = `tmp/${hashText(shop)}/${folder}/${randomId(createRandom(hashText(`${shop} ${id}`)))}/${filename}`;
  const parameters = httpMethod === 'POST' ? postFields(resource, key, mimeType, now) : putFields(mimeType);
  const createdAt = new Date(now).toISOString();
  return { id, key, resource, httpMethod, mimeType, parameters, createdAt, revision: 0, content: null };
}

/** The response's `StagedMediaUploadTarget`. */
export function stagedTarget(upload: StagedUploadEntity, origin: string, shop: string): object {
  const file = stagedFileUrl(origin, shop, upload.key);
  const signing = { at: Date.parse(upload.createdAt), lifeSeconds: uploadLifeSeconds };
  const url =
    upload.httpMethod === 'POST'
      ? `${origin}${uploadsPath}${shop}`
      : `${file}?${signedQuery(new URL(file).pathname, signing)}`;
  return {
    url,
    // The file with variables goes by its key, and has no address of its own. Recorded 2026-04.
    resourceUrl: upload.resource === variablesResource ? url : file,
    parameters: upload.parameters,
  };
}

/** Videos and models go to storages of their own, which sign in an older way. Recorded 2026-04. */
const signedOlder = new Set(['VIDEO', 'MODEL_3D']);

/** In the order that Shopify gives them. */
function postFields(resource: string, key: string, mimeType: string, now: number): StagedUploadEntity['parameters'] {
  const signed = signedOlder.has(resource) ? olderFields(key, now) : formFields(key, mimeType, now);
  return Object.entries(signed).map(([name, value]) => ({ name, value }));
}

/** What a form must hold, for its signature. */
function policyOf(fields: Readonly<Record<string, string>>, now: number): string {
  const expiration = new Date(now + uploadLifeSeconds * 1_000).toISOString();
  const conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value }));
  return Buffer.from(JSON.stringify({ conditions, expiration })).toString('base64');
}

function olderFields(key: string, now: number): Readonly<Record<string, string>> {
  const fields = { GoogleAccessId: 'fake-uploads@shopify.example', key };
  const policy = policyOf(fields, now);
  return { ...fields, policy, signature: sign(policy) };
}

function formFields(key: string, mimeType: string, now: number): Readonly<Record<string, string>> {
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
  const policy = policyOf(fields, now);
  return { ...fields, 'x-goog-signature': sign(policy), policy };
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

/** Where the fake takes files, below its origin. The shop follows, for a fake that listens on one port for several. */
const uploadsPath = '/fake-uploads/';

/** Where the fake hands out results. */
const downloadsPath = '/fake-downloads/';

/** Where one uploaded file lies. */
function stagedFileUrl(origin: string, shop: string, key: string): string {
  return `${origin}${uploadsPath}${shop}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** What a path of an upload names: the shop, and for a `PUT` the file. */
function readUploadPath(path: string): { readonly shop: string; readonly key: string } {
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
function readDownloadPath(path: string): { readonly shop: string; readonly id: string } | undefined {
  const [, shop, number] = /^\/fake-downloads\/([^/]+)\/bulk-(\d+)\.jsonl$/.exec(path) ?? [];
  return shop === undefined ? undefined : { shop, id: `gid://shopify/BulkOperation/${number}` };
}

/** Signs the links of every fake: they need to look signed, and to be refused when they are changed. */
const key = 'the fake signs its links with this';

/** What a signed link holds besides its address. */
interface Signing {
  /** When it was signed, in milliseconds since the epoch. */
  readonly at: number;
  /** How long it is good for. */
  readonly lifeSeconds: number;
}

/** The query of a signed link in the form of Google's storage, where Shopify keeps its files. */
function signedQuery(path: string, { at, lifeSeconds }: Signing): URLSearchParams {
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
function isSigned(path: string, query: URLSearchParams): boolean {
  const rest = new URLSearchParams(query);
  rest.delete('X-Goog-Signature');
  return query.get('X-Goog-Signature') === sign(`${path}?${rest}`);
}

/** A signature in hexadecimal. */
function sign(text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** A time as `20261101T000000Z`. */
function compactTime(at: number): string {
  return `${new Date(at).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}

/**
 * What the file storage behind Shopify says when it refuses: Google's XML.
 * https://cloud.google.com/storage/docs/xml-api/reference-status
 */
function storageError(status: number, code: string, message: string, details?: string): WholeResponse {
  const more = details === undefined ? '' : `<Details>${escaped(details)}</Details>`;
  return xml(status, `<Error><Code>${code}</Code><Message>${escaped(message)}</Message>${more}</Error>`);
}

/** What it says to a form whose file it took. */
function storedByForm(location: string, key: string): WholeResponse {
  const body = `<PostResponse><Location>${escaped(location)}</Location><Bucket>fake-uploads</Bucket><Key>${escaped(key)}</Key></PostResponse>`;
  return xml(201, body);
}

function xml(status: number, body: string): WholeResponse {
  const headers = { 'content-type': 'application/xml; charset=UTF-8' };
  return { type: 'answer', status, headers, body: `<?xml version='1.0' encoding='UTF-8'?>${body}` };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
