import { createHash } from 'node:crypto';
import { ConfigError } from '../errors/errors.ts';

/** Most characters of a name. https://shopify.dev/changelog/webhook-subscriptions-now-support-a-name-field-for-identification */
const longestName = 50;

const longestOwner = 20;

/** Cannot be in an owner, so that no owner begins like another one. */
const separator = '__';

/** Names that show whose a subscription is: `{owner}__{name}`. */
export interface Ownership {
  /** Whether a subscription of that name is this owner's. Case does not count, as for Shopify. */
  owns(name: string | null | undefined): boolean;
  /** The whole name of a subscription that the host calls so, or that is the only one of its topic. */
  nameOf(given: string | undefined, topic: string): string;
  /** Most characters of a name that the host gives. */
  readonly longestGiven: number;
}

/**
 * Makes the names of an owner.
 *
 * @throws ConfigError for one that does not fit.
 */
export function createOwnership(owner: string): Ownership {
  const fits = typeof owner === 'string' && /^[\w-]+$/.test(owner) && owner.length <= longestOwner;
  if (!fits || owner.includes(separator) || owner.endsWith('_')) {
    const message = `give 1 to ${longestOwner} letters, digits, - and _, without __ and not with _ at the end`;
    throw new ConfigError([{ field: 'owner', message }]);
  }
  const prefix = owner + separator;
  return {
    longestGiven: longestName - prefix.length,
    owns: (name) => name?.toLowerCase().startsWith(prefix.toLowerCase()) ?? false,
    nameOf: (given, topic) => fitted(prefix + (given ?? topic.replaceAll(/[^\w-]/g, '_'))),
  };
}

/** Some topics are longer than a name may be: then a digest stands for the end. */
function fitted(name: string): string {
  if (name.length <= longestName) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestName - digest.length - 1)}-${digest}`;
}
