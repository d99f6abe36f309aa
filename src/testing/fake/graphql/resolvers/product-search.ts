import type { ProductEntity } from '../../store/entities.ts';
import { notSimulated } from '../errors.ts';

type Matches = (product: ProductEntity) => boolean;

/** The terms that are simulated, each with what it looks at. */
const terms: Readonly<Record<string, (value: string) => Matches>> = {
  id: (value) => (product) => product.id === value || product.id.endsWith(`/${value}`),
  handle: (value) => (product) => product.handle === value.toLowerCase(),
  title: (value) => (product) => product.title.toLowerCase().includes(value.toLowerCase()),
  status: (value) => (product) => value.toLowerCase().split(',').includes(product.status.toLowerCase()),
};

/**
 * Reads a search such as `status:active title:"Red tee"`: terms that must all hold.
 *
 * @throws GraphQLError `NOT_SIMULATED` for anything else that Shopify's search syntax knows.
 */
export function productSearch(query: string): Matches {
  const words = query.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const tests = words
    .filter((word) => word !== 'AND')
    .map((word) => {
      const match = /^(\w+):(?:"([^"*]*)"|'([^'*]*)'|([^\s"'*:<>()]+(?::[^\s"'*<>()]+)?))$/.exec(word);
      const [name = '', ...values] = match?.slice(1) ?? [];
      const term = Object.hasOwn(terms, name) ? terms[name] : undefined;
      if (!term) throw notSimulated(`QueryRoot.products(query: ${JSON.stringify(word)})`);
      return term(values.find((value) => value !== undefined) ?? '');
    });
  return (product) => tests.every((test) => test(product));
}
