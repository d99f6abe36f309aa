import type { GraphqlResult } from '../admin/types.ts';
import { ConfigError } from '../errors/errors.ts';
import { PublicationsDocument, type PublicationsQuery } from '../graphql/operations/generated/graphql.ts';
import type { SyncClient } from './types.ts';

/**
 * Finds the publications (sales channels) that a host names by gid or by name, such as `Online Store`.
 *
 * @returns Their gids, in the order given.
 * @throws ConfigError naming what the shop does not have, and what it has.
 */
export async function findPublications(client: SyncClient, wanted: readonly string[]): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const found: { id: string; name: string }[] = [];
  let after: string | null = null;
  do {
    const page: GraphqlResult<PublicationsQuery> = await client.graphql(
      PublicationsDocument,
      { first: 100, after },
      { priority: 'background' },
    );
    found.push(...page.data.publications.nodes);
    const { hasNextPage, endCursor } = page.data.publications.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);

  const missing: string[] = [];
  const gids = wanted.flatMap((text) => {
    const match = found.find(({ id, name }) => id === text || name.toLowerCase() === text.toLowerCase());
    if (!match) missing.push(text);
    return match ? [match.id] : [];
  });
  if (missing.length > 0) {
    const names = found.map(({ name }) => `"${name}"`).join(', ') || 'none';
    throw new ConfigError(
      missing.map((text) => ({
        field: 'publishTo',
        message: `${client.shop} has no publication "${text}". It has: ${names}.`,
      })),
      { shop: client.shop },
    );
  }
  return [...new Set(gids)];
}
