import { createHash, randomBytes } from 'node:crypto';
import { isRecord, parseJson } from '../internal/json.ts';
import type { TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';

/** Treatment of a field: kept, hashed, kept without ids, kept if it is a version, or dropped. */
type Treatment = 'keep' | 'hash' | 'without-ids' | 'version' | 'drop';

/** Treatments by event and field. A missing field does not compile, and is not written. */
type Treatments = {
  readonly [Type in TelemetryEvent['type']]: {
    readonly [Field in Exclude<keyof TelemetryEventOf<Type>, 'type'>]: Treatment;
  };
};

const ofCall = { callId: 'hash', shop: 'hash', operation: 'without-ids' } as const;

const treatments: Treatments = {
  permit: { ...ofCall, attempt: 'keep', cost: 'keep', waitedMs: 'keep', priority: 'keep' },
  attempt: {
    ...ofCall,
    ...{ attempt: 'keep', status: 'keep', errorCode: 'keep', durationMs: 'keep', requestId: 'drop' },
    ...{ requestedCost: 'keep', actualCost: 'keep', available: 'keep' },
  },
  retry: { ...ofCall, attempt: 'keep', delayMs: 'keep', errorCode: 'keep' },
  call: { ...ofCall, kind: 'keep', attempts: 'keep', durationMs: 'keep', waitedMs: 'keep', errorCode: 'keep' },
  breaker: { shop: 'hash', state: 'keep' },
  'bucket-low': { shop: 'hash', available: 'keep', maximumAvailable: 'keep', restoreRate: 'keep' },
  'api-version': { shop: 'hash', asked: 'version', served: 'version' },
  'version-ending': { apiVersion: 'version', endsAt: 'keep', daysLeft: 'keep' },
  // The reason is a header's value.
  deprecation: { shop: 'hash', operation: 'without-ids', reason: 'drop' },
  token: { shop: 'hash', outcome: 'keep', errorCode: 'keep', missing: 'drop' },
  job: {
    ...{ queue: 'hash', jobId: 'hash', jobType: 'hash', attempt: 'keep', outcome: 'keep', errorCode: 'keep' },
    ...{ durationMs: 'keep', waitedMs: 'keep' },
  },
  webhook: { outcome: 'keep', topic: 'keep', shop: 'hash', lagMs: 'keep', reason: 'keep' },
};

/** Types of the events in a trace. */
export const traceTypes = Object.keys(treatments) as readonly TelemetryEvent['type'][];

/** Creates the hash function of one trace. The salt is not kept, so an id has another hash in each trace. */
export function hasherOfIds(): (id: unknown) => string {
  const salt = randomBytes(16);
  return (id) => createHash('sha256').update(salt).update(String(id)).digest('hex').slice(0, 12);
}

/** Returns an event as written: only listed fields, each treated as listed. */
export function lineOf(event: TelemetryEvent, hashOf: (id: unknown) => string): Readonly<Record<string, unknown>> {
  return treated(event.type, event, (treatment, value) => {
    if (treatment === 'hash') return hashOf(value);
    return treatment === 'version' ? knownVersion(value) : treatment === 'keep' ? value : withoutIds(value);
  });
}

type TreatValue = (treatment: Exclude<Treatment, 'drop'>, value: unknown) => unknown;

function treated(type: TelemetryEvent['type'], event: object, treat: TreatValue): Readonly<Record<string, unknown>> {
  const fields: Readonly<Record<string, Treatment>> = treatments[type];
  const entries = Object.entries(event).flatMap(([name, value]: [string, unknown]) => {
    const treatment = Object.hasOwn(fields, name) ? fields[name] : 'drop';
    if (treatment === undefined || treatment === 'drop') return [];
    const kept = value === null ? null : treat(treatment, value);
    return kept === undefined ? [] : [[name, kept]];
  });
  return { type, ...Object.fromEntries(entries) };
}

const knownVersion = (value: unknown): unknown => (/^\d{4}-\d{2}$|^unstable$/.test(String(value)) ? value : 'other');

const withoutIds = (value: unknown): string => String(value).replaceAll(/(?<=\/)\d+(?=[/.]|$)/g, '{id}');

/** Format of the lines. */
const traceFormat = 1;

/** A line of a trace after its head: milliseconds since the first event, and the event's fields. */
export type TraceLine = { readonly atMs: number; readonly type: TelemetryEvent['type'] } & Readonly<
  Record<string, unknown>
>;

/** The recorded process, from the first line of a trace. */
export interface TraceHead {
  /** Milliseconds that were kept. */
  readonly lastMs: number | null;
  readonly node: string | null;
  readonly platform: string | null;
  /** Versions of packages, by name. */
  readonly packages?: Readonly<Record<string, string>>;
}

/** The content of a trace file. */
export interface ReadTrace {
  readonly head: TraceHead;
  readonly lines: readonly TraceLine[];
  /** Lines and fields that do not belong to a trace, and were dropped. */
  readonly refused: number;
}

/** Codes, outcomes and topics. Without digits, so that tokens and ids never match. */
const word = /^[A-Za-z]+(?:[-_/.][A-Za-z]+)*$/;

const operationName = /^(?:[_A-Za-z]\w{0,99}|(?:GET|POST|PUT|DELETE) [\w{}/.-]{1,200})$/;

/**
 * Parses a trace. Anyone can write or edit a file, so the same list applies: fields that are not on it, or whose value
 * would not have been written, are dropped.
 *
 * @returns `undefined` if it is not a trace in a known format.
 */
export function readTrace(text: string): ReadTrace | undefined {
  const [first, ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  const head = parseJson(first ?? '');
  if (!isRecord(head) || head['type'] !== 'trace' || head['format'] !== traceFormat) return undefined;
  const hashOf = hasherOfIds();
  let refused = 0;
  const lines = rest.flatMap((line): readonly TraceLine[] => {
    const event = parseJson(line);
    const type = isRecord(event) ? traceTypes.find((known) => known === event['type']) : undefined;
    if (!isRecord(event) || type === undefined || typeof event['atMs'] !== 'number') {
      refused += 1;
      return [];
    }
    const { atMs, type: _type, ...fields } = event;
    const kept = treated(type, fields, (treatment, value) => checked(treatment, value, hashOf));
    refused += Object.keys(fields).length - (Object.keys(kept).length - 1);
    return [{ atMs, ...kept, type }];
  });
  return { head: checkedHead(head), lines, refused };
}

/** Returns a trace as text: its head, and a line for each event. */
export function traceText(head: TraceHead, lines: readonly object[]): string {
  return [{ type: 'trace', format: traceFormat, events: lines.length, ...head }, ...lines]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

const versionText = /^v?\d+\.\d+\.\d+(?:-[a-z]+(?:\.\d+)?)?$/;

function checkedHead({ lastMs, node, platform, packages }: Readonly<Record<string, unknown>>): TraceHead {
  const versions = Object.entries(isRecord(packages) ? packages : {}).filter(
    ([name, version]) => /^[@\w/.-]{1,60}$/.test(name) && versionText.test(String(version)),
  );
  return {
    lastMs: typeof lastMs === 'number' ? lastMs : null,
    node: versionText.test(String(node)) ? String(node) : null,
    platform: /^[a-z\d]{1,12}$/.test(String(platform)) ? String(platform) : null,
    ...(versions.length > 0 && { packages: Object.fromEntries(versions.map(([name, of]) => [name, String(of)])) }),
  };
}

/** Returns a value as the list would have written it; `undefined` if it would not. */
function checked(treatment: Exclude<Treatment, 'drop'>, value: unknown, hashOf: (id: unknown) => string): unknown {
  if (treatment === 'hash') return /^[\da-f]{12}$/.test(String(value)) ? value : hashOf(value);
  if (treatment === 'version') return knownVersion(value);
  if (treatment === 'without-ids') {
    const name = withoutIds(value);
    return operationName.test(name) ? name : undefined;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' && value.length <= 60 && word.test(value) ? value : undefined;
}
