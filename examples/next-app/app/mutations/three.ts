import { shop } from '../shop';

const createTee = 'mutation CreateTee { productCreate(product: { title: "Tee" }) { product { id } } }';

/** The ids of three products created by the same mutation: each call is sent, and has its own response. */
export async function threeTees(): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let made = 0; made < 3; made += 1) {
    const { data } = await shop().graphql<{ productCreate: { product: { id: string } } }>(createTee);
    ids.push(data.productCreate.product.id);
  }
  return ids;
}
