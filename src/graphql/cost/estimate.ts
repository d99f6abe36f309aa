import { inputPoints } from '../../limiter/cost/input-costs.ts';
import { argumentOf } from '../../limiter/cost/values.ts';
import {
  type MergedField,
  type Selected,
  type SelectedSet,
  type SelectionScope,
  selectedFields,
  setsBelow,
} from './selection.ts';

/** Points of a mutation without what its input adds. */
const mutationPoints = 10;

/** Points of a connection without its nodes. */
const connectionPoints = 2;

const objectPoints = 1;

/** The largest page, and the size of a page that nothing is known of. */
const largestPage = 250;

/** Told about each field that costs something: its path, and its points with all below it. */
export type FieldListener = (path: string, points: number) => void;

interface Walk extends SelectionScope {
  readonly listen?: FieldListener | undefined;
}

/** Where a selection stands: its path, and how often its points count because of connections around it. */
interface Place {
  readonly path: string;
  readonly times: number;
}

type Price = (walk: Walk, field: MergedField, place: Place) => number;

/** Points of a whole operation. */
export function operationPoints(walk: Walk, root: SelectedSet, isMutation: boolean): number {
  return sum(walk, selectedFields([root], walk), { path: '', times: 1 }, isMutation ? mutation : field);
}

/** The fields for any type, and of the types that exclude each other the dearest. */
function sum(walk: Walk, selected: Selected, place: Place, price: Price): number {
  let points = 0;
  for (const one of selected.fields) {
    const path = place.path === '' ? one.key : `${place.path}.${one.key}`;
    const own = price(walk, one, { path, times: place.times });
    if (own > 0) walk.listen?.(path, own * place.times);
    points += own;
  }
  let dearest = 0;
  for (const type of selected.byType) dearest = Math.max(dearest, sum(walk, type, place, price));
  return points + dearest;
}

/** A scalar is free, an object costs 1, a connection by its size. */
function field(walk: Walk, one: MergedField, place: Place): number {
  const below = setsBelow(one);
  if (below.length === 0 || isFree(one.name)) return 0;
  const selected = selectedFields(below, walk);
  if (isConnection(selected)) return connection(walk, one, selected, place);
  return objectPoints + sum(walk, selected, place, field);
}

/** Introspection is free, and so is the page information of a connection. */
function isFree(name: string): boolean {
  return name === 'pageInfo' || name.startsWith('__');
}

function isConnection(selected: Selected): boolean {
  const wraps = ({ name, nodes }: MergedField): boolean =>
    (name === 'nodes' || name === 'edges') && nodes.some(({ node }) => node.selectionSet);
  return selected.fields.some(wraps) || selected.byType.some(isConnection);
}

/**
 * 2, and what one node costs times a factor that grows with the logarithm of the page's size:
 * https://community.shopify.dev/t/how-to-calculate-graphql-cost-estimates/24364/6
 */
function connection(walk: Walk, one: MergedField, selected: Selected, place: Place): number {
  const times = Math.floor(2 * Math.log(Math.max(2, pageSize(walk, one))));
  const perNode = (child: MergedField, at: Place): number => {
    if (child.name === 'nodes') return field(walk, child, at);
    // An edge is a wrapper; `node` in it is the object.
    return sum(walk, selectedFields(setsBelow(child), walk), at, field);
  };
  const children = sum(walk, selected, place, (_, child, at) => {
    if (child.name !== 'nodes' && child.name !== 'edges') return field(walk, child, at);
    return times * perNode(child, { path: at.path, times: at.times * times });
  });
  return connectionPoints + children;
}

function pageSize(walk: Walk, one: MergedField): number {
  const args = one.nodes[0]?.node.arguments;
  const asked = argumentOf(args, 'first', walk.variables) ?? argumentOf(args, 'last', walk.variables);
  const size = Number(asked);
  return asked === undefined || Number.isNaN(size) ? largestPage : Math.min(size, largestPage);
}

/** 10 and what the input adds pay for the payload and the objects right in it, errors included. */
function mutation(walk: Walk, one: MergedField, place: Place): number {
  const args = one.nodes[0]?.node.arguments;
  const points = mutationPoints + inputPoints(one.name, (name) => argumentOf(args, name, walk.variables));
  return points + sum(walk, selectedFields(setsBelow(one), walk), place, payload);
}

function payload(walk: Walk, one: MergedField, place: Place): number {
  if (one.name.toLowerCase().endsWith('errors')) return 0;
  const points = field(walk, one, place);
  const isObject = points > 0 && !isConnection(selectedFields(setsBelow(one), walk));
  return isObject ? points - objectPoints : points;
}
