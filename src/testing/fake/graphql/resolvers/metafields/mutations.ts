import type { StoredMetafield } from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { userError } from '../../errors.ts';
import { viewedMetafield } from '../nodes.ts';
import { announceOwners, type MetafieldOwner, metafieldOwner, putMetafields } from './owners.ts';
import {
  compareDigestOf,
  isReserved,
  type MetafieldProblem,
  metafieldFrom,
  resolveNamespace,
  unwritableNamespaces,
  withMetafield,
} from './values.ts';

/** Mutations of metafields. */
export const metafieldMutationResolvers: ResolverMap = {
  Mutation: {
    metafieldsSet: resolver<unknown, { metafields: readonly MetafieldsSetInput[] }>(
      (_source, { metafields }, context) => setMetafields(metafields, context),
    ),
    metafieldsDelete: resolver<unknown, { metafields: readonly MetafieldIdentifierInput[] }>(
      (_source, { metafields }, context) => deleteMetafields(metafields, context),
    ),
  },
};

/** `MetafieldsSetInput`. */
interface MetafieldsSetInput {
  readonly ownerId: string;
  readonly namespace?: string | null;
  readonly key: string;
  readonly type?: string | null;
  readonly value: string;
  /** Absent: no comparison. `null`: there must be none yet. */
  readonly compareDigest?: string | null;
}

/** `MetafieldIdentifierInput`. */
interface MetafieldIdentifierInput {
  readonly ownerId: string;
  readonly namespace: string;
  readonly key: string;
}

const maxMetafields = 25;

/** What is wrong with one entry. `part` is `null` where it is the entry as a whole. */
interface EntryProblem {
  readonly code: string | null;
  readonly part: string | null;
  readonly message: string;
  readonly elementIndex?: number;
}

/** `metafieldsSet`: all of them, or, with one problem, none. */
function setMetafields(inputs: readonly MetafieldsSetInput[], context: ResolverContext): unknown {
  if (inputs.length > maxMetafields) {
    const message = `Exceeded the maximum metafields input limit of ${maxMetafields}.`;
    const error = { ...userError(['metafields'], message, 'LESS_THAN_OR_EQUAL_TO'), elementIndex: null };
    return { metafields: null, userErrors: [error] };
  }
  const userErrors: object[] = [];
  const set = inputs.flatMap((input, index) => {
    const owner = metafieldOwner(input.ownerId, context);
    const made = owner
      ? setOne(input, owner, context)
      : ({ code: 'INVALID_VALUE', part: 'ownerId', message: 'Owner does not exist.' } as const);
    // A copy, because a later entry for the same metafield must not change the result of this one.
    if (!('part' in made)) return [viewedMetafield(made.id, context)];
    const { code, part, message, elementIndex = null } = made;
    const place = part === null ? ['metafields', index] : ['metafields', index, part];
    userErrors.push({ ...userError(place, message), code, elementIndex });
    return [];
  });
  if (userErrors.length > 0) return { metafields: [], userErrors };
  announceOwners(
    inputs.map(({ ownerId }) => ownerId),
    context,
  );
  return { metafields: set, userErrors: [] };
}

function setOne(
  input: MetafieldsSetInput,
  owner: MetafieldOwner,
  context: ResolverContext,
): StoredMetafield | EntryProblem {
  const namespace = resolveNamespace(input.namespace);
  const before = owner.metafields.find((known) => known.namespace === namespace && known.key === input.key);
  const problem = nameProblem(namespace, input.key) ?? namespaceProblem(namespace) ?? staleProblem(input, before);
  if (problem) return { code: problem[0], part: problem[1], message: problem[2] };
  const made = metafieldFrom({ namespace, key: input.key, value: input.value, type: input.type ?? undefined }, owner, {
    ...context,
    now: isoNow(context.clock),
  });
  if ('part' in made) return { ...made, code: codeOf(made) };
  // Kept at once, so that the next one in the list meets it.
  putMetafields(input.ownerId, withMetafield(owner.metafields, made), context);
  return made;
}

const codeOf = ({ code }: MetafieldProblem): string => (code === 'TAKEN' ? 'CAPABILITY_VIOLATION' : code);

type Problem = readonly [code: string | null, part: string | null, message: string];

/** Of names only the length is looked at; a definition is stricter. Recorded 2025-10. */
function nameProblem(namespace: string, key: string): Problem | undefined {
  if (key.length < 2) return ['TOO_SHORT', 'key', 'Key is too short (minimum is 2 characters)'];
  if (key.length > 64) return ['TOO_LONG', 'key', 'Key is too long (maximum is 64 characters)'];
  if (namespace.length < 3) return ['TOO_SHORT', 'namespace', 'Namespace is too short (minimum is 3 characters)'];
  if (namespace.length > 255) return ['TOO_LONG', 'namespace', 'Namespace is too long (maximum is 255 characters)'];
  return undefined;
}

/** Namespaces that are not the app's to write. */
function namespaceProblem(namespace: string): Problem | undefined {
  if (unwritableNamespaces.includes(namespace))
    return [null, 'namespace', `Namespace ${namespace} is a reserved namespace`];
  return isReserved(namespace) ? ['APP_NOT_AUTHORIZED', null, notAllowed] : undefined;
}

const notAllowed = 'Access to this namespace and key on Metafields for this resource type is not allowed.';

function staleProblem(input: MetafieldsSetInput, before: StoredMetafield | undefined): Problem | undefined {
  const { compareDigest, type, value } = input;
  // A digest is only checked if the value changes: the present value may be sent with any. Recorded 2025-10.
  if (compareDigest === undefined || (before?.value === value && (type ?? before.type) === before.type))
    return undefined;
  const actual = before ? compareDigestOf(before) : null;
  if (compareDigest === actual) return undefined;
  // There is nothing that a digest could be of.
  if (actual === null) return ['INVALID_COMPARE_DIGEST', null, 'Invalid `compareDigest` value.'];
  const message = 'The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.';
  return ['STALE_OBJECT', null, message];
}

/** `metafieldsDelete`. Missing metafields are `null`; if one belongs to another app, none is deleted. */
function deleteMetafields(identifiers: readonly MetafieldIdentifierInput[], context: ResolverContext): unknown {
  // One error for the whole list. Recorded 2026-04.
  if (identifiers.some(({ namespace }) => isReserved(resolveNamespace(namespace))))
    return { deletedMetafields: [], userErrors: [userError(['metafields'], notAllowed)] };
  const deletedMetafields = identifiers.map(({ ownerId, namespace, key }) => {
    const owner = metafieldOwner(ownerId, context);
    const resolved = resolveNamespace(namespace);
    const others = owner?.metafields.filter((known) => known.namespace !== resolved || known.key !== key);
    if (!owner || !others || others.length === owner.metafields.length) return null;
    putMetafields(ownerId, others, context);
    return { ownerId, namespace: resolved, key };
  });
  announceOwners(
    deletedMetafields.flatMap((deleted) => deleted?.ownerId ?? []),
    context,
  );
  return { deletedMetafields, userErrors: [] };
}
