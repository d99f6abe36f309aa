// @ts-nocheck
import type { MetafieldDefinitionEntity } from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { requireOneArgument, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { definitionByKey } from '../find-entities.ts';
import { resolveNamespace } from './values.ts';

interface PinArgs {
  readonly definitionId?: string | null;
  readonly identifier?: {
    readonly ownerType: string;
    readonly namespace?: string | null;
    readonly key: string;
  } | null;
}

/** Pinned definitions of one type of owner. Recorded 2025-10 and 2026-04. */
const maxPinned = 50;

/** `metafieldDefinitionPin` and `metafieldDefinitionUnpin`. */
export const definitionPinResolvers: ResolverMap = {
  Mutation: {
    metafieldDefinitionPin: resolver<unknown, PinArgs>((_source, args, context) => {
      requireOneArgument('metafieldDefinitionPin', args, ['definitionId', 'identifier']);
      const refused = refuse('pinnedDefinition');
      const before = found(args, context);
      if (!before) return notFound('pinnedDefinition', args);
      if (before.pinnedPosition !== null) return refused('ALREADY_PINNED', 'Definition already pinned.');
      const pinnedPosition = nextPin(before.ownerType, context);
      if (pinnedPosition === undefined) return refused('PINNED_LIMIT_REACHED', pinLimitMessage);
      const pinnedDefinition = { ...before, pinnedPosition };
      context.store.put(context.shop, 'MetafieldDefinition', pinnedDefinition);
      return { pinnedDefinition, userErrors: [] };
    }),
    metafieldDefinitionUnpin: resolver<unknown, PinArgs>((_source, args, context) => {
      requireOneArgument('metafieldDefinitionUnpin', args, ['definitionId', 'identifier']);
      const refused = refuse('unpinnedDefinition');
      const before = found(args, context);
      if (!before) return notFound('unpinnedDefinition', args);
      if (before.pinnedPosition === null) {
        const number = before.id.split('/').at(-1);
        return refused('NOT_PINNED', `Definition ${number} isn't pinned.`);
      }
      return { unpinnedDefinition: unpin(before, context), userErrors: [] };
    }),
  },
};

/** Shopify's words where no more can be pinned. */
export const pinLimitMessage = `Limit of ${maxPinned} pinned definitions.`;

/** Of a definition that is there no argument is to blame. Recorded 2025-10. */
const refuse =
  (name: string) =>
  (code: string, message: string): unknown => ({ [name]: null, userErrors: [userError(null, message, code)] });

const notFound = (name: string, { definitionId }: PinArgs): unknown => ({
  [name]: null,
  userErrors: [userError([definitionId == null ? 'identifier' : 'definitionId'], 'Definition not found.', 'NOT_FOUND')],
});

function found({ definitionId, identifier }: PinArgs, context: ResolverContext): MetafieldDefinitionEntity | undefined {
  if (identifier)
    return definitionByKey(context, identifier.ownerType, resolveNamespace(identifier.namespace), identifier.key);
  const id = definitionId ?? '';
  requireGid(id);
  return context.store.get(context.shop, 'MetafieldDefinition', id) as MetafieldDefinitionEntity | undefined;
}

/** The place behind all that is pinned for a type of owner; `undefined` where no more can be. */
export function nextPin(ownerType: string, context: ResolverContext): number | undefined {
  const pinned = pinnedFor(ownerType, context);
  return pinned.length < maxPinned ? pinned.length + 1 : undefined;
}

function pinnedFor(ownerType: string, { store, shop }: ResolverContext): readonly MetafieldDefinitionEntity[] {
  const all = store.all(shop, 'MetafieldDefinition') as readonly MetafieldDefinitionEntity[];
  return all.filter((definition) => definition.ownerType === ownerType && definition.pinnedPosition !== null);
}

/** Takes a definition from its place; those behind it close up. */
export function unpin(before: MetafieldDefinitionEntity, context: ResolverContext): MetafieldDefinitionEntity {
  const { store, shop } = context;
  const after = { ...before, pinnedPosition: null };
  store.put(shop, 'MetafieldDefinition', after);
  for (const other of pinnedFor(before.ownerType, context)) {
    const { pinnedPosition } = other;
    if (pinnedPosition !== null && pinnedPosition > (before.pinnedPosition ?? 0))
      store.put(shop, 'MetafieldDefinition', { ...other, pinnedPosition: pinnedPosition - 1 });
  }
  return after;
}
