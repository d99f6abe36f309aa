import { isRecord } from '../../../internal/json.ts';
import type { ConnectionShape, ObjectShape } from './queries.ts';

/** One line of a result. */
export interface BulkLine {
  /** JSON, without the line break. */
  readonly text: string;
  /** Whether it hangs on no other line. */
  readonly isRoot: boolean;
}

/** A node of the answer, taken out of its connection. */
interface TakenNode {
  readonly line: BulkLine;
  /** One list for each of its connections. */
  readonly children: readonly (readonly TakenNode[])[];
}

/**
 * Writes an answer as lines: one for each node, nested ones with `__parentId` and after their parent. Grouped, they
 * follow it at once. Else they are spread among the lines after it, so that whoever joins them by place is found out;
 * siblings keep their order.
 *
 * @param random Gives numbers in [0, 1) for the spread.
 */
export function queryLines(
  shape: ObjectShape,
  data: unknown,
  options: { readonly grouped: boolean; readonly random: () => number },
): readonly BulkLine[] {
  const roots = takeNodes(shape, data, undefined).flat();
  return options.grouped ? roots.flatMap(withChildren) : spread(roots, options.random);
}

/** The nodes of the connections in an object, wherever they stand in it. */
function takeNodes(shape: ObjectShape, data: unknown, parentId: string | undefined): (readonly TakenNode[])[] {
  if (!isRecord(data)) return [];
  return [
    ...[...shape.connections].map(([key, connection]) => nodesIn(connection, data[key], parentId)),
    ...[...shape.objects].flatMap(([key, object]) => takeNodes(object, data[key], parentId)),
  ];
}

/** A connection as a bulk query selects it. Some have no value, and some of their edges lead nowhere. */
type Answer = { readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> | null }[] } | null;

function nodesIn({ node: shape }: ConnectionShape, connection: unknown, parentId: string | undefined): TakenNode[] {
  const { edges } = (connection as Answer) ?? { edges: [] };
  return edges.flatMap(({ node }) => {
    if (node === null) return [];
    const own = { ...withoutConnections(shape, node), ...(parentId !== undefined && { __parentId: parentId }) };
    const line = { text: JSON.stringify(own), isRoot: parentId === undefined };
    // The rules of bulk queries see to it that a node with children has its id.
    return [{ line, children: takeNodes(shape, node, String(node.id)) }];
  });
}

function withoutConnections(shape: ObjectShape, node: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(node).filter(([key]) => !shape.connections.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      const inner = shape.objects.get(key);
      return [key, inner && isRecord(value) ? withoutConnections(inner, value) : value];
    }),
  );
}

const withChildren = ({ line, children }: TakenNode): BulkLine[] => [line, ...children.flat().flatMap(withChildren)];

/** How far behind its parent a line may come: as a share of the root lines, and in lines at least. */
const reach = { share: 0.2, least: 3 };

function spread(roots: readonly TakenNode[], random: () => number): BulkLine[] {
  const placed: { readonly at: number; readonly line: BulkLine }[] = [];
  const width = Math.max(reach.least, roots.length * reach.share);
  const place = ({ line, children }: TakenNode, at: number): void => {
    placed.push({ at, line });
    for (const siblings of children) {
      let from = at;
      for (const child of siblings) {
        from += random() * (width / siblings.length);
        place(child, from);
      }
    }
  };
  roots.forEach(place);
  // Sorting is stable: of lines at one place the parent stays in front.
  return placed.sort((a, b) => a.at - b.at).map(({ line }) => line);
}
