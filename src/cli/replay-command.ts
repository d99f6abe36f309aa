import { createShopifyClient } from '../client/client.ts';
import { isShopwrightError } from '../errors/errors.ts';
import { sleep } from '../internal/abort.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';
import type { ReadTrace, TraceLine } from '../telemetry/trace-lines.ts';
import { createFakeShopify } from '../testing/fake/fake-shopify.ts';
import type { FakeShopify } from '../testing/fake/fake-shopify-options.ts';
import { type FaultKind, faultKinds } from '../testing/fake/faults/faults.ts';
import type { FakeShopOptions } from '../testing/fake/model.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';
import { traceOf } from './report-command.ts';

const replayHelp = `shopwright replay: play a trace on a fake Shopify (experimental)

Usage: shopwright replay FILE [options]

Repeats the calls of a trace with the recorded times, costs, throttled responses and faults, on a fake with an
accelerated clock. Prints waits, durations and costs of each operation, recorded and replayed, and which calls differed.
FILE is a trace written by "shopwright report" or recordTrace().

Options:
  --json      Print JSON for machines
  -h, --help  Show this help

Exit codes: 0 as recorded, 2 there are differences, 1 an error.`;

/** The events of one call. */
interface Course {
  readonly permits: readonly TelemetryEventOf<'permit'>[];
  readonly attempts: readonly TelemetryEventOf<'attempt'>[];
  readonly end: TelemetryEventOf<'call'>;
}

interface RecordedCall extends Course {
  /** Milliseconds from the first event of the trace; negative if the call started before it. */
  readonly startMs: number;
}

interface Replayed {
  readonly recorded: RecordedCall;
  readonly replayed: Course;
  readonly differences: readonly string[];
}

/** `shopwright replay FILE`. */
export async function runReplay(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArguments('replay', args, {
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    terminal.out(replayHelp);
    return 0;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw wrong('replay', 'takes one file, a trace.');
  const trace = await traceOf('FILE', file);
  const { calls, leftOut } = callsOf(trace);
  const played = await play(calls, bucketsOf(trace.lines, calls));
  const differing = played.filter(({ differences }) => differences.length > 0);
  const summary = {
    recorded: trace.head,
    calls: calls.length,
    shops: new Set(calls.map(({ end }) => end.shop)).size,
    leftOut: { ...leftOut, ...(trace.refused > 0 && { refused: trace.refused }) },
    operations: byOperation(played),
    differences: differing.map(({ recorded, differences }) => ({
      operation: recorded.end.operation,
      atMs: Math.round(recorded.startMs),
      differences,
    })),
  };
  if (values.json) terminal.out(JSON.stringify(summary, null, 2));
  else print(summary, terminal);
  return differing.length > 0 ? 2 : 0;
}

/** Returns the calls that are complete in the trace, and counts of the other lines. */
function callsOf({ lines }: ReadTrace) {
  const events = new Map<unknown, TraceLine[]>();
  const leftOut: Record<string, number> = {};
  const leave = (what: string): void => {
    leftOut[what] = (leftOut[what] ?? 0) + 1;
  };
  for (const line of lines) {
    if (!('callId' in line)) {
      leave(line.type);
      continue;
    }
    const known = events.get(line['callId']);
    if (known) known.push(line);
    else events.set(line['callId'], [line]);
  }
  const calls = [...events.values()].flatMap((ofCall): readonly RecordedCall[] => {
    const last = ofCall.at(-1);
    const of = <Type extends TelemetryEvent['type']>(type: Type) =>
      ofCall.filter((line) => line.type === type) as unknown as readonly TelemetryEventOf<Type>[];
    const [end] = of('call');
    const attempts = of('attempt');
    const permits = of('permit');
    // A call that ran at either end of the recording is incomplete.
    if (!end || !last || !isWhole(end) || attempts.length !== end.attempts || permits.length < attempts.length) {
      leave('incomplete calls');
      return [];
    }
    // The sort is stable: calls that started together stay in the order in which they got their points.
    return [{ permits, attempts, end, startMs: Math.round((last.atMs - end.durationMs) * 100) / 100 }];
  });
  return { calls: calls.toSorted((one, other) => one.startMs - other.startMs), leftOut };
}

const isWhole = ({ operation, durationMs, attempts, kind }: Partial<TelemetryEventOf<'call'>>): boolean =>
  typeof operation === 'string' &&
  typeof durationMs === 'number' &&
  typeof attempts === 'number' &&
  (kind === 'rest' ? /^(?:GET|POST|PUT|DELETE) \S+$/.test(operation) : /^\w+$/.test(operation));

/** Tokens of each shop, for a call that got a new one between two attempts. */
const tokens = ['shpat_replay', 'shpat_renewed'] as const;

/** Returns the shops, each with the bucket derived from its events. */
function bucketsOf(lines: readonly TraceLine[], calls: readonly RecordedCall[]): readonly FakeShopOptions[] {
  return [...new Set(calls.map(({ end }) => end.shop))].map((shop) => {
    const known = lines.find(
      (line) => line.type === 'bucket-low' && line['shop'] === shop && Number(line['maximumAvailable']) >= 1_000,
    );
    const seen = calls
      .filter(({ end }) => end.shop === shop && end.kind !== 'rest')
      .flatMap(({ attempts }) => attempts)
      .flatMap(({ available, actualCost }) => (available === null ? [] : [available + (actualCost ?? 0)]));
    const most = Math.max(0, ...seen);
    const plan = most > 4_000 ? 'plus' : most > 2_000 ? 'advanced' : 'standard';
    const [currentlyAvailable] = seen;
    return {
      domain: domainOf(shop),
      plan,
      bucket: {
        ...(known && {
          maximumAvailable: Number(known['maximumAvailable']),
          restoreRate: Number(known['restoreRate']),
        }),
        ...(currentlyAvailable !== undefined && { currentlyAvailable }),
      },
      tokens: Object.fromEntries(tokens.map((token) => [token, 'default'])),
    };
  });
}

const domainOf = (shop: string): string => `${shop}.myshopify.com`;

/** Makes the calls at their recorded times, on one fake. As in the service, clients share bucket and breaker. */
async function play(calls: readonly RecordedCall[], shops: readonly FakeShopOptions[]): Promise<readonly Replayed[]> {
  const [first] = calls;
  if (!first) return [];
  const clock = createManualClock();
  const fake = createFakeShopify({ shops, clock, recordVariables: false });
  const stage: Stage = { clock, fake, turn: Promise.resolve(), shared: {} };
  try {
    const running: Promise<Replayed>[] = [];
    const begin = async (): Promise<readonly Replayed[]> => {
      for (const call of calls) {
        const dueMs = call.startMs - first.startMs - clock.monotonic();
        if (dueMs > 0) await sleep(clock, dueMs);
        const playing = playCall(call, stage);
        // Reported below, once all calls have started.
        playing.catch(() => undefined);
        running.push(playing);
      }
      return Promise.all(running);
    };
    return await clock.run(begin());
  } finally {
    await fake.close();
  }
}

/** What the calls of one replay have in common. */
interface Stage {
  readonly clock: ManualClock;
  readonly fake: FakeShopify;
  /** Serializes requests to the fake, so that each gets its own fault. */
  turn: Promise<unknown>;
  /** Clients with the same object share bucket and breaker. */
  readonly shared: object;
}

async function playCall(recorded: RecordedCall, stage: Stage): Promise<Replayed> {
  const { clock } = stage;
  const { end } = recorded;
  const permits: TelemetryEventOf<'permit'>[] = [];
  const sent: TelemetryEventOf<'attempt'>[] = [];
  let ended: TelemetryEventOf<'call'> | undefined;
  let token: string = tokens[0];
  const client = createShopifyClient({
    shop: domainOf(end.shop),
    clock,
    fetch: fetchOf(recorded, stage),
    telemetry(event) {
      if (event.type === 'permit') permits.push(event);
      else if (event.type === 'attempt') sent.push(event);
      else if (event.type === 'call') ended = event;
    },
    auth: {
      get: async () => token,
      // A call that continued after a 401 had received another token.
      async invalidate() {
        if (sent.length >= end.attempts) return false;
        token = token === tokens[0] ? tokens[1] : tokens[0];
        return true;
      },
    },
  });
  const caller = new AbortController();
  const cancel = end.errorCode === 'ABORTED' ? clock.setTimer(() => caller.abort(), end.durationMs) : undefined;
  try {
    const options = { ...limitsOf(recorded), signal: caller.signal };
    if (end.kind === 'rest') await sendRest(client.rest, end.operation, options);
    else await client.graphql(documentOf(recorded), {}, options);
  } catch (error) {
    // The call may fail as recorded; its events contain the error.
    if (!isShopwrightError(error) && error !== caller.signal.reason) throw error;
  } finally {
    cancel?.();
  }
  if (!ended) throw new TypeError(`No event says how ${end.operation} ended.`);
  const replayed = { permits, attempts: sent, end: ended };
  return { recorded, replayed, differences: differencesOf(recorded, replayed) };
}

async function sendRest(
  rest: ReturnType<typeof createShopifyClient>['rest'],
  operation: string,
  options: ReturnType<typeof limitsOf> & { readonly signal: AbortSignal },
): Promise<void> {
  const [method = '', template = ''] = operation.split(' ');
  const path = template.replaceAll('{id}', '1');
  if (method === 'POST') await rest.post(path, {}, options);
  else if (method === 'PUT') await rest.put(path, {}, options);
  else if (method === 'DELETE') await rest.delete(path, options);
  else await rest.get(path, options);
}

/** Options of a call, as far as they can be derived from its events. */
function limitsOf({ permits, attempts, end }: RecordedCall) {
  const [permit] = permits;
  const retried = attempts.slice(0, -1).filter(({ errorCode }) => errorCode !== 'AUTHENTICATION_FAILED');
  const timedOut = attempts.find(({ errorCode }) => errorCode === 'TIMEOUT');
  const isGivenUp = end.errorCode !== null && attempts.length > 0;
  const isResent = retried.some(({ errorCode }) => errorCode !== 'THROTTLED');
  return {
    ...(permit && { priority: permit.priority }),
    // A REST request always costs one.
    ...(permit && end.kind !== 'rest' && { cost: permit.cost }),
    ...(timedOut && { timeoutMs: timedOut.durationMs }),
    ...(end.errorCode === 'DEADLINE_EXCEEDED' && { deadlineMs: Math.max(1, end.durationMs) }),
    retry: {
      ...(isGivenUp && { maxRetries: retried.length, maxThrottledMs: end.durationMs }),
      // Derived from the recording: a mutation that was resent could be repeated.
      ...(end.kind === 'mutation' && { idempotency: isResent ? ('keyed' as const) : ('unsafe' as const) }),
    },
  };
}

/** Returns a document with the recorded name, requested cost and actual cost. */
function documentOf({ permits, attempts, end }: RecordedCall): string {
  const asked =
    attempts.findLast(({ requestedCost }) => requestedCost !== null)?.requestedCost ?? permits[0]?.cost ?? 1;
  const charged = attempts.findLast(({ actualCost }) => actualCost !== null)?.actualCost ?? asked;
  const requested = Math.max(1, Math.round(asked));
  const actual = Math.min(requested, Math.max(1, Math.round(charged)));
  const objects = (count: number, field: string): string =>
    Array.from({ length: Math.max(0, count) }, (_, index) => `_${index}: ${field}`).join(' ');
  const name = `${end.kind} ${end.operation}`;
  // Fields below a `null` are not charged: https://shopify.dev/docs/api/usage/limits
  if (end.kind === 'query') {
    const missing = objects(requested - actual, 'seo { title }') || 'id';
    return `${name} { ${objects(actual - 1, 'shop { id }')} product(id: "gid://shopify/Product/1") { ${missing} } }`;
  }
  const isRefused = attempts.at(-1)?.errorCode === 'USER_ERROR';
  const errors = isRefused ? ' userErrors { field message }' : '';
  // A mutation costs 10 points, plus the objects of its payload.
  if (actual <= 10) {
    const missing = objects(requested - 10, 'seo { title }') || 'id';
    const node = `node { ... on Product { ${missing} } }`;
    return `${name} { tagsAdd(id: "gid://shopify/Product/1", tags: ["replay"]) { ${node}${errors} } }`;
  }
  const made = objects(actual - 11, 'seo { title }');
  const missing = objects(requested - actual, 'preview { status }') || 'id';
  return `${name} { productCreate(product: { title: "Replay" }) { product { ${made} featuredMedia { ${missing} } } } }`;
}

/** Plays the attempts in their recorded order. Further attempts get the fake's own response. */
function fetchOf({ attempts, end }: RecordedCall, stage: Stage): typeof globalThis.fetch {
  const { clock, fake } = stage;
  let played = 0;
  const send: typeof globalThis.fetch = async (input, init) => {
    const recorded = attempts[played];
    played += 1;
    const request = new Request(input, init);
    const halfMs = (recorded?.durationMs ?? 0) / 2;
    await sleep(clock, halfMs, request.signal);
    if (recorded && isHanging(recorded)) return hang(request.signal);
    const fault = recorded && faultOf(recorded);
    const ask = (): Promise<Response> => {
      if (fault) fake.faults.next(fault);
      if (end.kind !== 'rest') return fake.fetch(request);
      // Takes one request from the same bucket, whatever the path.
      const url = new URL(request.url);
      const path = url.pathname.split('/').slice(0, 4).join('/');
      return fake.fetch(`${url.origin}${path}/shop.json`, { headers: request.headers });
    };
    const answering = stage.turn.then(ask);
    stage.turn = answering.catch(() => undefined);
    const response = await answering.finally(() => sleep(clock, halfMs, request.signal));
    return recorded && !fault ? asRecorded(response, recorded) : response;
  };
  return Object.assign(send, { [Symbol.for('shopwright.fake')]: stage.shared });
}

type Attempt = RecordedCall['attempts'][number];

const isHanging = ({ errorCode, status }: Attempt): boolean =>
  status === null && (errorCode === 'TIMEOUT' || errorCode === 'DEADLINE_EXCEEDED' || errorCode === 'ABORTED');

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** The fake's fault that corresponds to the recorded one, if any. */
function faultOf({ errorCode, status }: Attempt): FaultKind | undefined {
  if (errorCode === null) return undefined;
  if (errorCode === 'IP_NOT_ALLOWED') return 'ip-not-allowed';
  if (status === null) return errorCode === 'NETWORK_ERROR' ? 'reset-after' : undefined;
  if (status === 200 && errorCode === 'THROTTLED') return 'throttled';
  if (status === 200 && errorCode === 'INVALID_RESPONSE') return 'html';
  return faultKinds.find((kind) => kind === `status-${status}`);
}

/** Codes that Shopify returns in the response's `errors`. */
const codesOfErrors = new Set(['GRAPHQL_ERROR', 'ACCESS_DENIED', 'MAX_COST_EXCEEDED']);

/** Returns a response with the recorded status or error, for which the fake has no fault. */
async function asRecorded(response: Response, { status, errorCode }: Attempt): Promise<Response> {
  const { headers } = response;
  if (status !== null && status >= 300) return new Response(await response.text(), { status, headers });
  if (errorCode === null || !codesOfErrors.has(errorCode)) return response;
  const body = parseJson(await response.text());
  const errors = [{ message: 'As recorded', extensions: { code: errorCode } }];
  return Response.json({ ...(isRecord(body) && body), data: null, errors }, { headers });
}

/** Waits must differ by more than this, and by a tenth, to be reported: smaller differences come from timers. */
const tellMs = 250;

/** Returns the differences of two courses, except the pauses between attempts, which are random. */
function differencesOf(recorded: Course, replayed: Course): readonly string[] {
  const told = (what: string, of: (course: Course) => unknown): readonly string[] => {
    const [one, other] = [of(recorded), of(replayed)];
    return one === other ? [] : [`${what}: ${String(one)}, replayed ${String(other)}`];
  };
  const [waited, waits] = [waitedForPoints(recorded), waitedForPoints(replayed)];
  const isLonger = Math.abs(waited - waits) > Math.max(tellMs, waited / 10);
  return [
    ...told('ended with', ({ end }) => end.errorCode ?? 'success'),
    ...told('attempts', ({ attempts }) => attempts.map(({ errorCode }) => errorCode ?? 'success').join(', ')),
    ...told('points requested', pointsOf('requestedCost')),
    ...told('points charged', pointsOf('actualCost')),
    ...(isLonger ? [`waited for points: ${seconds(waited)}, replayed ${seconds(waits)}`] : []),
  ];
}

const waitedForPoints = ({ permits }: Course): number => permits.reduce((sum, { waitedMs }) => sum + waitedMs, 0);

const pointsOf =
  (field: 'requestedCost' | 'actualCost') =>
  ({ attempts }: Course): number =>
    attempts.reduce((sum, attempt) => sum + (attempt[field] ?? 0), 0);

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const figures = {
  attempts: ({ attempts }: Course) => attempts.length,
  throttled: ({ attempts }: Course) => attempts.filter(({ errorCode }) => errorCode === 'THROTTLED').length,
  failed: ({ end }: Course) => (end.errorCode === null ? 0 : 1),
  points: pointsOf('actualCost'),
  waitedForPointsMs: waitedForPoints,
  durationMs: ({ end }: Course) => end.durationMs,
};

type Figure = keyof typeof figures;

/** Sums over the calls of each operation, recorded and replayed. */
function byOperation(played: readonly Replayed[]) {
  const operations = [...new Set(played.map(({ recorded }) => recorded.end.operation))];
  return operations.map((operation) => {
    const own = played.filter(({ recorded }) => recorded.end.operation === operation);
    const sums = (courses: readonly Course[]) =>
      Object.fromEntries(
        Object.entries(figures).map(([name, of]) => [
          name,
          Math.round(courses.reduce((sum, course) => sum + of(course), 0)),
        ]),
      ) as Record<Figure, number>;
    return {
      operation,
      calls: own.length,
      recorded: sums(own.map(({ recorded }) => recorded)),
      replayed: sums(own.map(({ replayed }) => replayed)),
    };
  });
}

/** Maximum number of listed differences. */
const mostTold = 20;

interface Summary {
  readonly recorded: ReadTrace['head'];
  readonly calls: number;
  readonly shops: number;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly operations: ReturnType<typeof byOperation>;
  readonly differences: readonly {
    readonly operation: string;
    readonly atMs: number;
    readonly differences: readonly string[];
  }[];
}

function print({ recorded, calls, shops, leftOut, operations, differences }: Summary, terminal: Terminal): void {
  const { node, platform, packages = {} } = recorded;
  const on = [packages['shopwright'] && `shopwright ${packages['shopwright']}`, node && `Node ${node}`, platform];
  terminal.out(`${calls} calls of ${shops} shops, recorded on ${on.filter(Boolean).join(', ')}.`);
  const rest = Object.entries(leftOut).map(([what, count]) => `${count} ${what}`);
  if (rest.length > 0) terminal.out(`Not played: ${rest.join(', ')}.`);
  terminal.out('');
  const columns = ['attempts', 'throttled', 'failed', 'points', 'waitedForPointsMs', 'durationMs'] as const;
  const cell = (row: Summary['operations'][number], column: Figure): string => {
    const show = (value: number): string => (column.endsWith('Ms') ? seconds(value) : String(value));
    const [one, other] = [show(row.recorded[column]), show(row.replayed[column])];
    return one === other ? one : `${one} → ${other}`;
  };
  const table = [
    ['operation', 'calls', 'attempts', 'throttled', 'failed', 'points', 'waited for points', 'took'],
    ...operations.map((row) => [row.operation, String(row.calls), ...columns.map((column) => cell(row, column))]),
  ];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of table) {
    terminal.out(
      row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join('  '),
    );
  }
  terminal.out('');
  if (differences.length === 0) {
    terminal.out('Each call went as recorded.');
    return;
  }
  terminal.out(`${differences.length} calls differed (recorded → replayed):`);
  for (const { operation, atMs, differences: found } of differences.slice(0, mostTold))
    terminal.out(`  ${operation} at ${seconds(atMs)}: ${found.join('; ')}`);
  if (differences.length > mostTold) terminal.out(`  … and ${differences.length - mostTold} more`);
}
