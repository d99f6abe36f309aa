import type { StoredMetafield } from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { collectUserErrors, type UserError, userError } from '../../errors.ts';
import { viewedMetafield } from '../nodes.ts';
import { announceOwners, type MetafieldOwner, metafieldOwner, putMetafields } from './owners.ts';
import {
  compareDigestOf,
  isReserved,
  isShopifysOwn,
  type MetafieldProblem,
  metafieldFrom,
  resolveNamespace,
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

/** `null` blames the entry as a whole. */
type Report = (code: string, part: string | null, message: string) => void;

/** `metafieldsSet`: all of them, or, with one problem, none. */
function setMetafields(inputs: readonly MetafieldsSetInput[], context: ResolverContext): unknown {
  if (inputs.length > maxMetafields) {
    const message = `Exceeded the maximum metafields input limit of ${maxMetafields}.`;
    return refused([userError(['metafields'], message, 'LESS_THAN_OR_EQUAL_TO')]);
  }
  const { userErrors, report } = collectUserErrors();
  const set = inputs.flatMap((input, index) => {
    const owner = metafieldOwner(input.ownerId, context);
    const place = ['metafields', index];
    const reportHere: Report = (code, part, message) => report(code, part === null ? place : [...place, part], message);
    if (!owner) {
      reportHere('INVALID_VALUE', 'ownerId', 'Owner does not exist.');
      return [];
    }
    const made = setOne(input, owner, context, reportHere);
    // As it is now: a later entry for the same metafield does not change what is told of this one.
    return made ? [viewedMetafield(made.id, context)] : [];
  });
  if (userErrors.length > 0) return refused(userErrors);
  announceOwners(
    inputs.map(({ ownerId }) => ownerId),
    context,
  );
  return { metafields: set, userErrors: [] };
}

const refused = (userErrors: readonly UserError[]): unknown => ({
  metafields: [],
  userErrors: userErrors.map((error) => ({ ...error, elementIndex: null })),
});

function setOne(
  input: MetafieldsSetInput,
  owner: MetafieldOwner,
  context: ResolverContext,
  report: Report,
): StoredMetafield | undefined {
  const namespace = resolveNamespace(input.namespace);
  const before = owner.metafields.find((known) => known.namespace === namespace && known.key === input.key);
  const problem = nameProblem(namespace, input.key) ?? namespaceProblem(namespace) ?? staleProblem(input, before);
  if (problem) {
    report(...problem);
    return undefined;
  }
  const made = metafieldFrom({ namespace, key: input.key, value: input.value, type: input.type ?? undefined }, owner, {
    ...context,
    now: isoNow(context.clock),
  });
  if ('part' in made) {
    report(codeOf(made), made.part, made.message);
    return undefined;
  }
  // Kept at once, so that the next one in the list meets it.
  putMetafields(input.ownerId, withMetafield(owner.metafields, made), context);
  return made;
}

const codeOf = ({ code }: MetafieldProblem): string => (code === 'TAKEN' ? 'CAPABILITY_VIOLATION' : code);

type Problem = Parameters<Report>;

function nameProblem(namespace: string, key: string): Problem | undefined {
  if (key.length < 2) return ['TOO_SHORT', 'key', 'Key is too short (minimum is 2 characters)'];
  if (key.length > 64) return ['TOO_LONG', 'key', 'Key is too long (maximum is 64 characters)'];
  if (namespace.length < 3) return ['TOO_SHORT', 'namespace', 'Namespace is too short (minimum is 3 characters)'];
  if (namespace.length > 255) return ['TOO_LONG', 'namespace', 'Namespace is too long (maximum is 255 characters)'];
  for (const [part, label, name] of [
    ['key', 'Key', key],
    ['namespace', 'Namespace', namespace],
  ] as const) {
    if (!/^[\w-]+$/.test(name)) return ['INVALID_VALUE', part, `${label} contains one or more invalid characters.`];
  }
  return undefined;
}

/** Namespaces that are not the app's to write. */
function namespaceProblem(namespace: string): Problem | undefined {
  if (isShopifysOwn(namespace)) return ['INVALID_VALUE', 'namespace', `Namespace ${namespace} is a reserved namespace`];
  return isReserved(namespace) ? ['APP_NOT_AUTHORIZED', null, notAllowed] : undefined;
}

const notAllowed = 'Access to this namespace and key on Metafields for this resource type is not allowed.';

function staleProblem(input: MetafieldsSetInput, before: StoredMetafield | undefined): Problem | undefined {
  const { compareDigest } = input;
  if (compareDigest === undefined) return undefined;
  const actual = before ? compareDigestOf(before) : null;
  if (compareDigest === actual) return undefined;
  // There is nothing that a digest could be of.
  if (actual === null || (compareDigest !== null && !/^[0-9a-f]{64}$/.test(compareDigest)))
    return ['INVALID_COMPARE_DIGEST', null, 'Invalid `compareDigest` value.'];
  const message = 'The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.';
  return ['STALE_OBJECT', null, message];
}

/** `metafieldsDelete`. What is not there stands as `null`; what belongs to another app makes none of them go. */
function deleteMetafields(identifiers: readonly MetafieldIdentifierInput[], context: ResolverContext): unknown {
  const foreign = identifiers.flatMap(({ namespace }, index) =>
    isReserved(resolveNamespace(namespace)) ? [userError(['metafields', index], notAllowed)] : [],
  );
  if (foreign.length > 0) return { deletedMetafields: [], userErrors: foreign };
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
