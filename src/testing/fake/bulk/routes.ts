import type { Clock } from '../../../internal/clock.ts';
import type { FakeRoute } from '../http/api.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { downloadRoute } from './download-route.ts';
import { uploadRoute } from './file-storage.ts';

/** Routes for the files of bulk operations: uploads of variables, and results. */
export function bulkRoutes(context: { readonly store: EntityStore; readonly clock: Clock }): readonly FakeRoute[] {
  return [uploadRoute(context), downloadRoute(context)];
}
