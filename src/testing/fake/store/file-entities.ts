import type { StoredMedia } from './entities.ts';
import type { Entity } from './entity-store.ts';

/** An image that was uploaded by itself, and may belong to products too. */
export interface FileEntity extends Entity, StoredMedia {
  readonly id: string;
  /** Milliseconds since the epoch; what came with a product has none, and was ready at once. */
  readonly uploadedAtMs?: number;
}
