import { generatedApiVersion } from '../../../config/generated/api-versions.ts';
import { sleep } from '../../../internal/abort.ts';
import type { Clock } from '../../../internal/clock.ts';
import type { CallLog } from '../call-log.ts';
import { disturb } from '../faults/disturb.ts';
import { type FaultPlan, faults } from '../faults/faults.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { FakeCall } from '../model.ts';
import type { Apps } from '../oauth/session-token.ts';
import type { TokenBook } from '../oauth/tokens.ts';
import { createRandom, randomId } from '../random.ts';
import type { Shops } from '../shops.ts';
import { admit, shopOf } from './admission.ts';
import type { FakeApi, FakeCore, FakeRequest, FakeResponse, FakeRoute, Opened } from './api.ts';
import { jsonResponse } from './responses.ts';

/** Options of `createCore`. */
interface CoreOptions {
  readonly clock: Clock;
  readonly apps: Apps;
  readonly shops: Shops;
  /** Whose tokens are whose. */
  readonly tokens: TokenBook;
  /** API versions that are served, oldest first. */
  readonly versions: readonly string[];
  /** The access that a token gives. */
  readonly apis: Readonly<Record<'graphql' | 'rest', FakeApi>>;
  /** What needs no token. Tried in order, before the APIs. */
  readonly routes?: readonly FakeRoute[];
  readonly faultPlan: FaultPlan;
  readonly hooks: Hooks;
  readonly log: CallLog;
  readonly seed: number;
  /** Milliseconds of one call, half on the way in and half while its points are held. */
  readonly latencyMs: number;
  /** Aborts when the fake is closed: what waits for its time is given up. */
  readonly closing?: AbortSignal;
}

/** Makes the request handling: the life of one request, from top to bottom. */
export function createCore(options: CoreOptions): FakeCore {
  const { clock, shops, apis, routes = [], faultPlan, hooks, log, latencyMs, closing } = options;
  const nextId = createRandom(options.seed);

  return async (request) => {
    const requestId = randomId(nextId);
    const call = newCall(clock.now());
    const note = (known: Partial<FakeCall>): void => void Object.assign(call, known);
    const finish = <Answer extends FakeResponse>(answer: Answer, known: Partial<FakeCall> = {}): Answer => {
      log.add({ ...call, ...known, status: 'status' in answer ? answer.status : 0 });
      return answer;
    };
    const stamp = <Answer extends FakeResponse>(answer: Answer): Answer => {
      if (!('headers' in answer)) return answer;
      const date = new Date(clock.now()).toUTCString();
      return { ...answer, headers: { date, 'x-request-id': requestId, ...answer.headers } };
    };
    if (latencyMs > 0) await sleep(clock, latencyMs / 2, closing);

    // Where does it go, and who asks? A route needs no token.
    note({ shop: shopOf(request, shops)?.domain ?? '' });
    let opened: Opened;
    const route = routes.find((candidate) => candidate.matches(request));
    if (route) opened = openRoute(route, request);
    else {
      const admission = admit(request, options);
      if (!admission.ok) {
        const { refusal, app } = admission;
        const answer = jsonResponse(refusal.status, refusal.body, { 'x-shopify-api-version': generatedApiVersion });
        return finish(stamp(answer), { outcome: 'refused', ...(app !== undefined && { app }) });
      }
      note({ app: admission.caller.app });
      opened = apis[admission.api].open(request, admission.caller, admission.resource);
    }

    // What does it ask, and may it?
    if (!opened.ok) return finish(stamp(opened.refusal), { outcome: 'refused', ...opened.call });
    const { task } = opened;
    note(task.call);

    // Can it pay? What it asks for is held until the response is made.
    if (!task.pay()) return finish(stamp(task.throttled()), { outcome: 'throttled' });

    // Does a fault hit before it is executed? Then it costs nothing.
    const fault = faultPlan.choose({ name: call.operation, rootFields: call.rootFields });
    if (fault && !faults[fault.kind].executes) {
      task.refund();
      const answer = disturb(stamp(task.throttled()), fault, clock);
      return finish(answer, { outcome: 'fault', fault: fault.kind });
    }

    // Execute, and give back what was not needed. A test can come in just before and just after.
    if (latencyMs > 0) await sleep(clock, latencyMs / 2, closing);
    if (await hooks.beforeCall(call)) {
      task.refund();
      return finish({ type: 'hang' }, { outcome: 'killed' });
    }
    const { answer: given, call: known, fields = [] } = await task.execute();
    const answer = stamp(given);
    note({ executed: true, ...known });
    if (call.executed || fields.length > 0) {
      const { shop, app, operation, kind, actualCost: points } = call;
      const by = { ...(app !== undefined && { app }), ...(kind && { kind }) };
      log.addExecution({ at: clock.now(), shop, operation, ...by, fields, points, bytes: request.bytes.length });
    }
    if (await hooks.afterCall(call, () => textOf(answer))) return finish({ type: 'hang' }, { outcome: 'killed' });
    if (!fault) return finish(answer);

    // Does a fault hit on the way back?
    note({ outcome: 'fault', fault: fault.kind });
    const returned = finish(answer.type === 'answer' ? disturb(answer, fault, clock) : answer);
    if (faults[fault.kind].effect.type === 'slow') await sleep(clock, fault.delayMs, closing);
    return returned;
  };
}

function newCall(at: number): Omit<FakeCall, 'status'> {
  const nothing = { shop: '', operation: '', rootFields: [], variables: {}, requestedCost: 0, actualCost: 0 };
  return { ...nothing, at, outcome: 'ok', executed: false };
}

/** The body of a response that is whole. */
function textOf(answer: FakeResponse): string {
  if (answer.type !== 'answer') return '';
  return typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body).toString();
}

/** A request that a route answers, as a call that costs nothing. */
function openRoute(route: FakeRoute, request: FakeRequest): Opened {
  const operation = route.name?.(request) ?? `${request.method} ${request.path}`;
  return {
    ok: true,
    task: {
      call: { operation },
      pay: () => true,
      refund: () => undefined,
      throttled: () => jsonResponse(429, { errors: 'Too Many Requests' }, { 'retry-after': '2.0' }),
      async execute() {
        const answer = await route.answer(request);
        const isRefused = 'status' in answer && answer.status >= 400;
        return { answer, call: isRefused ? { outcome: 'refused', executed: false } : {} };
      },
    },
  };
}
