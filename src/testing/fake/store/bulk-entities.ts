import type { Entity } from './entity-store.ts';

/** What a bulk operation is, in the words of the schema. */
export type BulkType = 'QUERY' | 'MUTATION';

/** How far a bulk operation has come. That its file has expired is not stored: the clock tells it. */
export type StoredBulkStatus = 'CREATED' | 'RUNNING' | 'CANCELING' | 'CANCELED' | 'COMPLETED' | 'FAILED';

/** Why a bulk operation failed, in the words of the schema. */
export type BulkErrorCode = 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT';

/** A bulk operation; kind `BulkOperation`. */
export interface BulkOperationEntity extends Entity {
  /** The app that started it: no other sees it. */
  readonly app: string;
  /** Scheme and host by which it was started. */
  readonly origin: string;
  readonly type: BulkType;
  readonly status: StoredBulkStatus;
  /** Whether the token that started it misses a scope for it: then it fails when it begins to run. */
  readonly denied: boolean;
  /** The query, or the mutation. */
  readonly query: string;
  /** Whether nested lines follow their parents at once. */
  readonly groupObjects: boolean;
  /** The file with the variables; `null` for a query. */
  readonly upload: { readonly key: string; readonly revision: number } | null;
  readonly errorCode: BulkErrorCode | null;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; only where it was completed. */
  readonly completedAt: string | null;
  /** ISO 8601; from here on its file counts its seven days. */
  readonly endedAt: string | null;
  /** Lines so far. */
  readonly objectCount: number;
  /** Lines so far that hang on no other. */
  readonly rootObjectCount: number;
  /** Bytes of the lines so far. */
  readonly bytes: number;
}

/** Some lines of a result, each with its line break; kind `BulkResultPart`. One part is written at a time, so that a stop loses at most one. */
export interface BulkResultPartEntity extends Entity {
  readonly operationId: string;
  readonly text: string;
}

/** A place that a file can be uploaded to; kind `StagedUpload`. */
export interface StagedUploadEntity extends Entity {
  /** Path of the file, such as `tmp/1/bulk/…/rows.jsonl`. */
  readonly key: string;
  readonly resource: string;
  readonly httpMethod: 'POST' | 'PUT';
  readonly mimeType: string;
  /** What a form must hold besides the file, or what the headers of a `PUT` must say. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** How often a file was uploaded: 0 for not yet. */
  readonly revision: number;
  /** The file, where it holds variables of a bulk mutation. Other files are taken and forgotten. */
  readonly content: string | null;
}
