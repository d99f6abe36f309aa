import { generatedApiVersion, schemaVersions } from '../../../config/generated/api-versions.ts';
import { sleep } from '../../../internal/abort.ts';
import type { Clock } from '../../../internal/clock.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import type { FakeResponse, WholeResponse } from '../http/api.ts';
import { type ChosenFault, type FaultEffect, faults } from './faults.ts';

/** Pieces of a response that drips. */
const drops = 10;

/** Bytes that are announced and never come. */
const missingBytes = 100;

const versionHeader = 'x-shopify-api-version';

/** What a fault makes of a response. A false THROTTLED, and a response that is only late, pass as they are. */
export function disturb(answer: WholeResponse, fault: ChosenFault, clock: Clock): FakeResponse {
  const { kind, delayMs, fields = ['expires_in'] } = fault;
  const { effect } = faults[kind];
  const { status, body } = answer;
  // The length would be wrong afterwards.
  const { 'content-length': _given, ...headers } = answer.headers;
  const bytes = (): Buffer<ArrayBuffer> => Buffer.from(typeof body === 'string' ? body : body.slice());
  const withHeaders = (more: Readonly<Record<string, string>>): WholeResponse => ({
    ...answer,
    headers: { ...headers, ...more },
  });

  switch (effect.type) {
    case 'status':
      return statusResponse(answer, effect);
    case 'truncated':
      return { ...answer, headers, body: body.slice(0, body.length / 2) };
    case 'drip':
      return { type: 'pieces', status, headers, pieces: dripping(bytes(), delayMs, clock) };
    case 'short': {
      const content = bytes();
      const length = String(content.length + missingBytes);
      return { type: 'pieces', status, headers: { ...headers, 'content-length': length }, pieces: brokenOff(content) };
    }
    case 'skew':
      return withHeaders({ date: new Date(clock.now() + delayMs).toUTCString() });
    case 'version':
      return versionHeader in headers ? withHeaders({ [versionHeader]: otherVersion(headers[versionHeader]) }) : answer;
    case 'omit':
      return { ...answer, headers, body: withoutFields(String(body), fields) };
    case 'header':
      return withHeaders({ [effect.name]: effect.value });
    case 'drop':
    case 'hang':
      return { type: effect.type };
    case 'slow':
    case 'throttled':
      return answer;
  }
}

/** JSON without some fields of the outermost object; other text as it is. */
function withoutFields(body: string, names: readonly string[]): string {
  const parsed = parseJson(body);
  if (!isRecord(parsed)) return body;
  return JSON.stringify(Object.fromEntries(Object.entries(parsed).filter(([name]) => !names.includes(name))));
}

/** Headers that stand on every response, whatever it holds. */
const general = ['date', 'x-request-id', versionHeader, 'x-shopify-shop-api-call-limit'];

function statusResponse(
  { headers }: WholeResponse,
  effect: Extract<FaultEffect, { readonly type: 'status' }>,
): WholeResponse {
  const kept = Object.entries(headers).filter(([name]) => general.includes(name));
  const { status, body } = effect;
  return { type: 'answer', status, headers: { ...Object.fromEntries(kept), ...effect.headers }, body };
}

/** The oldest version that is served, as for one that is gone; or the next, where that is the one asked for. */
function otherVersion(version: string | undefined): string {
  const [next = generatedApiVersion, oldest = next] = schemaVersions.slice(-2);
  return version === oldest ? next : oldest;
}

async function* dripping(bytes: Buffer<ArrayBuffer>, overMs: number, clock: Clock) {
  const size = Math.max(1, Math.ceil(bytes.length / drops));
  for (let start = 0; start < bytes.length; start += size) {
    await sleep(clock, overMs / drops);
    yield bytes.subarray(start, start + size);
  }
}

async function* brokenOff(bytes: Buffer<ArrayBuffer>) {
  yield bytes;
  throw new Error('The fake breaks the connection off here, as the test requested.');
}
