import type { ArgumentNode } from 'graphql';
import { ValidationError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import { nearestName } from '../internal/names.ts';
import {
  argumentOf,
  type MergedField,
  type Selected,
  type SelectionScope,
  selectedFields,
  setsBelow,
} from './cost/selection.ts';
import type { PageRead } from './pagination.ts';

/** A connection field, with the response keys of its parts. */
export class ConnectionShape {
  readonly path: string;
  readonly field: MergedField;
  readonly #selected: Selected;
  readonly #scope: SelectionScope;

  constructor(path: string, field: MergedField, selected: Selected, scope: SelectionScope) {
    this.path = path;
    this.field = field;
    this.#selected = selected;
    this.#scope = scope;
  }

  argumentNode(name: string): ArgumentNode | undefined {
    return this.field.nodes[0]?.node.arguments?.find((one) => one.name.value === name);
  }

  readonly argument = (name: string): unknown =>
    argumentOf(this.field.nodes[0]?.node.arguments, name, this.#scope.variables);

  /** The selection of one of its nodes. */
  get node(): Selected {
    return this.#below(this.#field('nodes')) ?? this.#below(fieldOf(this.#below(this.#field('edges')), 'node')) ?? none;
  }

  /** @throws ValidationError if the document does not select the fields for continuing. */
  checkPageInfo(isBack: boolean): void {
    const names = isBack ? ['hasPreviousPage', 'startCursor'] : ['hasNextPage', 'endCursor'];
    const info = this.#below(this.#field('pageInfo'));
    if (names.every((name) => fieldOf(info, name))) return;
    throw invalid('document', `does not select how ${this.path} continues. Add pageInfo { ${names.join(' ')} } to it.`);
  }

  /** Returns the page in an object of a response, in the order of reading. */
  read(
    found: Record<string, unknown>,
    isBack: boolean,
  ): PageRead<unknown> & { readonly cursors: readonly string[] | undefined } {
    const { nodes, cursors } = this.#entries(found);
    const info = this.#field('pageInfo');
    const pageInfo = info && found[info.key];
    const says = (name: string): unknown => {
      const key = fieldOf(this.#below(info), name)?.key;
      return key !== undefined && isRecord(pageInfo) ? pageInfo[key] : undefined;
    };
    if (!isBack) return { nodes, cursors, hasMore: says('hasNextPage'), cursor: says('endCursor') };
    const page = { hasMore: says('hasPreviousPage'), cursor: says('startCursor') };
    return { nodes: nodes.toReversed(), cursors: cursors?.toReversed(), ...page };
  }

  #entries(found: Record<string, unknown>): {
    readonly nodes: readonly unknown[];
    readonly cursors?: readonly string[];
  } {
    const listOf = (field: MergedField | undefined): readonly unknown[] | undefined => {
      const value = field && found[field.key];
      return Array.isArray(value) ? value : undefined;
    };
    const edgesField = this.#field('edges');
    const edges = listOf(edgesField)?.filter(isRecord);
    const inEdges = this.#below(edgesField);
    const [nodeKey = '', cursorKey = ''] = ['node', 'cursor'].map((name) => fieldOf(inEdges, name)?.key);
    const cursors = edges?.map((edge) => edge[cursorKey]).filter((cursor) => typeof cursor === 'string');
    const nodes = listOf(this.#field('nodes')) ?? edges?.map((edge) => edge[nodeKey]);
    if (!nodes) return { nodes: [] };
    return { nodes, ...(cursors?.length === nodes.length && { cursors }) };
  }

  /** Appends nodes and edges to those of an object. */
  append(found: Record<string, unknown>, more: Record<string, unknown>): void {
    for (const name of ['nodes', 'edges']) {
      const key = this.#field(name)?.key ?? '';
      const [known, added] = [found[key], more[key]];
      if (Array.isArray(known) && Array.isArray(added)) known.push(...added);
    }
    const key = this.#field('pageInfo')?.key ?? '';
    found[key] = more[key];
  }

  #field(name: string): MergedField | undefined {
    return fieldOf(this.#selected, name);
  }

  #below(field: MergedField | undefined): Selected | undefined {
    return field && selectedFields(setsBelow(field), this.#scope);
  }
}

const none: Selected = { fields: [], byType: [] };

/** Finds a selected field by its name in the schema, for any type. */
export function fieldOf(selected: Selected | undefined, name: string): MergedField | undefined {
  for (const field of fieldsIn(selected ?? none)) if (field.name === name) return field;
  return undefined;
}

export function* fieldsIn({ fields, byType }: Selected): Generator<MergedField> {
  yield* fields;
  for (const type of byType) yield* fieldsIn(type);
}

/** Returns the outermost connections: those not in a list. */
export function* connectionsIn(selected: Selected, scope: SelectionScope, prefix = ''): Generator<ConnectionShape> {
  for (const field of fieldsIn(selected)) {
    const below = setsBelow(field);
    if (below.length === 0) continue;
    const inside = selectedFields(below, scope);
    const path = `${prefix}${field.key}`;
    if (isConnection(inside)) yield new ConnectionShape(path, field, inside, scope);
    else yield* connectionsIn(inside, scope, `${path}.`);
  }
}

export function isConnection(selected: Selected): boolean {
  return ['nodes', 'edges'].some((name) => fieldOf(selected, name)?.nodes.some(({ node }) => node.selectionSet));
}

export function findConnection(
  selected: Selected,
  { at, scope }: { readonly at: string | undefined; readonly scope: SelectionScope },
): ConnectionShape {
  const all = new Map([...connectionsIn(selected, scope)].map((one) => [one.path, one]));
  const paths = [...all.keys()];
  if (at !== undefined) {
    const found = all.get(at);
    if (found) return found;
    const message = paths.length === 0 ? noConnection : `is not a connection. Did you mean ${nearestName(at, paths)}?`;
    throw invalid(paths.length === 0 ? 'document' : 'at', message);
  }
  const found = [...all.values()];
  const isPaged = (one: ConnectionShape): boolean =>
    ['after', 'before'].some((name) => one.argumentNode(name)?.value.kind === 'Variable');
  const paged = found.filter(isPaged);
  const [only, ...others] = paged.length > 0 ? paged : found;
  if (!only) throw invalid('document', noConnection);
  if (others.length === 0) return only;
  throw invalid('at', `is missing, and there are several connections: ${paths.join(', ')}. Set it to the one to read.`);
}

const noConnection = 'has no connection: a field with nodes or edges outside any list.';

/** Creates the error for an invalid call of `paginate`. */
export function invalid(field: string, message: string): ValidationError {
  return new ValidationError('The call of paginate is invalid', { issues: [{ field, message }] });
}
