import type { Clock } from '../../../internal/clock.ts';
import type { FakeRoute } from '../http/types.ts';
import type { EntityStore } from '../store/types.ts';
import { downloadRoute } from './download-route.ts';
import { uploadRoute } from './upload-route.ts';

/** Routes for the files of bulk operations: uploads of variables, and results. */
export function bulkRoutes(context: { readonly store: EntityStore; readonly clock: Clock }): readonly FakeRoute[] {
  return [uploadRoute(context), downloadRoute(context)];
}
