import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType, isEnumType, isObjectType } from 'graphql';

/** What Shopify says about a key that it does not take. In the words of the schema. */
const messages = {
  IDEMPOTENCY_CONCURRENT_REQUEST: 'This request is currently in progress, please try again.',
  IDEMPOTENCY_KEY_PARAMETER_MISMATCH: 'The same idempotency key cannot be used with different operation parameters.',
  IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED:
    'A previous request with this idempotency key failed. Retry with a new idempotency key.',
} as const;

/** A code by which Shopify refuses a key. */
export type IdempotencyCode = keyof typeof messages;

/** The payload of a mutation that was not executed: nothing but the error, in the shape of its own type. */
export function refusedPayload(info: GraphQLResolveInfo, code: IdempotencyCode): Readonly<Record<string, unknown>> {
  const payload = payloadType(info);
  const errors = errorsField(payload);
  const error = { ...(codesOf(info) && { code }), field: null, message: messages[code] };
  return Object.fromEntries(Object.keys(payload.getFields()).map((name) => [name, name === errors ? [error] : null]));
}

/** Whether a mutation's errors have that code; those without any codes say it by the message. */
export function canSay(info: GraphQLResolveInfo, code: IdempotencyCode): boolean {
  return codesOf(info)?.includes(code) ?? true;
}

function codesOf(info: GraphQLResolveInfo): readonly string[] | undefined {
  const payload = payloadType(info);
  const error = getNamedType(payload.getFields()[errorsField(payload)]?.type);
  const code = isObjectType(error) ? getNamedType(error.getFields()['code']?.type) : undefined;
  return isEnumType(code) ? code.getValues().map(({ name }) => name) : undefined;
}

function payloadType({ returnType, fieldName }: GraphQLResolveInfo): GraphQLObjectType {
  const type = getNamedType(returnType);
  if (!isObjectType(type)) throw new TypeError(`${fieldName} gives no object.`);
  return type;
}

function errorsField(payload: GraphQLObjectType): string {
  return Object.keys(payload.getFields()).find((name) => /userErrors$/i.test(name)) ?? 'userErrors';
}
