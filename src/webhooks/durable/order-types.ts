/**
 * Which deliveries of a topic are worth handling.
 *
 * - `newest`: those that are not older than the newest one applied to their resource, as long as it is not deleted.
 * - `until-deleted`: all, as long as their resource is not deleted.
 * - `always`: all.
 *
 * A delivery of `…/delete` is always handled, and unless it is `always`, what comes late after it is skipped.
 */
export type WebhookOrder = 'newest' | 'until-deleted' | 'always';
