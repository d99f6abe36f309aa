import type { Clock } from '../../../internal/clock.ts';
import { sleep } from '../../../internal/sleep.ts';
import type { CallLog } from '../call-log.ts';
import { actualCost, costFields, requestedCost } from '../cost/operation.ts';
import { maxRequestPoints } from '../cost/rule.ts';
import { faults } from '../faults/kinds.ts';
import type { FaultPlan } from '../faults/plan.ts';
import { createRandom, randomId } from '../random.ts';
import type { Shops } from '../shops.ts';
import type { FakeCall, GraphqlEngine, PreparedOperation } from '../types.ts';
import { admit, deniedField } from './admission.ts';
import { type AnswerBody, accessDeniedBody, costExtension, maxCostBody, throttledBody } from './answers.ts';
import type { FakeAnswer, FakeCore, FakeRoute } from './types.ts';
import { answerWriter, disturb, type WrittenAnswer } from './written-answer.ts';

/** Options of `createCore`. */
export interface CoreOptions {
  readonly clock: Clock;
  readonly shops: Shops;
  readonly engine: GraphqlEngine;
  readonly faultPlan: FaultPlan;
  readonly log: CallLog;
  readonly seed: number;
  /** Tried in order, before GraphQL. */
  readonly routes?: readonly FakeRoute[];
  /** Milliseconds of one call, half on the way in and half while its points are held. */
  readonly latencyMs: number;
  /** What an operation is charged for so many points of the rule. */
  readonly charge: (operation: PreparedOperation, points: number) => number;
}

/** Makes the request handling: the life of one request, from top to bottom. */
export function createCore(options: CoreOptions): FakeCore {
  const { clock, shops, engine, faultPlan, log, latencyMs, charge, routes = [] } = options;
  const nextId = createRandom(options.seed);

  return async (request) => {
    const route = routes.find((candidate) => candidate.matches(request));
    if (route) return route.answer(request);

    const write = answerWriter(randomId(nextId));
    let call = newCall(clock.now());
    const finish = (answer: FakeAnswer, changes: Partial<FakeCall>): FakeAnswer => {
      log.add({ ...call, ...changes, status: answer.type === 'answer' ? answer.status : 0 });
      return answer;
    };
    if (latencyMs > 0) await sleep(clock, latencyMs / 2);

    // Who asks?
    const admission = admit(request, shops);
    call = { ...call, shop: admission.shop?.domain ?? '', ...(admission.app !== undefined && { app: admission.app }) };
    if (!admission.ok) {
      return finish(write(admission.refusal.status, admission.refusal.body), { outcome: 'refused' });
    }
    const { shop, app, version } = admission;
    const reply = (body: AnswerBody): WrittenAnswer => write(200, body, version);

    // What does it ask, and does the schema know it?
    const prepared = engine.prepare(admission.request);
    if (!prepared.ok) return finish(reply({ errors: prepared.errors }), { outcome: 'refused' });
    const { operation } = prepared;
    const { name, kind, rootFields, variables } = operation;
    call = { ...call, operation: name, kind, rootFields, variables };

    // May it, and is it small enough?
    const denied = deniedField(operation, shop.scopes);
    if (denied) return finish(reply(accessDeniedBody(denied)), { outcome: 'refused' });
    const requested = charge(operation, requestedCost(operation));
    call = { ...call, requestedCost: requested };
    if (requested > maxRequestPoints) {
      return finish(reply(maxCostBody(requested, maxRequestPoints)), { outcome: 'refused' });
    }

    // Can it pay? The requested points are held until the answer is made.
    const bucket = shop.bucket(app);
    if (!bucket.take(requested)) {
      return finish(reply(throttledBody(requested, bucket.status())), { outcome: 'throttled' });
    }

    // Does a fault hit before it is executed? Then it costs nothing.
    const fault = faultPlan.choose(operation);
    if (fault) call = { ...call, outcome: 'fault', fault: fault.kind };
    if (fault && !faults[fault.kind].executes) {
      bucket.refund(requested);
      return finish(disturb(reply(throttledBody(requested, bucket.status())), fault.kind), {});
    }

    // Execute, and give back what was not needed.
    if (latencyMs > 0) await sleep(clock, latencyMs / 2);
    const { data, errors } = await engine.execute(operation, { shop: shop.domain, app, origin: request.origin });
    const actual = Math.min(requested, charge(operation, actualCost(operation, data)));
    bucket.refund(requested - actual);
    const breakdown = request.header('shopify-graphql-cost-debug') === '1' && { fields: costFields(operation) };
    const cost = { ...costExtension(requested, actual, bucket.status()), ...breakdown };
    const answer = reply({ data, ...(errors && { errors }), extensions: { cost } });

    // Does a fault hit on the way back?
    const returned = finish(fault ? disturb(answer, fault.kind) : answer, { actualCost: actual, executed: true });
    if (fault && faults[fault.kind].effect.type === 'slow') await sleep(clock, fault.delayMs);
    return returned;
  };
}

function newCall(at: number): Omit<FakeCall, 'status'> {
  const nothing = { shop: '', operation: '', rootFields: [], variables: {}, requestedCost: 0, actualCost: 0 };
  return { ...nothing, at, outcome: 'ok', executed: false };
}
