// @ts-nocheck
import {
  createWebhookHandler,
  type VerifyWebhookInput,
  verifyWebhook,
  verifyWebhookAsync,
  type WebhookDelivery,
  type WebhookHandlerOptions,
} from 'shopwright/webhooks';
import { type AlteredDelivery, alteredDeliveries, trueDelivery } from './altered-deliveries.ts';

/** What came of it. `accepted` and `threw` hold the kinds of the deliveries, and should hold none. */
export interface Fuzzed {
  readonly tried: number;
  readonly accepted: readonly string[];
  readonly threw: readonly string[];
}

async function fuzz(
  seed: number,
  count: number,
  isAccepted: (delivery: AlteredDelivery, index: number) => boolean | Promise<boolean>,
): Promise<Fuzzed> {
  const accepted = new Set<string>();
  const threw = new Set<string>();
  let tried = 0;
  for (const delivery of alteredDeliveries(seed)) {
    if (tried === count) break;
    try {
      const answer = isAccepted(delivery, tried);
      if (typeof answer === 'boolean' ? answer : await answer) accepted.add(delivery.kind);
    } catch (error) {
      threw.add(`${delivery.kind}: ${error}`);
    }
    tried += 1;
  }
  return { tried, accepted: [...accepted], threw: [...threw] };
}

/** Hands altered deliveries to `verifyWebhook`, and each fiftieth to `verifyWebhookAsync` too. */
export async function fuzzVerifiers(seed: number, count: number): Promise<Fuzzed> {
  if (!verifyWebhook(trueDelivery).ok)
    throw new Error('the true delivery is not accepted: the rest would show nothing');
  return fuzz(seed, count, (delivery, index) => {
    const input = delivery as VerifyWebhookInput;
    const { ok } = verifyWebhook(input);
    return index % 50 === 0 ? verifyWebhookAsync(input).then((verified) => ok || verified.ok) : ok;
  });
}

/** Hands altered deliveries to handlers, as frameworks do. */
export async function fuzzHandler(seed: number, count: number): Promise<Fuzzed> {
  let handled = 0;
  const on: WebhookHandlerOptions['on'] = {
    'products/update': () => {
      handled += 1;
    },
  };
  const process = (delivery: AlteredDelivery) =>
    createWebhookHandler({ secrets: delivery.secrets as string, on }).process({
      method: 'POST',
      headers: delivery.headers as WebhookDelivery['headers'],
      readBody: async () => ({ ok: true, rawBody: delivery.rawBody }),
    });
  const { status } = await process({ kind: 'true', ...trueDelivery });
  if (status !== 200 || handled !== 1) throw new Error('the true delivery is not handled: the rest would show nothing');
  return fuzz(seed, count, async (delivery) => {
    const before = handled;
    const answer = await process(delivery);
    return answer.status < 400 || handled !== before;
  });
}
