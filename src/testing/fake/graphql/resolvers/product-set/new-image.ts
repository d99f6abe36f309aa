import type { StoredMedia } from '../../../store/entities.ts';
import type { EntityStore } from '../../../store/entity-store.ts';

/** Where an image comes from, and what it is called. */
interface ImageSource {
  readonly originalSource?: string | null | undefined;
  readonly alt?: string | null | undefined;
  readonly filename?: string | null | undefined;
}

/** An image that is uploaded from an address; `undefined` for what is no address. */
export function newImage(
  { originalSource, alt = null, filename }: ImageSource,
  { store, now }: { readonly store: Pick<EntityStore, 'nextId'>; readonly now: string },
): StoredMedia | undefined {
  const source = originalSource ?? '';
  if (!/^https?:\/\//.test(source) || !URL.canParse(source)) return undefined;
  const imageId = store.nextId('ImageSource');
  const name = filename || new URL(source).pathname.split('/').at(-1) || 'image';
  const url = `https://cdn.shopify.com/s/files/${imageId.split('/').at(-1)}/${encodeURIComponent(name)}`;
  return {
    id: store.nextId('MediaImage'),
    alt,
    mediaContentType: 'IMAGE',
    status: 'READY',
    fileStatus: 'READY',
    originalSource: { url: source },
    image: { id: imageId, url, altText: alt },
    createdAt: now,
    updatedAt: now,
  };
}
