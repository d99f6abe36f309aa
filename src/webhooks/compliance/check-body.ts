import { ValidationError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { WebhookEvent } from '../events.ts';
import type { ComplianceTopic } from '../topics.ts';

/** Fields that one topic's bodies have and the other two have not. */
const ownFields: readonly (readonly [field: string, topic: ComplianceTopic])[] = [
  ['data_request', 'customers/data_request'],
  ['orders_requested', 'customers/data_request'],
  ['orders_to_redact', 'customers/redact'],
];

/** What is wrong with a body of that topic, by field; `undefined` where nothing is. */
function flawOf(topic: ComplianceTopic, shop: string, payload: unknown): readonly [string, string] | undefined {
  const body = isRecord(payload) ? payload : {};
  const domain = body['shop_domain'];
  if (typeof domain !== 'string' || domain.toLowerCase() !== shop) {
    return ['shop_domain', `is not the shop of the header, ${shop}`];
  }
  const foreign = ownFields.find(([field, owner]) => owner !== topic && Object.hasOwn(body, field));
  if (foreign) return [foreign[0], `is of a body of ${foreign[1]}`];
  const isOfCustomer = Object.hasOwn(body, 'customer') || ownFields.some(([field]) => Object.hasOwn(body, field));
  if (isOfCustomer === (topic !== 'shop/redact')) return undefined;
  return ['customer', isOfCustomer ? 'is of a body about a customer' : 'is missing, as in a body of shop/redact'];
}

/**
 * The signature covers the body and no header: whoever has seen one signed body could send it again as another topic
 * or shop, and have erased what nobody asked to erase. So the body itself must say what it is.
 *
 * @throws ValidationError where it is not about the header's topic and shop.
 */
export function checkBody({ topic, shop, payload }: WebhookEvent<ComplianceTopic>): void {
  const flaw = flawOf(topic, shop, payload);
  if (!flaw) return;
  const [field, why] = flaw;
  const message = `${why}: nothing was done; somebody may have sent an old body again under other headers`;
  throw new ValidationError(`The webhook ${topic}`, [{ field, message }], { shop });
}
