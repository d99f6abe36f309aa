import { createHash } from 'node:crypto';
import {
  ConfigError,
  checkNames,
  HttpError,
  InvalidResponseError,
  type Issue,
  isShopwrightError,
  NetworkError,
  ShopifyUserError,
  type ShopwrightError,
  TimeoutError,
  ValidationError,
} from '../../errors/errors.ts';
import {
  type FileCreateInput,
  FilesChangeDocument,
  FilesCreateDocument,
  FilesReadDocument,
  type FileUpdateInput,
  StagedUploadsDocument,
} from '../../graphql/operations/generated/graphql.ts';
import { linkSignal, sleep } from '../../internal/abort.ts';
import { chunksOf } from '../../internal/chunks.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { forEachConcurrent } from '../../internal/concurrency.ts';
import { KeyedMutex } from '../../internal/keyed-mutex.ts';
import { unknownNames } from '../../internal/names.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { imageKey, publicAddress } from '../plan/product-facts.ts';
import { type CallOptions, callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import { KnownFiles, UploadClaims } from './known-files.ts';

/**
 * An image that should be among the files of a shop.
 *
 * @example
 * const image: FileToEnsure = { source: pathToFileURL('tee.jpg'), alt: 'A linen tee' };
 */
export interface FileToEnsure {
  /**
   * The image: an `https:` or `http:` URL that Shopify downloads, a `file:` `URL` for a local file, or the bytes. A
   * remote image is recognised by its URL, all others by their bytes.
   */
  readonly source: string | URL | Uint8Array | Blob;
  /** Alt text, at most 512 characters; `null` for none. If left out, it is not changed. */
  readonly alt?: string | null;
  /** File name with extension, such as `tee.jpg`. Required for bytes. Default for a local file: its name. */
  readonly name?: string;
}

/** The result for one image. */
export type EnsuredFile =
  /** Shopify has the image as `id`. `updated`: its alt text was changed. */
  | {
      readonly outcome: 'created' | 'updated' | 'unchanged';
      readonly source: FileToEnsure['source'];
      /** Gid of the `MediaImage`. */
      readonly id: string;
      /** Its URL on Shopify's CDN. */
      readonly url: string;
    }
  /** Shopify could not process it, or not in time. The error names the source and the reason. */
  | { readonly outcome: 'failed'; readonly source: FileToEnsure['source']; readonly error: ShopwrightError };

/**
 * Options of `createFiles`.
 *
 * @example
 * const files = createFiles({ client: shop, stores, timeoutMs: 30_000 });
 */
export interface FilesOptions {
  /** A client of `createShopifyClient`. */
  readonly client: SyncClient;
  /** Stores which file each image became: the `keyValue` of the stores, by shop. */
  readonly stores: { readonly keyValue: KeyValueStore };
  /** Milliseconds to wait for Shopify to process an image, and for one upload of bytes. Default 120,000, at least 1. */
  readonly timeoutMs?: number;
  /** Uploads bytes to the URL that Shopify returns. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

/** The images among the files of one shop. */
export interface Files {
  /**
   * Makes sure that the shop has these images. Images that it has are reused by their gids; each other one is uploaded
   * once, even if the list has it several times. Different alt texts are changed. Returns when Shopify has processed
   * all of them.
   *
   * Nothing is deleted. If several processes upload the same new image at the same time, one uploads it and the others
   * wait.
   *
   * @returns One result for each image, in the order given.
   * @throws StorageError, the signal's reason, and errors of calls that concern more than one image.
   *
   * @example
   * const [tee] = await files.ensure([{ source: 'https://cdn.example.com/tee.jpg', alt: 'A linen tee' }]);
   * if (tee?.outcome === 'failed') console.error(tee.error.message);
   */
  ensure(files: readonly FileToEnsure[], options?: { readonly signal?: AbortSignal }): Promise<readonly EnsuredFile[]>;
}

const optionNames: Record<keyof FilesOptions, true> = {
  client: true,
  stores: true,
  timeoutMs: true,
  fetch: true,
  clock: true,
};

const defaultTimeoutMs = 120_000;

/**
 * Creates an uploader for images of one shop. Pushes of products reuse the uploaded images by their URLs.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const files = createFiles({ client, stores });
 * const [logo] = await files.ensure([{ source: bytes, name: 'logo.png', alt: 'Acme' }]);
 */
export function createFiles(options: FilesOptions): Files {
  const { timeoutMs = defaultTimeoutMs } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (!Number.isFinite(timeoutMs) || timeoutMs < 1)
    issues.push({ field: 'timeoutMs', message: 'must be a number of milliseconds, 1 or more.' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const context: FilesContext = {
    client: options.client,
    known: new KnownFiles(options.stores.keyValue, options.client.shop),
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? systemClock,
    timeoutMs,
    uploads: new KeyedMutex(),
  };
  return {
    async ensure(files, given = {}) {
      checkNames(given, { signal: true });
      return ensure(files, context, given);
    },
  };
}

interface FilesContext {
  readonly client: SyncClient;
  readonly known: KnownFiles;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** One look-up with its uploads at a time, so that an image requested by two calls is uploaded once. */
  readonly uploads: KeyedMutex;
}

/** The state of one image. */
interface Entry {
  readonly key: string;
  readonly source: FileToEnsure['source'];
  readonly name: string;
  /** Its name in error messages. */
  readonly label: string;
  alt: string | null | undefined;
  id?: string;
  outcome: 'created' | 'updated' | 'unchanged';
  url?: string;
  error?: ShopwrightError;
}

async function ensure(
  files: readonly FileToEnsure[],
  context: FilesContext,
  options: CallOptions,
): Promise<readonly EnsuredFile[]> {
  const { client, clock, timeoutMs, uploads } = context;
  options.signal?.throwIfAborted();
  const entries = new Map<string, Entry>();
  const wanted: (Entry | ShopwrightError)[] = [];
  for (const file of files) wanted.push(await entryOf(file, entries, client.shop));

  const all = [...entries.values()];
  await uploads.run('', () => bring(all, context, options), options.signal);
  const waiting = all.filter(({ error }) => !error);
  const settled = await settledFiles(client, clock, idsOf(waiting), { ...options, timeoutMs });
  for (const entry of waiting) finish(entry, settled.get(entry.id ?? ''), client.shop, timeoutMs);
  const changed = waiting.filter(({ error, id, alt }) => {
    const now = settled.get(id ?? '')?.alt ?? '';
    return !error && alt !== undefined && (alt ?? '') !== now;
  });
  await changeFiles(
    client,
    clock,
    changed.map(({ id = '', alt }) => ({ id, alt: alt ?? '' })),
    options,
  );
  for (const entry of changed) if (entry.outcome === 'unchanged') entry.outcome = 'updated';

  return wanted.map((entry, index): EnsuredFile => {
    const source = files[index]?.source ?? '';
    if (!('key' in entry)) return { outcome: 'failed', source, error: entry };
    const { error, outcome, id = '', url = '' } = entry;
    return error ? { outcome: 'failed', source, error } : { outcome, source, id, url };
  });
}

const idsOf = (entries: readonly Entry[]): string[] => entries.flatMap(({ id }) => (id === undefined ? [] : [id]));

/** The entry of an image, which several items of the list may share, or why it is invalid. */
async function entryOf(
  { source, alt, name }: FileToEnsure,
  entries: Map<string, Entry>,
  shop: string,
): Promise<Entry | ShopwrightError> {
  const invalid = (field: string, message: string): ShopwrightError =>
    new ValidationError('The image is invalid', { issues: [{ field, message }], shop });
  const address = typeof source === 'string' || (source instanceof URL && source.protocol !== 'file:');
  if (address) {
    const text = String(source);
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
      const message = `"${publicAddress(text)}" is not an http or https URL. Pass such a URL, the bytes, or pathToFileURL(path) for a local file.`;
      return invalid('source', message);
    }
    return shared({ key: urlKey(text), source: text, name: '', label: publicAddress(text), alt, outcome: 'unchanged' });
  }
  const fileName = name ?? (source instanceof URL ? decodeURIComponent(source.pathname.split('/').at(-1) ?? '') : '');
  if (mimeTypeOf(fileName) === undefined) {
    const message = `${fileName === '' ? 'is missing' : `"${fileName}" has no image extension`}. Pass a name such as tee.jpg; supported are ${Object.keys(mimeTypes).join(', ')}.`;
    return invalid('name', message);
  }
  let bytes: Uint8Array;
  try {
    bytes = await bytesOf(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return new ValidationError('The image is invalid', {
      issues: [{ field: 'source', message: `cannot be read: ${reason}` }],
      shop,
      cause: error,
    });
  }
  const key = `bytes-${createHash('sha256').update(bytes).digest('base64url')}`;
  return shared({ key, source, name: fileName, label: fileName, alt, outcome: 'unchanged' });

  function shared(entry: Entry): Entry | ShopwrightError {
    const known = entries.get(entry.key);
    if (!known) {
      entries.set(entry.key, entry);
      return entry;
    }
    if (known.alt !== undefined && alt !== undefined && known.alt !== alt) {
      const message = `is "${alt ?? ''}", but the same image (${known.label}) has "${known.alt ?? ''}" earlier in the list. A file has one alt text: pass the same one, or leave it out.`;
      return invalid('alt', message);
    }
    if (known.alt === undefined) known.alt = alt;
    return known;
  }
}

/** The key of an image that is recognised by its URL. */
const urlKey = (url: string): string => `url-${imageKey(url)}`;

const mimeTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  avif: 'image/avif',
  tiff: 'image/tiff',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
};

const mimeTypeOf = (name: string): string | undefined => mimeTypes[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''];

/** Reads the bytes when they are needed, each time again: a list of local files need not fit into memory. */
async function bytesOf(source: FileToEnsure['source']): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const { readFile } = await import('node:fs/promises');
  return readFile(new URL(source));
}

/** Finds the images that the shop has, and uploads the others. */
async function bring(entries: readonly Entry[], context: FilesContext, options: CallOptions): Promise<void> {
  const { known, clock } = context;
  const missing = await findEntries(entries, context, options);
  const keys = missing.map(({ key }) => key);
  const claims = await UploadClaims.take(keys, { known, clock }, options);
  try {
    // Another process may have uploaded some of them meanwhile.
    const left = missing.length > 0 ? await findEntries(missing, context, options) : [];
    const inputs = new Map<Entry, FileCreateInput>();
    await stageUploads(left, inputs, context, options);
    for (let rest = [...inputs]; rest.length > 0; ) rest = await createSome(rest, context, options);
  } finally {
    await claims.release();
  }
}

/** Finds the images that the shop has. Returns the others. */
async function findEntries(
  entries: readonly Entry[],
  { client, known }: FilesContext,
  options: CallOptions,
): Promise<readonly Entry[]> {
  await Promise.all(
    entries.map(async (entry) => {
      const id = await known.get(entry.key);
      if (id !== undefined) entry.id = id;
    }),
  );
  const there = await readFiles(client, idsOf(entries), options);
  return entries.filter(({ id }) => (there.get(id ?? '')?.status ?? 'FAILED') === 'FAILED');
}

/** The most files in one call. https://shopify.dev/docs/api/admin-graphql/latest/mutations/fileCreate */
const maxFiles = 250;

/** Creates some of the files, and returns the rest. If Shopify refuses one file of a call, it creates none of them. */
async function createSome(
  waiting: readonly (readonly [Entry, FileCreateInput])[],
  { client, known }: FilesContext,
  options: CallOptions,
): Promise<[Entry, FileCreateInput][]> {
  const chunk = waiting.slice(0, maxFiles);
  const rest = waiting.slice(maxFiles).map(([entry, input]): [Entry, FileCreateInput] => [entry, input]);
  try {
    const files = chunk.map(([, input]) => input);
    const { data } = await client.graphql(FilesCreateDocument, { files }, callOptions(options));
    const made = data.fileCreate?.files ?? [];
    for (const [index, [entry]] of chunk.entries()) {
      const id = made[index]?.id;
      if (id === undefined) throw new InvalidResponseError(`${client.shop} returned no file for an upload.`, {});
      entry.id = id;
      entry.outcome = 'created';
      await known.set(entry.key, id);
    }
    return rest;
  } catch (error) {
    if (!isShopwrightError(error, 'USER_ERROR')) throw error;
    const { userErrors } = error;
    const refused = new Map(
      userErrors.flatMap((one) => {
        const index = Number(one.field?.[1] ?? Number.NaN);
        return chunk[index] ? [[index, one] as const] : [];
      }),
    );
    const again: [Entry, FileCreateInput][] = [];
    for (const [index, [entry, input]] of chunk.entries()) {
      const reason = refused.get(index);
      if (reason) entry.error = refusal(entry.label, [reason], client.shop);
      else if (refused.size === 0) entry.error = error;
      else again.push([entry, input]);
    }
    return [...again, ...rest];
  }
}

/** How many uploads of bytes run at the same time. */
const uploadsAtOnce = 4;

/** Uploads bytes to Shopify's staging URLs, and fills in the inputs that create the files. */
async function stageUploads(
  entries: readonly Entry[],
  inputs: Map<Entry, FileCreateInput>,
  context: FilesContext,
  options: CallOptions,
): Promise<void> {
  const { client } = context;
  const local: Entry[] = [];
  for (const entry of entries) {
    if (typeof entry.source === 'string') inputs.set(entry, createInput(entry, entry.source));
    else local.push(entry);
  }
  for (const chunk of chunksOf(local, maxFiles)) {
    const input = chunk.map(({ name }) => ({
      filename: name,
      mimeType: mimeTypeOf(name) ?? '',
      resource: 'IMAGE' as const,
      httpMethod: 'POST' as const,
    }));
    const { data } = await client.graphql(StagedUploadsDocument, { input }, callOptions(options));
    const targets = data.stagedUploadsCreate?.stagedTargets ?? [];
    await forEachConcurrent(chunk.entries(), { concurrency: uploadsAtOnce, signal: options.signal }, async (one) => {
      const [index, entry] = one;
      const target = targets[index];
      if (!target?.url || !target.resourceUrl)
        throw new InvalidResponseError(`${client.shop} returned no staging URL for an upload.`, { shop: client.shop });
      const error = await upload(entry, target.url, target.parameters, context, options);
      if (error) entry.error = error;
      else inputs.set(entry, createInput(entry, target.resourceUrl));
    });
  }
}

const createInput = ({ alt }: Entry, originalSource: string): FileCreateInput => ({
  originalSource,
  contentType: 'IMAGE',
  ...(alt !== undefined && { alt }),
});

/** Uploads the bytes of one image. Returns the error if that failed. */
async function upload(
  { source, name, label }: Entry,
  url: string,
  parameters: readonly { readonly name: string; readonly value: string }[],
  { client, clock, timeoutMs, fetch }: FilesContext,
  { signal }: CallOptions,
): Promise<ShopwrightError | undefined> {
  const { shop } = client;
  const form = new FormData();
  for (const parameter of parameters) form.append(parameter.name, parameter.value);
  // The storage ignores fields after the file.
  form.append('file', new Blob([new Uint8Array(await bytesOf(source))], { type: mimeTypeOf(name) ?? '' }), name);
  const timeout = new TimeoutError(`The upload of ${label} took longer than ${timeoutMs} ms. Raise timeoutMs.`, {
    ...{ code: 'TIMEOUT', timeoutMs, mayHaveExecuted: true, shop },
  });
  const link = linkSignal(clock, signal, timeoutMs, () => timeout);
  try {
    const response = await link.until(
      fetch(url, { method: 'POST', body: form, signal: link.signal, cache: 'no-store' }),
    );
    await response.body?.cancel();
    if (response.ok) return undefined;
    const message = `The upload of ${label} failed with status ${response.status}. Try again.`;
    return new HttpError(message, { status: response.status, shop, isRetryable: response.status >= 500 });
  } catch (error) {
    signal?.throwIfAborted();
    if (error === timeout) return timeout;
    return new NetworkError(`The upload of ${label} failed. Try again.`, { shop, cause: error, mayHaveExecuted: true });
  } finally {
    link.release();
  }
}

/** Sets the final result of an image. */
function finish(entry: Entry, file: RemoteFile | undefined, shop: string, timeoutMs: number): void {
  if (file?.status === 'READY') entry.url = file.url;
  else if (!file || file.status === 'FAILED') entry.error = refusal(entry.label, file?.errors ?? [], shop);
  else {
    const message = `${entry.label} is still ${file.status} in ${shop} after ${timeoutMs} ms. Call ensure again: it waits on, and uploads nothing.`;
    entry.error = new TimeoutError(message, { code: 'DEADLINE_EXCEEDED', timeoutMs, mayHaveExecuted: true, shop });
  }
}

/** The error for an image that Shopify could not process. */
function refusal(label: string, errors: readonly FileProblem[], shop: string): ShopifyUserError {
  return new ShopifyUserError(`${shop} could not process the image ${label}: ${problemText(errors)}`, {
    userErrors: errors.map(({ code = null, message }) => ({ code, message, field: ['source'] })),
    shop,
    mayHaveExecuted: false,
  });
}

/** Why Shopify could not process a file. */
export interface FileProblem {
  readonly code?: string | null;
  readonly message: string;
  readonly details?: string | null;
}

/** The problems of a file as one sentence. */
export const problemText = (errors: readonly FileProblem[]): string =>
  errors
    .map(({ code, message, details }) => `${message}${details ? ` ${details}` : ''}${code ? ` (${code})` : ''}`)
    .join('; ') || 'no reason was given, or the file was deleted';

/** A file in the shop. */
export interface RemoteFile {
  readonly id: string;
  readonly alt: string | null;
  /** `READY` and `FAILED` are final; any other status is not. */
  readonly status: string;
  readonly errors: readonly FileProblem[];
  /** Its URL, once it is ready. */
  readonly url: string;
}

/** The most files in one read: each costs a few points. */
const maxRead = 100;

/** Reads files by their gids. Deleted ones are missing in the result. */
export async function readFiles(
  client: SyncClient,
  ids: readonly string[],
  options: CallOptions,
): Promise<ReadonlyMap<string, RemoteFile>> {
  const found = new Map<string, RemoteFile>();
  for (const chunk of chunksOf([...new Set(ids)], maxRead)) {
    const { data } = await client.graphql(FilesReadDocument, { ids: chunk }, callOptions(options));
    for (const node of data.nodes) {
      if (!node || !('fileStatus' in node)) continue;
      const { id, alt, fileStatus, fileErrors, image } = node;
      found.set(id, { id, alt, status: fileStatus, errors: fileErrors, url: image?.url ?? '' });
    }
  }
  return found;
}

/** Milliseconds between two reads of files that Shopify is processing: at first, and at most. */
const firstLookMs = 500;

const longestLookMs = 8_000;

/** Waits until Shopify has processed files, for at most `timeoutMs`. Returns their state at that time. */
export async function settledFiles(
  client: SyncClient,
  clock: Clock,
  ids: readonly string[],
  { timeoutMs, signal }: CallOptions & { readonly timeoutMs: number },
): Promise<ReadonlyMap<string, RemoteFile>> {
  const settled = new Map<string, RemoteFile>();
  const endsAt = clock.monotonic() + timeoutMs;
  let pending = [...new Set(ids)];
  for (let waitMs = firstLookMs; pending.length > 0; waitMs = Math.min(2 * waitMs, longestLookMs)) {
    const files = await readFiles(client, pending, { signal });
    for (const [id, file] of files) settled.set(id, file);
    pending = pending.filter((id) => !['READY', 'FAILED'].includes(files.get(id)?.status ?? 'FAILED'));
    const leftMs = endsAt - clock.monotonic();
    if (pending.length === 0 || leftMs <= 0) break;
    await sleep(clock, Math.min(waitMs, leftMs), signal);
  }
  return settled;
}

const longestBusyMs = 16_000;

/**
 * Changes files: alt texts, and which products show them. If Shopify is still processing one, waits and tries again.
 */
export async function changeFiles(
  client: SyncClient,
  clock: Clock,
  files: readonly FileUpdateInput[],
  options: CallOptions,
): Promise<void> {
  for (const chunk of chunksOf(files, maxFiles)) {
    for (let waitMs = firstLookMs; ; waitMs *= 2) {
      try {
        await client.graphql(FilesChangeDocument, { files: chunk }, callOptions(options));
        break;
      } catch (error) {
        // For example just after a push uploaded one.
        const isBusy =
          isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'NON_READY_STATE');
        if (!isBusy || waitMs > longestBusyMs) throw error;
        await sleep(clock, waitMs, options.signal);
      }
    }
  }
}
