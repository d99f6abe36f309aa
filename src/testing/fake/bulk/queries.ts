import { type GraphQLCompositeType, getNullableType, isListType, type SelectionSetNode } from 'graphql';
import { classifyField, type FieldClass } from '../cost/rule.ts';
import { candidateTypes, collectFields, rootType, type SelectionContext, selectionContext } from '../cost/selection.ts';
import type { PreparedOperation } from '../model.ts';

/** What a selection of one object holds besides its plain values. */
export interface ObjectShape {
  /** Whether `id` is selected under its own name. */
  readonly hasId: boolean;
  /** By response key. */
  readonly connections: ReadonlyMap<string, ConnectionShape>;
  /** Objects and lists of objects that have connections somewhere below, by response key. */
  readonly objects: ReadonlyMap<string, ObjectShape>;
}

/** A connection of a selection. */
export interface ConnectionShape {
  /** Its field. */
  readonly name: string;
  /** The type of its nodes; `undefined` where none are selected. */
  readonly nodeType: GraphQLCompositeType | undefined;
  /** Whether it stands in a list that is no connection. */
  readonly inList: boolean;
  /** Whether the nodes are selected by `edges { node { … } }`, and in no other way. */
  readonly byEdges: boolean;
  readonly node: ObjectShape;
}

/** One field of a selection, put together from wherever it is selected. */
interface SelectedField {
  readonly name: string;
  readonly kind: FieldClass;
  readonly isList: boolean;
  readonly sets: Set<SelectionSetNode>;
}

const emptyShape: ObjectShape = { hasId: false, connections: new Map(), objects: new Map() };

/** Reads the connections of an operation: through fragments, objects and interfaces. */
export function readShape(operation: PreparedOperation): ObjectShape {
  return objectShape(selectionContext(operation), rootType(operation), [operation.definition.selectionSet], false);
}

/** A connection, and how many stand around it. */
interface PlacedConnection {
  readonly connection: ConnectionShape;
  readonly depth: number;
}

/** All connections of a shape, outer ones before inner ones. */
export function connectionsIn(shape: ObjectShape, depth = 0): readonly PlacedConnection[] {
  const own = [...shape.connections.values()].flatMap((connection) => [
    { connection, depth },
    ...connectionsIn(connection.node, depth + 1),
  ]);
  return [...own, ...[...shape.objects.values()].flatMap((object) => connectionsIn(object, depth))];
}

function objectShape(
  context: SelectionContext,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  inList: boolean,
): ObjectShape {
  const fields = selectedFields(context, type, sets);
  const connections = new Map<string, ConnectionShape>();
  const objects = new Map<string, ObjectShape>();
  for (const [key, { name, kind, isList, sets: inner }] of fields) {
    if (kind.pays === 'connection') connections.set(key, connectionShape(context, name, kind.type, [...inner], inList));
    if (kind.pays !== 'object') continue;
    const shape = objectShape(context, kind.type, [...inner], inList || isList);
    if (shape.connections.size > 0 || shape.objects.size > 0) objects.set(key, shape);
  }
  return { hasId: fields.get('id')?.name === 'id', connections, objects };
}

function connectionShape(
  context: SelectionContext,
  name: string,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  inList: boolean,
): ConnectionShape {
  const fields = selectedFields(context, type, sets);
  const edges = named(fields, 'edges');
  const inEdges = edges.flatMap(([, { kind, sets: inner }]) =>
    kind.pays === 'object' ? named(selectedFields(context, kind.type, [...inner]), 'node') : [],
  );
  const contents = [...inEdges, ...named(fields, 'nodes')];
  const [first] = contents;
  const nodeType = first?.[1].kind.pays === 'object' ? first[1].kind.type : undefined;
  const nodeSets = contents.flatMap(([, content]) => [...content.sets]);
  return {
    name,
    inList,
    nodeType,
    byEdges: contents.length === 1 && edges[0]?.[0] === 'edges' && inEdges[0]?.[0] === 'node',
    node: nodeType ? objectShape(context, nodeType, nodeSets, false) : emptyShape,
  };
}

/** The fields of one name, each with its response key. */
function named(fields: ReadonlyMap<string, SelectedField>, name: string): (readonly [string, SelectedField])[] {
  return [...fields].filter(([, field]) => field.name === name);
}

/** The fields of a selection by response key; those of an interface are put together over its types. */
function selectedFields(
  context: SelectionContext,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): ReadonlyMap<string, SelectedField> {
  const fields = new Map<string, SelectedField>();
  for (const candidate of candidateTypes(context, type, sets)) {
    for (const [key, nodes] of collectFields(context, candidate, sets)) {
      const definition = candidate.getFields()[nodes[0].name.value];
      // A field without a definition is introspection.
      if (!definition) continue;
      const field = fields.get(key) ?? {
        name: definition.name,
        kind: classifyField(definition.type),
        isList: isListType(getNullableType(definition.type)),
        sets: new Set(),
      };
      fields.set(key, field);
      for (const node of nodes) if (node.selectionSet) field.sets.add(node.selectionSet);
    }
  }
  return fields;
}
