import type { ProductEntity } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { collectProblems, type UserProblem } from '../problems.ts';
import { mediaFrom } from '../product-set/files.ts';
import type { ProductSetContext } from '../product-set/user-errors.ts';
import { type CreateMediaInput, uploads } from '../products-write.ts';

/** What the bulk mutations of variants build with. */
export interface BulkBuilding {
  readonly building: ProductSetContext;
  readonly problems: readonly UserProblem[];
  /** The product's images with those that come with the call. */
  readonly media: ProductEntity['media'];
}

/**
 * Begins one bulk mutation.
 *
 * @param codes How its codes name what the parts of `productSet` report; what is not there keeps its name.
 */
export function beginBulk(
  product: ProductEntity,
  media: readonly CreateMediaInput[],
  codes: Readonly<Record<string, string>>,
  context: ResolverContext,
): BulkBuilding {
  const { list, report } = collectProblems<string>();
  const building: ProductSetContext = {
    ...context,
    now: new Date(context.clock.now()).toISOString(),
    stock: [],
    report: (code, field, message) => report(codes[code] ?? code, field, message),
  };
  const files = [...product.media.map(({ id }) => ({ id })), ...uploads(media)];
  return {
    building,
    problems: list,
    media: media.length === 0 ? product.media : mediaFrom(files, product.media, building),
  };
}
