import type { Clock } from '../../../../../internal/clock.ts';
import type { FileEntity, StoredMedia } from '../../../store/entities.ts';
import type { EntityStore } from '../../../store/entity-store.ts';
import type { ResolverContext } from '../../context.ts';
import { allProducts, ownerOf } from '../find-entities.ts';

const kind = 'MediaImage';

/** Milliseconds of the fake's clock from the upload of a file until work on it begins, and until it is done. */
const processingAfterMs = 100;

const readyAfterMs = 500;

/** How far an image is by the clock. What no download can find has failed in the end. */
export function imageStatus(
  { uploadedAtMs, originalSource }: StoredMedia,
  { clock }: ResolverContext,
): 'UPLOADED' | 'PROCESSING' | 'READY' | 'FAILED' {
  const ageMs = uploadedAtMs === undefined ? readyAfterMs : clock.now() - uploadedAtMs;
  if (ageMs >= readyAfterMs) return isUnreachable(originalSource.url) ? 'FAILED' : 'READY';
  return ageMs >= processingAfterMs ? 'PROCESSING' : 'UPLOADED';
}

/** No host has a name under `.invalid`: https://www.rfc-editor.org/rfc/rfc6761#section-6.4 */
export const isUnreachable = (address: string): boolean => /\.invalid$/.test(new URL(address).hostname);

/** Whether an update from another address is worked on. */
const isRenewed = ({ renewal }: StoredMedia, { clock }: ResolverContext): boolean =>
  renewal !== undefined && clock.now() - renewal.atMs < readyAfterMs;

/** What there is to see of an image: nothing while it is worked on. */
export function visibleImage(media: StoredMedia | undefined, context: ResolverContext): StoredMedia['image'] | null {
  return media && imageStatus(media, context) === 'READY' && !isRenewed(media, context) ? media.image : null;
}

/** As `visibleImage`, but what is renewed shows what it was. Recorded 2026-04. */
export function previewImage(media: StoredMedia, context: ResolverContext): StoredMedia['image'] | null {
  if (imageStatus(media, context) !== 'READY') return null;
  return media.renewal && isRenewed(media, context) ? media.renewal.earlier : media.image;
}

/** Why an image, or its last update, has failed. */
export function imageErrors(
  media: StoredMedia,
  context: ResolverContext,
): readonly { readonly code: string; readonly message: string; readonly details: string | null }[] {
  const hasFailed = media.renewal?.hasFailed && !isRenewed(media, context);
  if (imageStatus(media, context) !== 'FAILED' && !hasFailed) return [];
  const message = 'The image could not be downloaded.';
  return [{ code: 'IMAGE_DOWNLOAD_FAILURE', message, details: null }];
}

/** The image with that gid: a file, or one that came with a product. */
export function imageById(context: ResolverContext, id: string): StoredMedia | undefined {
  const file = context.store.get(context.shop, kind, id) as FileEntity | undefined;
  return file ?? ownerOf(context, id)?.media.find((media) => media.id === id);
}

/** All images, whether they came by themselves or with a product, once each. */
export function allImages(context: ResolverContext): readonly StoredMedia[] {
  const files = context.store.all(context.shop, kind) as readonly FileEntity[];
  const images = [...allProducts(context).flatMap(({ media }) => media), ...files];
  return [...new Map(images.map((image) => [image.id, image])).values()];
}

/** Keeps an image as a file of its own. */
export function putFile({ store, shop }: ResolverContext, image: StoredMedia): void {
  store.put(shop, kind, { ...image });
}

/** Forgets a file; products that show it are another matter. */
export function deleteFile({ store, shop }: ResolverContext, id: string): void {
  store.delete(shop, kind, id);
}

/** Whether an image is kept as a file of its own. */
export const isFile = ({ store, shop }: ResolverContext, id: string): boolean =>
  store.get(shop, kind, id) !== undefined;

/** Where an image comes from, and what it is called. */
interface ImageSource {
  readonly originalSource?: string | null | undefined;
  readonly alt?: string | null | undefined;
  readonly filename?: string | null | undefined;
}

/** Whether an image can be downloaded from there. */
export const isAddress = (source: string): boolean => /^https?:\/\//.test(source) && URL.canParse(source);

/** An image uploaded from an address; `undefined` if it is not an address. */
export function newImage(
  { originalSource, alt = null, filename }: ImageSource,
  { store, now, clock }: { readonly store: Pick<EntityStore, 'nextId'>; readonly now: string; readonly clock: Clock },
): StoredMedia | undefined {
  const source = originalSource ?? '';
  if (!isAddress(source)) return undefined;
  const imageId = store.nextId('ImageSource');
  const name = filename || new URL(source).pathname.split('/').at(-1) || 'image';
  const url = `https://cdn.shopify.com/s/files/${imageId.split('/').at(-1)}/${encodeURIComponent(name)}`;
  return {
    id: store.nextId('MediaImage'),
    alt,
    mediaContentType: 'IMAGE',
    uploadedAtMs: clock.now(),
    originalSource: { url: source },
    image: { id: imageId, url, altText: alt },
    createdAt: now,
    updatedAt: now,
  };
}
