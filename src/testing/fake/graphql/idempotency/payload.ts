import { isRecord } from '../../../../internal/json.ts';
import type { ResolverContext } from '../context.ts';
import { parseGid } from '../gid.ts';
import { loadNode } from '../resolvers/nodes.ts';

/** Stands in a record for something of the store. */
const referenceField = '$node';

/**
 * A payload as it is kept: a reference to whatever the store holds, a copy of the rest as JSON. What leads back to
 * itself is left out there.
 */
export function recordedPayload(payload: unknown, context: ResolverContext): unknown {
  const record = (value: unknown, around: readonly unknown[]): unknown => {
    if (around.includes(value)) return undefined;
    const within = [...around, value];
    if (Array.isArray(value)) return value.map((part) => record(part, within));
    if (!isRecord(value)) return value;
    if (typeof value.id === 'string' && nodeOf(value.id, context)) return { [referenceField]: value.id };
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, record(part, within)]));
  };
  return record(payload, []);
}

/** The payload again, from the state of now: what was changed since is changed, what was deleted since is `null`. */
export function rebuiltPayload(recorded: unknown, context: ResolverContext): unknown {
  const rebuild = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rebuild);
    if (!isRecord(value)) return value;
    if (typeof value[referenceField] === 'string') return nodeOf(value[referenceField], context);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rebuild(part)]));
  };
  return rebuild(recorded);
}

const nodeOf = (id: string, context: ResolverContext): unknown => (parseGid(id) ? loadNode(id, context) : null);
