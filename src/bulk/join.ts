// One file: lines are joined while streaming, in memory or through the disk, always by the same rules.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BulkIncompleteError } from '../errors/bulk-errors.ts';
import { InvalidResponseError, StorageError } from '../errors/errors.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { type BulkConnection, holderOf, markerPrefix } from './document.ts';
import { type Line, type LineBatch, parseLines } from './result-file.ts';

/** Position of a reader in a file, from which another one can continue. */
export interface Place {
  /** First byte of a batch: `skip` of its lines were already read, and `lines` lines come before it. */
  readonly at: number;
  readonly skip: number;
  readonly lines: number;
}

/** Position of a reader that receives the nodes in a different order. */
export interface PartPlace {
  readonly parts: number;
  /** Groups in each part. Missing in positions of versions without groups: 1. */
  readonly groups?: number;
  /** Root nodes already read. */
  readonly roots: number;
}

/** Rows that arrived together. */
export interface RowBatch {
  readonly rows: Line[];
  /** Where to continue after that row. */
  place(index: number): Place | PartPlace;
}

/** What joining needs to know about the operation. */
export interface JoinContext {
  readonly shop: string;
  readonly operationId: string;
  readonly roots: readonly BulkConnection[];
  /** Whether the file may be cut short, so that parents of some lines are missing. */
  readonly isPartial: boolean;
  /** Whether a line can contain integers beyond 2^53. */
  readonly isExact: boolean;
}

function orphan({ shop, operationId }: JoinContext, received: number, what: string): BulkIncompleteError {
  const message = `The lines of the bulk operation ${operationId} do not fit together: ${what}`;
  return new BulkIncompleteError(message, { shop, operationId, received });
}

/** Rows as they are in the file. */
export async function* flatRows(batches: AsyncIterable<LineBatch>, from: Place): AsyncGenerator<RowBatch> {
  for await (const { rows, at, lines, first } of placed(batches, from))
    yield { rows, place: (index) => ({ at, skip: first + index + 1, lines }) };
}

/** The batches without the lines already read, each with the number of lines before it. */
async function* placed(
  batches: AsyncIterable<LineBatch>,
  from: Place,
): AsyncGenerator<{ readonly rows: Line[]; readonly at: number; readonly lines: number; readonly first: number }> {
  let { lines, skip } = from;
  for await (const batch of batches) {
    const { at } = batch;
    const first = Math.min(skip, batch.lines.length);
    yield { rows: first > 0 ? batch.lines.slice(first) : batch.lines, at, lines, first };
    skip -= first;
    lines += batch.lines.length;
  }
}

/** Connections of a query, and how their lines are distinguished. */
class Shape {
  readonly parents = new Map<BulkConnection, BulkConnection>();
  readonly nested: readonly BulkConnection[];
  readonly #roots: readonly BulkConnection[];
  readonly #byMarker = new Map<string, BulkConnection>();
  readonly #context: JoinContext;

  constructor(context: JoinContext) {
    this.#context = context;
    this.#roots = context.roots;
    const nested: BulkConnection[] = [];
    const visit = (parent: BulkConnection): void => {
      if (parent.marker !== undefined) this.#byMarker.set(parent.marker, parent);
      for (const connection of parent.connections) {
        nested.push(connection);
        this.parents.set(connection, parent);
        visit(connection);
      }
    };
    for (const root of this.#roots) visit(root);
    this.nested = nested;
  }

  /** Whether there are more than two levels of connections. */
  get isDeep(): boolean {
    return this.nested.some((connection) => connection.connections.length > 0);
  }

  byMarker(marker: string): BulkConnection | undefined {
    return this.#byMarker.get(marker);
  }

  /** The connection that a line belongs to. */
  connectionOf(line: Line, isRoot: boolean): BulkConnection {
    const candidates = isRoot ? this.#roots : this.nested;
    if (candidates.length === 1) return candidates[0] as BulkConnection;
    for (const connection of candidates) {
      const { marker } = connection;
      if (marker !== undefined && line[marker] !== undefined) return connection;
    }
    return this.#byKeys(line, candidates);
  }

  /** For an operation without markers, started elsewhere: compares the keys of the line with the selected fields. */
  #byKeys(line: Line, candidates: readonly BulkConnection[]): BulkConnection {
    const keys = Object.keys(line).filter((key) => key !== '__parentId');
    const fitting = candidates.filter((one) => keys.every((key) => one.keys.has(key)));
    const whole = fitting.filter((one) => {
      const inner = new Set(one.connections.map(({ path }) => path[0]));
      return [...one.keys].every((key) => inner.has(key) || keys.includes(key));
    });
    const [found, ...others] = whole.length > 0 ? whole : fitting;
    if (found && others.length === 0) return found;
    const { shop, operationId } = this.#context;
    const what = found
      ? 'belongs to one of several connections that select the same'
      : 'does not match any connection of its query';
    throw new InvalidResponseError(
      `A line of the bulk operation ${operationId} ${what}. Read it with shape: 'rows', or start it with bulk.query.`,
      { shop, isRetryable: false, mayHaveExecuted: false },
    );
  }
}

/**
 * The node of a line, without `__parentId` and the marker of its connection. It is a copy, because `delete` would make
 * V8 turn the object into a dictionary, which is larger and slower.
 */
function nodeOf(line: Line, { marker }: BulkConnection): Line {
  if (marker !== undefined && line[marker] !== undefined) {
    const { __parentId, [marker]: _type, ...node } = line;
    return node;
  }
  if (line['__parentId'] === undefined) return line;
  const { __parentId, ...node } = line;
  return node;
}

/** Adds the lists to a node, so that they are empty if it has no children. */
function prepare(node: Line, connections: readonly BulkConnection[]): void {
  for (const connection of connections) {
    if (connection.path.length === 1) node[connection.path[0] as string] = [];
    else {
      const place = holderOf(node, connection);
      if (place) place.holder[place.key] = [];
    }
  }
}

function addChild(node: Line, connection: BulkConnection, child: Line): void {
  const list = connection.path.length === 1 ? node[connection.path[0] as string] : undefined;
  if (Array.isArray(list)) {
    list.push(child);
    return;
  }
  // A line may leave out an object of which only connections are selected.
  let holder = node;
  for (const key of connection.path.slice(0, -1)) {
    const known = holder[key];
    const inner: Line = isRecord(known) ? known : {};
    holder[key] = inner;
    holder = inner;
  }
  const key = connection.path.at(-1) ?? '';
  const others = holder[key];
  if (Array.isArray(others)) others.push(child);
  else holder[key] = [child];
}

/**
 * Joins lines that follow their parents, as with `groupObjects`: a tree is complete when the next root arrives.
 *
 * @throws BulkIncompleteError for a line that does not follow its parent.
 */
export async function* joinGrouped(
  batches: AsyncIterable<LineBatch>,
  from: Place,
  context: JoinContext,
): AsyncGenerator<RowBatch> {
  const shape = new Shape(context);
  const only = shape.nested.length === 1 ? shape.nested[0] : undefined;
  let root: Line | undefined;
  let rootShape: BulkConnection | undefined;
  let rootId: unknown;
  const inner = new Map<unknown, Line>();
  let last: Place = from;

  for await (const { rows: lines, at, lines: before, first } of placed(batches, from)) {
    const rows: Line[] = [];
    const ends: number[] = [];
    for (let index = 0; index < lines.length; index += 1) {
      const line = lines[index] as Line;
      const parentId = line['__parentId'];
      if (parentId === undefined) {
        if (root) {
          rows.push(root);
          ends.push(first + index);
        }
        if (inner.size > 0) inner.clear();
        rootShape = shape.connectionOf(line, true);
        root = nodeOf(line, rootShape);
        rootId = root['id'];
        prepare(root, rootShape.connections);
        continue;
      }
      const connection = only ?? shape.connectionOf(line, false);
      const isChild = shape.parents.get(connection) === rootShape;
      const parent = isChild ? (parentId === rootId ? root : undefined) : inner.get(parentId);
      if (!parent) {
        if (context.isPartial) continue;
        const what = `line ${before + first + index + 1} does not follow its parent. Read them with bulk.resume(id, { groupObjects: false }).`;
        throw orphan(context, before + first + index, what);
      }
      const node = nodeOf(line, connection);
      if (connection.connections.length > 0) {
        prepare(node, connection.connections);
        inner.set(node['id'], node);
      }
      addChild(parent, connection, node);
    }
    last = { at, skip: first + lines.length, lines: before };
    if (rows.length > 0) yield { rows, place: (index) => ({ at, skip: ends[index] ?? 0, lines: before }) };
  }
  if (root) yield { rows: [root], place: () => last };
}

/** Joins lines that fit in memory, in any order. */
class Trees {
  readonly #shape: Shape;
  readonly #context: JoinContext;
  readonly #roots: Line[] = [];
  readonly #parents = new Map<BulkConnection, Map<unknown, Line>>();
  /** Children that arrived before their parent, by its id: each node is followed by its connection. */
  readonly #waiting = new Map<BulkConnection, Map<unknown, (Line | BulkConnection)[]>>();
  #lines = 0;

  constructor(shape: Shape, context: JoinContext) {
    this.#shape = shape;
    this.#context = context;
  }

  add(lines: readonly Line[]): void {
    this.#lines += lines.length;
    for (const line of lines) {
      const parentId = line['__parentId'];
      const connection = this.#shape.connectionOf(line, parentId === undefined);
      const node = nodeOf(line, connection);
      if (connection.connections.length > 0) this.#addParent(connection, node);
      if (parentId === undefined) this.#roots.push(node);
      else this.#addChild(connection, parentId, node);
    }
  }

  #addParent(connection: BulkConnection, node: Line): void {
    prepare(node, connection.connections);
    mapIn(this.#parents, connection).set(node['id'], node);
    const waiting = this.#waiting.get(connection);
    const children = waiting?.get(node['id']);
    if (!children) return;
    waiting?.delete(node['id']);
    for (let at = 0; at < children.length; at += 2)
      addChild(node, children[at + 1] as BulkConnection, children[at] as Line);
  }

  #addChild(connection: BulkConnection, parentId: unknown, node: Line): void {
    const above = this.#shape.parents.get(connection) as BulkConnection;
    const parent = this.#parents.get(above)?.get(parentId);
    if (parent) {
      addChild(parent, connection, node);
      return;
    }
    const waiting = mapIn(this.#waiting, above);
    const others = waiting.get(parentId);
    if (others) others.push(node, connection);
    else waiting.set(parentId, [node, connection]);
  }

  /** The roots with their children, in the order of their lines. */
  joined(): Line[] {
    if (this.#context.isPartial) return this.#roots;
    for (const { size } of this.#waiting.values())
      if (size > 0) throw orphan(this.#context, this.#lines, 'a line names a missing parent.');
    return this.#roots;
  }
}

function mapIn<Value>(maps: Map<BulkConnection, Map<unknown, Value>>, connection: BulkConnection): Map<unknown, Value> {
  const map = maps.get(connection) ?? new Map<unknown, Value>();
  maps.set(connection, map);
  return map;
}

/** How much is joined at a time. */
interface PartOptions {
  /** Number of parts into which the file is sorted; 1 joins it in memory. */
  readonly parts: number;
  /** Number of groups in a part. */
  readonly groups: number;
  /** Root nodes to skip, because they were already read. */
  readonly roots: number;
  /** Folder for the temporary file. */
  readonly folder: string | undefined;
  /** Called with the number of lines, before the first row is returned. */
  readonly onCounted: (lines: number) => void;
  /** Called with the bytes of the temporary file. */
  readonly onSpilled?: ((bytes: number) => void) | undefined;
}

/**
 * Bytes in one part. It is in memory twice: as read, and sorted by group. Smaller parts mean more and smaller reads of
 * the temporary file.
 */
export const partBytes = (memoryBytes: number): number => Math.max(16 * 1024, Math.floor(memoryBytes / 2));

/**
 * Groups in a part, of about 16 KB each. Only one group is parsed at a time: V8 doubles its young generation, up to
 * 128 MB, when enough objects survive its collections, and the objects of a whole part would.
 */
export const groupsOfPart = (memoryBytes: number): number =>
  Math.min(256, Math.max(1, Math.round(partBytes(memoryBytes) / 16_384)));

/** Joins lines in any order, even children before their parents: in memory if there is one part, or else on disk. */
export async function* joinAnyOrder(
  chunks: AsyncIterable<Buffer>,
  options: PartOptions,
  context: JoinContext,
): AsyncGenerator<RowBatch> {
  const shape = new Shape(context);
  let { roots: skip } = options;
  let taken = 0;
  for await (const trees of options.parts === 1
    ? inMemory(chunks, options, shape, context)
    : byDisk(chunks, options, shape, context)) {
    const rows = trees.joined();
    const first = Math.min(skip, rows.length);
    skip -= first;
    const before = taken + first;
    taken += rows.length;
    if (first === rows.length) continue;
    yield {
      rows: first > 0 ? rows.slice(first) : rows,
      place: (index) => ({ parts: options.parts, groups: options.groups, roots: before + index + 1 }),
    };
  }
}

async function* inMemory(
  chunks: AsyncIterable<Buffer>,
  options: PartOptions,
  shape: Shape,
  context: JoinContext,
): AsyncGenerator<Trees> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  const lines = parseLines(Buffer.concat(all), context.isExact);
  if (!lines) throw orphan(context, 0, 'one is truncated or not a JSON object. Read it again with bulk.resume.');
  options.onCounted(lines.length);
  const trees = new Trees(shape, context);
  trees.add(lines);
  yield trees;
}

/** Total bytes of the buffers for the temporary file. */
const bufferBytes = 16 * 1024 * 1024;

/** Bytes that are written to the temporary file at a time. */
const writtenBytes = 512 * 1024;

/** Reads of the temporary file at a time. What is pending while a part is joined makes V8's young generation grow too. */
const readsAtOnce = 8;

/**
 * Sorts lines on disk into parts by their root, and yields the trees part by part. A line of the third level is first
 * sorted by its parent, and by its root once all lines are read.
 */
async function* byDisk(
  chunks: AsyncIterable<Buffer>,
  { parts, groups, folder, onCounted, onSpilled }: PartOptions,
  shape: Shape,
  context: JoinContext,
): AsyncGenerator<Trees> {
  const { isDeep } = shape;
  const segment = Math.max(4096, Math.floor(bufferBytes / (isDeep ? 3 * parts : parts) / 4096) * 4096);
  const spill = await Spill.open(folder, Math.min(segment, 256 * 1024));
  try {
    const newParts = (): Part[] => Array.from({ length: parts }, () => new Part(spill));
    const byRoot = newParts();
    const byParent = isDeep ? newParts() : [];
    const places = isDeep ? newParts() : [];
    const scanner = new LineScanner(shape, context);
    const addToTree = (hash: number, chunk: Buffer, start: number, end: number): void =>
      byRoot[hash % parts]?.append(Math.floor(hash / parts) % groups, chunk, start, end);
    let count = 0;
    const sort = (chunk: Buffer, start: number, end: number): void => {
      if (!scanner.read(chunk, start, end)) return;
      count += 1;
      const { level, hasInner } = scanner;
      const hash = hashOf(level === 0 ? scanner.id : scanner.parentId);
      if (level === 2) byParent[hash % parts]?.append(0, chunk, start, end);
      else addToTree(hash, chunk, start, end);
      if (level !== 1 || !hasInner) return;
      const place = Buffer.from(`${hash} ${textOf(scanner.id)}`);
      places[hashOf(scanner.id) % parts]?.append(0, place, 0, place.length);
    };

    let rest: Buffer[] = [];
    for await (const chunk of chunks) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        if (rest.length > 0) {
          const line = Buffer.concat([...rest, chunk.subarray(0, end)]);
          rest = [];
          sort(line, 0, line.length);
        } else sort(chunk, start, end);
        start = end + 1;
      }
      if (start < chunk.length) rest.push(Buffer.from(chunk.subarray(start)));
      await spill.written();
    }
    const tail = Buffer.concat(rest);
    if (tail.length > 0) {
      if (tail.toString().trim() !== '' && parseJson(tail.toString()) === undefined)
        throw orphan(context, count, 'the last one is truncated. Read it again with bulk.resume.');
      sort(tail, 0, tail.length);
    }
    onCounted(count);

    for (const [index, part] of byParent.entries()) {
      const rootHash = new Map<string, number>();
      const placed = (await places[index]?.take()) ?? Buffer.alloc(0);
      for (const { start, end } of linesIn(placed)) {
        const [hash = '', id = ''] = placed.toString('utf8', start, end).split(/ (.*)/s);
        rootHash.set(id, Number(hash));
      }
      const bytes = await part.take();
      for (const { start, end } of linesIn(bytes)) {
        scanner.read(bytes, start, end);
        const hash = rootHash.get(textOf(scanner.parentId));
        if (hash !== undefined) addToTree(hash, bytes, start, end);
        else if (!context.isPartial) throw orphan(context, count, 'a line names a missing parent.');
      }
      await spill.written();
    }
    onSpilled?.(spill.bytes);

    const sorter = new GroupSorter(groups);
    let reading = byRoot[0]?.take();
    for (let next = 1; reading; next += 1) {
      const sorted = sorter.sorted(await reading);
      // The next part is read while this one is joined.
      reading = byRoot[next]?.take();
      reading?.catch(() => undefined);
      for (const group of sorted) {
        const trees = new Trees(shape, context);
        const lines = parseLines(group, context.isExact);
        if (!lines) throw orphan(context, count, 'one is not a JSON object. Read it again with bulk.resume.');
        trees.add(lines);
        yield trees;
      }
    }
  } finally {
    await spill.close();
  }
}

/** Finds the lines of a part, each between the byte of its group and a line break. The yielded object is reused. */
function* linesIn(bytes: Buffer): Generator<{ readonly start: number; readonly end: number }> {
  const line = { start: 1, end: 0 };
  while (line.start < bytes.length) {
    line.end = bytes.indexOf(newline, line.start);
    yield line;
    line.start = line.end + 2;
  }
}

/** Sorts the lines of a part by their group. */
class GroupSorter {
  readonly #groups: number;
  #sorted: Buffer = Buffer.alloc(0);

  constructor(groups: number) {
    this.#groups = groups;
  }

  /** Sorts, and returns the lines of each group, with their line breaks. They are valid until the next part is sorted. */
  sorted(bytes: Buffer): Iterable<Buffer> {
    if (this.#sorted.length < bytes.length) this.#sorted = Buffer.allocUnsafeSlow(bytes.length);
    const sorted = this.#sorted;
    const sizes = new Uint32Array(this.#groups);
    for (const { start, end } of linesIn(bytes)) {
      const group = bytes[start - 1] ?? 0;
      sizes[group] = (sizes[group] ?? 0) + end + 1 - start;
    }
    const ends = new Uint32Array(this.#groups);
    for (let group = 1; group < this.#groups; group += 1)
      ends[group] = (ends[group - 1] ?? 0) + (sizes[group - 1] ?? 0);
    for (const { start, end } of linesIn(bytes)) {
      const group = bytes[start - 1] ?? 0;
      const to = ends[group] ?? 0;
      bytes.copy(sorted, to, start, end + 1);
      ends[group] = to + end + 1 - start;
    }
    return this.#cut(sizes, ends);
  }

  /** One group at a time, because the buffers of a whole part would make V8's young generation grow. */
  *#cut(sizes: Uint32Array, ends: Uint32Array): Generator<Buffer> {
    for (const [group, end] of ends.entries()) {
      const size = sizes[group] ?? 0;
      if (size > 0) yield this.#sorted.subarray(end - size, end);
    }
  }
}

const newline = 10;
const quote = 34;
const backslash = 92;

/** The position of an id in a buffer. A separate buffer for each id would cause most of the garbage of a join. */
interface Span {
  bytes: Buffer;
  from: number;
  to: number;
}

function put(span: Span, bytes: Buffer, from: number, to: number): void {
  span.bytes = bytes;
  span.from = from;
  span.to = to;
}

const textOf = ({ bytes, from, to }: Span): string => bytes.toString('utf8', from, to);

/** A 32-bit hash of an id, the same in each process. */
function hashOf({ bytes, from, to }: Span): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash ^= hash >>> 15;
  return hash >>> 0;
}

const parentKey = Buffer.from('"__parentId":');
const idStart = Buffer.from('{"id":"');
const none = Buffer.alloc(0);

/** Finds the ids and the level of a line in its bytes. Parses the line if they are not in their usual place. */
class LineScanner {
  readonly id: Span = { bytes: none, from: 0, to: 0 };
  readonly parentId: Span = { bytes: none, from: 0, to: 0 };
  level: 0 | 1 | 2 = 0;
  /** Whether there can be lines below it. */
  hasInner = false;
  readonly #shape: Shape;
  readonly #only: BulkConnection | undefined;
  readonly #context: JoinContext;

  constructor(shape: Shape, context: JoinContext) {
    this.#shape = shape;
    this.#context = context;
    this.#only = shape.nested.length === 1 ? shape.nested[0] : undefined;
  }

  /** `false` for a blank line. */
  read(chunk: Buffer, start: number, to: number): boolean {
    let end = to;
    while (end > start && (chunk[end - 1] ?? 0) <= 32) end -= 1;
    if (end === start) return false;
    const parent = this.#parentBefore(chunk, start, end);
    if (parent === -1) {
      // A root, unless `__parentId` is elsewhere in the line.
      if (chunk.subarray(start, end).includes(parentKey)) return this.#parse(chunk, start, end);
      this.level = 0;
      return this.#readId(chunk, start, end);
    }
    put(this.parentId, chunk, parent, end - 2);
    const connection = this.#only ?? this.#markedBefore(chunk, start, parent - parentKey.length - 1);
    if (!connection) return this.#parse(chunk, start, end);
    this.#setLevel(connection);
    return this.hasInner && this.level === 1 ? this.#readId(chunk, start, end) : true;
  }

  #setLevel(connection: BulkConnection): void {
    const above = this.#shape.parents.get(connection);
    this.level = above && this.#shape.parents.has(above) ? 2 : 1;
    this.hasInner = connection.connections.length > 0;
  }

  /** Start of the value if the line ends with `"__parentId":"…"}`, or else -1. */
  #parentBefore(chunk: Buffer, start: number, end: number): number {
    if (chunk[end - 1] !== 125 || chunk[end - 2] !== quote) return -1;
    let at = end - 3;
    for (; at > start && chunk[at] !== quote; at -= 1) if (chunk[at] === backslash) return -1;
    const key = at - parentKey.length;
    if (key <= start) return -1;
    for (let index = 0; index < parentKey.length; index += 1) if (chunk[key + index] !== parentKey[index]) return -1;
    return at + 1;
  }

  /** The connection of the marker, such as `"bulk_1":"Type",`, that ends at `end`. */
  #markedBefore(chunk: Buffer, start: number, end: number): BulkConnection | undefined {
    const text = chunk.toString('latin1', Math.max(start, end - 120), end);
    const [, marker] = markerAtEnd.exec(text) ?? [];
    return marker === undefined ? undefined : this.#shape.byMarker(marker);
  }

  #readId(chunk: Buffer, start: number, end: number): boolean {
    for (let index = 0; index < idStart.length; index += 1)
      if (chunk[start + index] !== idStart[index]) return this.#parse(chunk, start, end);
    const from = start + idStart.length;
    let at = from;
    for (; at < end && chunk[at] !== quote; at += 1) if (chunk[at] === backslash) return this.#parse(chunk, start, end);
    put(this.id, chunk, from, at);
    return true;
  }

  #parse(chunk: Buffer, start: number, end: number): boolean {
    const line = parseJson(chunk.toString('utf8', start, end));
    if (!isRecord(line))
      throw orphan(this.#context, 0, 'one is truncated or not a JSON object. Read it again with bulk.resume.');
    const parentId = line['__parentId'];
    const id = Buffer.from(String(line['id'] ?? ''));
    put(this.id, id, 0, id.length);
    if (parentId === undefined) {
      this.level = 0;
      return true;
    }
    const above = Buffer.from(String(parentId));
    put(this.parentId, above, 0, above.length);
    this.#setLevel(this.#shape.connectionOf(line, false));
    return true;
  }
}

const markerAtEnd = new RegExp(`"(${markerPrefix}\\d+)":"[^"\\\\]*",?$`);

/** Lines of one part, in the buffer and on disk. */
class Part {
  readonly #spill: Spill;
  #slots: number[] = [];
  #buffer: Buffer | undefined;
  #used = 0;

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  /** Adds a line, after the byte of its group. */
  append(group: number, chunk: Buffer, start: number, end: number): void {
    this.#put(group);
    for (let from = start; from < end; ) {
      const buffer = this.#room();
      const bytes = Math.min(end - from, buffer.length - this.#used);
      chunk.copy(buffer, this.#used, from, from + bytes);
      this.#used += bytes;
      from += bytes;
    }
    this.#put(newline);
  }

  #put(byte: number): void {
    this.#room()[this.#used] = byte;
    this.#used += 1;
  }

  #room(): Buffer {
    if (this.#buffer && this.#used === this.#buffer.length) {
      this.#slots.push(this.#spill.write(this.#buffer));
      this.#buffer = undefined;
    }
    if (!this.#buffer) {
      this.#buffer = this.#spill.buffer();
      this.#used = 0;
    }
    return this.#buffer;
  }

  /** Reads all of its lines and frees their slots. The bytes are valid until the next part is taken. */
  async take(): Promise<Buffer> {
    const slots = this.#slots;
    const buffer = this.#buffer;
    this.#slots = [];
    this.#buffer = undefined;
    const bytes = await this.#spill.read(slots, buffer ? this.#used : 0);
    if (!buffer) return bytes;
    buffer.copy(bytes, bytes.length - this.#used, 0, this.#used);
    this.#spill.giveBack(buffer);
    return bytes;
  }
}

/** A temporary file of equal slots. Slots are reused once read, so the file stays as small as possible. */
class Spill {
  readonly #file: FileHandle;
  readonly #path: string | undefined;
  readonly #segment: number;
  readonly #free: number[] = [];
  readonly #buffers: Buffer[] = [];
  /** Full buffers for consecutive slots, which are written together. */
  #full: Buffer[] = [];
  #firstFull = 0;
  #writes: Promise<void>[] = [];
  #slots = 0;
  /** The buffer that all reads share. */
  #read: Buffer = Buffer.alloc(0);
  readonly #onExit: () => void;

  private constructor(file: FileHandle, path: string | undefined, segment: number) {
    this.#file = file;
    this.#path = path;
    this.#segment = segment;
    this.#onExit = () => {
      if (path !== undefined) rmSync(path, { force: true });
    };
    if (path !== undefined) process.on('exit', this.#onExit);
  }

  static async open(folder: string | undefined, segment: number): Promise<Spill> {
    const path = join(folder ?? tmpdir(), `shopwright-bulk-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    try {
      // A file without a name is removed with the process, even after a crash. Not every system allows it.
      await rm(path);
      return new Spill(file, undefined, segment);
    } catch {
      return new Spill(file, path, segment);
    }
  }

  /** Bytes of the file at its largest. */
  get bytes(): number {
    return this.#slots * this.#segment;
  }

  buffer(): Buffer {
    return this.#buffers.pop() ?? Buffer.allocUnsafeSlow(this.#segment);
  }

  giveBack(buffer: Buffer): void {
    this.#buffers.push(buffer);
  }

  /** Queues a full buffer for writing, and returns its slot. */
  write(buffer: Buffer): number {
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot !== this.#firstFull + this.#full.length) this.#begin();
    if (this.#full.length === 0) this.#firstFull = slot;
    this.#full.push(buffer);
    if (this.#full.length * this.#segment >= writtenBytes) this.#begin();
    return slot;
  }

  /** Starts to write the full buffers in one call. Many small writes would take longer than the rest of a join. */
  #begin(): void {
    const buffers = this.#full;
    if (buffers.length === 0) return;
    this.#full = [];
    const bytes = buffers.length * this.#segment;
    const written = this.#file.writev(buffers, this.#firstFull * this.#segment).then(({ bytesWritten }) => {
      if (bytesWritten < bytes) throw new StorageError('The temporary file was only partly written: is the disk full?');
      for (const buffer of buffers) this.giveBack(buffer);
    });
    // `written` throws the failure; this keeps it from being reported as unhandled before.
    written.catch(() => undefined);
    this.#writes.push(written);
  }

  /**
   * Waits until at most `unfinished` writes are pending.
   *
   * @throws The error of the file system, for example if the disk is full.
   */
  async written(unfinished = 4): Promise<void> {
    while (this.#writes.length > unfinished) await this.#writes.shift();
  }

  /** Reads slots and frees them. The buffer has room for `more` bytes, and is valid until the next read. */
  async read(slots: readonly number[], more: number): Promise<Buffer> {
    this.#begin();
    await this.written(0);
    const segment = this.#segment;
    const bytes = slots.length * segment;
    if (this.#read.length < bytes + more) this.#read = Buffer.allocUnsafeSlow(bytes + more + segment);
    const into = this.#read;
    await forEachConcurrent(slots.entries(), { concurrency: readsAtOnce }, ([at, slot]) =>
      this.#file.read(into, at * segment, segment, slot * segment),
    );
    this.#free.push(...slots);
    return into.subarray(0, bytes + more);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#writes);
    await this.#file.close();
    if (this.#path === undefined) return;
    process.off('exit', this.#onExit);
    await rm(this.#path, { force: true });
  }
}
