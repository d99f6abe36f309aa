import type { ProductEntity } from '../../store/entities.ts';
import { byId, containing, oneOf, type SearchTerm } from './search.ts';

/** The terms of a search for products that are simulated. */
export const productTerms: Readonly<Record<string, SearchTerm<ProductEntity>>> = {
  id: byId,
  handle: (value) => (product) => product.handle === value.toLowerCase(),
  title: containing((product) => product.title),
  status: oneOf((product) => product.status),
};
