import type { ProductEntity, StoredMedia } from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { collectUserErrors, type FieldPath, notSimulated, type ReportUserError } from '../../errors.ts';
import { parseGid } from '../../gid.ts';
import { type ConnectionArgs, connection, type SortValue, sortedConnection } from '../connections.ts';
import { defer } from '../deferred.ts';
import { productById } from '../find-entities.ts';
import { saveProduct } from '../products/save-product.ts';
import { byId, gid, keyword, type Searchable, searched, time } from '../search.ts';
import {
  allImages,
  deleteFile,
  imageById,
  imageStatus,
  isAddress,
  isFile,
  isUnreachable,
  newImage,
  putFile,
} from './images.ts';

interface FilesArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

/** By what files are sorted; `null` for the order of creation. */
const fileOrders: Readonly<Record<string, SortValue<StoredMedia> | null>> = {
  ID: null,
  CREATED_AT: null,
  // Without a search there is no relevance.
  RELEVANCE: null,
  FILENAME: (image) => nameOf(image).toLowerCase(),
  UPDATED_AT: ({ updatedAt }) => Date.parse(updatedAt),
};

/** Resolvers of files. Of these, images are simulated. */
export const fileResolvers: ResolverMap = {
  QueryRoot: {
    files: resolver<unknown, FilesArgs>((_source, args, context, info) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.files(savedSearchId:)');
      const order = fileOrders[args.sortKey];
      if (order === undefined) throw notSimulated(`QueryRoot.files(sortKey: ${args.sortKey})`);
      const now = (): number => context.clock.now();
      // The fields in the description of `QueryRoot.files(query:)`.
      const searchable: Searchable<StoredMedia> = {
        fields: {
          id: byId,
          status: keyword((image) => imageStatus(image, context)),
          media_type: keyword((image) => image.mediaContentType),
          ids: gid(({ id }) => id),
          filename: keyword(nameOf),
          product_id: gid(({ id }) =>
            (context.store.find(context.shop, 'Product', id) as readonly ProductEntity[]).map((product) => product.id),
          ),
          created_at: time('created_at', ({ createdAt }) => createdAt, now),
          updated_at: time('updated_at', ({ updatedAt }) => updatedAt, now),
        },
        texts: (image) => [nameOf(image), image.alt],
        others: ['original_upload_size', 'used_in'],
      };
      const found = searched(allImages(context), args.query, searchable, { info, context });
      return order ? sortedConnection(found, args, order) : connection(found, args);
    }),
  },
  Mutation: {
    fileCreate: resolver<unknown, { files: readonly FileCreateInput[] }>((_source, { files }, context) =>
      createFiles(files, context),
    ),
    fileUpdate: resolver<unknown, { files: readonly FileUpdateInput[] }>((_source, { files }, context) =>
      updateFiles(files, context),
    ),
    fileDelete: resolver<unknown, { fileIds: readonly string[] }>((_source, { fileIds }, context) =>
      deleteFiles(fileIds, context),
    ),
    fileAcknowledgeUpdateFailed: resolver<unknown, { fileIds: readonly string[] }>((_source, { fileIds }, context) =>
      acknowledge(fileIds, context),
    ),
    productReorderMedia: resolver<unknown, ReorderMediaArgs>((_source, args, context) => {
      const { userErrors: mediaUserErrors, report } = collectUserErrors();
      const media = productById(context, args.id)?.media;
      if (!media) report('PRODUCT_DOES_NOT_EXIST', ['id'], 'Product does not exist');
      for (const [index, { id }] of (media ? args.moves : []).entries()) {
        if (!media?.some((one) => one.id === id))
          report(
            'MEDIA_DOES_NOT_EXIST_ON_PRODUCT',
            ['moves', index, 'id'],
            'Media does not exist on the given product.',
          );
      }
      const isRefused = mediaUserErrors.length > 0;
      const job = isRefused
        ? null
        : defer(context, 'Job', { type: 'mediaOrder', productId: args.id, moves: args.moves });
      return { job, mediaUserErrors, userErrors: mediaUserErrors.map(({ field, message }) => ({ field, message })) };
    }),
  },
};

/** `FileCreateInput`. */
interface FileCreateInput {
  readonly originalSource: string;
  readonly alt?: string | null;
  readonly filename?: string | null;
  readonly contentType?: string | null;
  readonly duplicateResolutionMode?: string | null;
}

/** `FileUpdateInput`. */
interface FileUpdateInput {
  readonly id: string;
  readonly alt?: string | null;
  readonly referencesToAdd?: readonly string[] | null;
  readonly referencesToRemove?: readonly string[] | null;
  readonly filename?: string | null;
  readonly originalSource?: string | null;
  readonly previewImageSource?: string | null;
}

interface ReorderMediaArgs {
  readonly id: string;
  /** `UnsignedInt64` is text in JSON. */
  readonly moves: readonly { readonly id: string; readonly newPosition: string | number }[];
}

const maxAlt = 512;

function checkAlt(alt: string | null | undefined, field: FieldPath, report: ReportUserError): void {
  if ((alt?.length ?? 0) > maxAlt)
    report('ALT_VALUE_LIMIT_EXCEEDED', field, 'The alt value exceeds the maximum limit of 512 characters.');
}

/** `fileCreate`, for images. They are ready after a moment of the clock. */
function createFiles(inputs: readonly FileCreateInput[], context: ResolverContext): unknown {
  const { userErrors, report } = collectUserErrors();
  const files = inputs.flatMap((input, index) => {
    if (hasOtherExtension(input)) {
      const message = 'Provided filename extension must match original source.';
      report('MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE', ['files', index, 'filename'], message);
      return [];
    }
    if (!checkReplacing(input, ['files', index], report)) return [];
    if (input.contentType != null && input.contentType !== 'IMAGE')
      throw notSimulated(`FileCreateInput.contentType ${input.contentType}`);
    if ((input.duplicateResolutionMode ?? 'APPEND_UUID') !== 'APPEND_UUID')
      throw notSimulated(`FileCreateInput.duplicateResolutionMode ${input.duplicateResolutionMode}`);
    checkAlt(input.alt, ['files', index, 'alt'], report);
    const image = newImage(input, { ...context, now: isoNow(context.clock) });
    if (image) return [image];
    report('INVALID_IMAGE_SOURCE_URL', ['files', index, 'originalSource'], 'File URL is invalid');
    return [];
  });
  if (userErrors.length > 0) return { files: [], userErrors };
  for (const file of files) putFile(context, file);
  return { files, userErrors: [] };
}

/** What takes the place of another file must be an image, and say by which name it is found. Recorded 2026-04. */
function checkReplacing(
  { contentType, filename, duplicateResolutionMode }: FileCreateInput,
  field: FieldPath,
  report: ReportUserError,
): boolean {
  if (duplicateResolutionMode !== 'REPLACE') return true;
  if (contentType !== 'IMAGE') {
    const message = `Duplicate resolution mode 'REPLACE' is not supported for '${contentType ?? 'MISSING'}' media type.`;
    report('INVALID_DUPLICATE_MODE_FOR_TYPE', [...field, 'duplicateResolutionMode'], message);
    return false;
  }
  if (filename) return true;
  const message = 'Missing filename argument when attempting to use REPLACE duplicate mode.';
  report('MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE', [...field, 'filename'], message);
  return false;
}

/** The extension of a name or of a path, with its case. */
const extensionOf = (name: string): string => /\.(\w+)$/.exec(name)?.[1] ?? '';

/** Whether a file is to be called by another extension than its source has. */
function hasOtherExtension({ filename, originalSource }: FileCreateInput): boolean {
  if (!filename || !URL.canParse(originalSource)) return false;
  const source = extensionOf(new URL(originalSource).pathname);
  return source !== '' && extensionOf(filename) !== source;
}

/** Missing files are reported once, with all their ids; `fileDelete` lists them without brackets. Recorded 2026-04. */
function reportMissing(ids: readonly string[], list: string, context: ResolverContext, report: ReportUserError): void {
  const missing = ids.filter((id) => !imageById(context, id));
  if (missing.length === 0) return;
  const listed = list === 'fileIds' ? missing.join(',') : `[${missing.map((id) => JSON.stringify(id)).join(', ')}]`;
  const message = missing.length === 1 ? `File id ${listed} does not exist.` : `File ids ${listed} do not exist.`;
  report('FILE_DOES_NOT_EXIST', [list], message);
}

/**
 * `fileUpdate`: the image, its name, its alt text, and which products show it. What isn't there or isn't ready refuses
 * the whole call; else each file is changed that has no error of its own. Recorded 2026-04.
 */
function updateFiles(inputs: readonly FileUpdateInput[], context: ResolverContext): unknown {
  const { userErrors, report } = collectUserErrors();
  const ids = inputs.map(({ id }) => id);
  reportMissing(ids, 'files', context, report);
  if (userErrors.length === 0) checkTogether(inputs, context, report);
  if (userErrors.length > 0) return { files: [], userErrors };
  const files = inputs.flatMap((input, index) => {
    const before = imageById(context, input.id);
    if (!before || !checkFile(input, ['files', index], report)) return [];
    updateFile(before, input, context);
    return [imageById(context, input.id)];
  });
  return { files, userErrors };
}

/** What refuses all files of a call. */
function checkTogether(inputs: readonly FileUpdateInput[], context: ResolverContext, report: ReportUserError): void {
  const images = inputs.flatMap((input) => {
    const image = imageById(context, input.id);
    return image ? [{ ...input, image }] : [];
  });
  const targets = inputs.flatMap(({ referencesToAdd, referencesToRemove }) => [
    ...(referencesToAdd ?? []),
    ...(referencesToRemove ?? []),
  ]);
  if (images.some(({ image }) => imageStatus(image, context) !== 'READY'))
    report('NON_READY_STATE', ['files'], 'Non-ready files cannot be updated.');
  else if (images.some(({ filename, image }) => filename && extensionOf(filename) !== extensionOf(nameOf(image))))
    report(
      'INVALID_FILENAME_EXTENSION',
      ['files'],
      'The filename extension provided must match the original filename.',
    );
  else if (targets.some((id) => !productById(context, id)))
    report('REFERENCE_TARGET_DOES_NOT_EXIST', ['files'], 'The reference target does not exist');
}

/** The file's name in its address. */
const nameOf = ({ image }: StoredMedia): string =>
  decodeURIComponent(new URL(image.url).pathname.split('/').at(-1) ?? '');

/** Whether one file can be changed; reports why not. */
function checkFile(
  { alt, originalSource, previewImageSource }: FileUpdateInput,
  field: FieldPath,
  report: ReportUserError,
): boolean {
  let isRight = true;
  const own: ReportUserError = (...problem) => {
    isRight = false;
    report(...problem);
  };
  const source = originalSource ?? previewImageSource;
  if (originalSource != null && previewImageSource != null) {
    const message = 'Cannot update the preview image and image at the same time because they are one and the same.';
    own('INVALID', [...field, 'previewImageSource'], message);
    own('INVALID', [...field, 'originalSource'], message);
  } else if (source != null && !isAddress(source)) {
    own('INVALID_IMAGE_SOURCE_URL', [...field, 'previewImageSource'], 'Invalid image source url value provided');
  }
  checkAlt(alt, [...field, 'alt'], own);
  return isRight;
}

function updateFile(before: StoredMedia, input: FileUpdateInput, context: ResolverContext): void {
  const [add, remove] = [input.referencesToAdd ?? [], input.referencesToRemove ?? []];
  const alt = input.alt === undefined ? before.alt : input.alt;
  const renamed = input.filename ? withName(before.image, input.filename) : before.image;
  const source = input.originalSource ?? input.previewImageSource;
  const image: StoredMedia = {
    ...before,
    alt,
    image: { ...renamed, altText: alt },
    ...(source != null && renewed(before, source, context)),
    updatedAt: isoNow(context.clock),
  };
  // What leaves its product stays a file.
  if (remove.length > 0 || isFile(context, image.id)) putFile(context, image);
  const shown = context.store.find(context.shop, 'Product', image.id) as readonly ProductEntity[];
  for (const product of shown) {
    const media = remove.includes(product.id) ? without(product, image.id) : replaced(product, image);
    putMedia(context, product, media);
  }
  for (const id of add) {
    const product = productById(context, id);
    if (product && !product.media.some((media) => media.id === image.id))
      putMedia(context, product, [...product.media, image]);
  }
}

const withName = (image: StoredMedia['image'], name: string): StoredMedia['image'] => ({
  ...image,
  url: new URL(encodeURIComponent(name), image.url).href,
});

/** An image that comes from another address: the file keeps its name. */
function renewed(before: StoredMedia, source: string, { clock, store }: ResolverContext): Partial<StoredMedia> {
  const hasFailed = isUnreachable(source);
  const renewal = { atMs: clock.now(), earlier: before.image, hasFailed };
  if (hasFailed) return { renewal };
  const url = new URL(before.image.url);
  url.searchParams.set('v', store.nextId('ImageSource').split('/').at(-1) ?? '');
  return { renewal, originalSource: { url: source }, image: { ...before.image, url: url.href } };
}

/** `fileAcknowledgeUpdateFailed`: clears the error of a failed update. Recorded 2026-04. */
function acknowledge(ids: readonly string[], context: ResolverContext): unknown {
  const { userErrors, report } = collectUserErrors();
  reportMissing(ids, 'fileIds', context, report);
  const images = ids.flatMap((id) => imageById(context, id) ?? []);
  const unready = images.filter((image) => imageStatus(image, context) !== 'READY').map(({ id }) => id);
  if (userErrors.length === 0 && unready.length > 0) {
    const which = unready.length === 1 ? `File with id ${unready[0]} is` : `Files with ids ${unready.join(', ')} are`;
    report('NON_READY_STATE', ['fileIds'], `${which} not in the READY state.`);
  }
  if (userErrors.length > 0) return { files: null, userErrors };
  for (const { renewal, ...before } of images) {
    if (!renewal?.hasFailed) continue;
    const image = { ...before, updatedAt: isoNow(context.clock) };
    if (isFile(context, image.id)) putFile(context, image);
    for (const product of context.store.find(context.shop, 'Product', image.id) as readonly ProductEntity[])
      putMedia(context, product, replaced(product, image));
  }
  return { files: ids.map((id) => imageById(context, id)), userErrors: [] };
}

/** `fileDelete`, which also removes the files from products. */
function deleteFiles(given: readonly string[], context: ResolverContext): unknown {
  // Only the number of an id counts, whatever kind of file it names. Recorded 2026-04.
  const ids = given
    .map((id) => `gid://shopify/MediaImage/${parseGid(id)?.key}`)
    .map((image, index) => {
      return imageById(context, image) ? image : (given[index] ?? image);
    });
  const { userErrors, report } = collectUserErrors();
  reportMissing(ids, 'fileIds', context, report);
  if (userErrors.length > 0) return { deletedFileIds: null, userErrors };
  for (const id of ids) {
    deleteFile(context, id);
    const shown = context.store.find(context.shop, 'Product', id) as readonly ProductEntity[];
    for (const product of shown) putMedia(context, product, without(product, id));
  }
  return { deletedFileIds: ids, userErrors: [] };
}

const without = ({ media }: ProductEntity, id: string): readonly StoredMedia[] => media.filter((one) => one.id !== id);

const replaced = ({ media }: ProductEntity, image: StoredMedia): readonly StoredMedia[] =>
  media.map((one) => (one.id === image.id ? image : one));

/** Gives a product other images. A variant shows only what its product has. */
function putMedia(context: ResolverContext, product: ProductEntity, media: readonly StoredMedia[]): void {
  const ids = new Set(media.map(({ id }) => id));
  const variants = product.variants.map((variant) => ({
    ...variant,
    mediaIds: variant.mediaIds.filter((id) => ids.has(id)),
  }));
  saveProduct(context, { ...product, media, variants, updatedAt: isoNow(context.clock) }, product);
}
