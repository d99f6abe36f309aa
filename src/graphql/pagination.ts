/** One page of a GraphQL connection, as far as it is needed to read on. */
interface ConnectionPage<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
}

/**
 * Reads all nodes of a connection, one page after another. `readPage` gets the cursor of the page before, `null`
 * for the first.
 *
 * @throws What `readPage` throws.
 *
 * @example
 * const all = await allPages(async (after) => {
 *   const { data } = await client.graphql(PublicationsDocument, { first: 100, after });
 *   return data.publications;
 * });
 */
export async function allPages<Node>(
  readPage: (after: string | null) => Promise<ConnectionPage<Node>>,
): Promise<readonly Node[]> {
  const all: Node[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: ConnectionPage<Node> = await readPage(after);
    all.push(...nodes);
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  } while (after !== null);
  return all;
}
