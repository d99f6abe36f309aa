import type { LocationEntity } from '../../../store/location-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { isInStock, levelsAt, moveStock } from '../inventory/levels.ts';
import { collectProblems, type UserProblem } from '../problems.ts';
import { activeLocation, allLocations, locationById } from './find-locations.ts';
import { locationPayload } from './location-payload.ts';

/** Arguments of `locationDeactivate`. */
export interface DeactivateArgs {
  readonly locationId: string;
  readonly destinationLocationId?: string | null;
}

/** `locationDeactivate`. What is in stock there goes to the destination. One that is inactive already stays so. */
export function deactivateLocation(args: DeactivateArgs, context: ResolverContext): unknown {
  requireGid(args.locationId);
  const before = locationById(context, args.locationId);
  if (before && !before.isActive) return { location: before, locationDeactivateUserErrors: [] };
  const problems = problemsOf(before, args, context);
  if (!before || problems.length > 0) return { location: null, locationDeactivateUserErrors: problems };

  const now = new Date(context.clock.now()).toISOString();
  moveStock(context, before.id, args.destinationLocationId ?? undefined);
  const location: LocationEntity = { ...before, isActive: false, deactivatedAt: now, updatedAt: now };
  context.store.put(context.shop, 'Location', location);
  context.announce('locations/deactivate', () => locationPayload(location));
  return { location, locationDeactivateUserErrors: [] };
}

/** In the words of `LocationDeactivateUserErrorCode`. */
function problemsOf(
  location: LocationEntity | undefined,
  { locationId, destinationLocationId: destination }: DeactivateArgs,
  context: ResolverContext,
): readonly UserProblem[] {
  const { list, report } = collectProblems<string>();
  if (!location) {
    report('LOCATION_NOT_FOUND', ['locationId'], 'Location not found.');
    return list;
  }
  const others = allLocations(context).filter(({ id, isActive }) => isActive && id !== locationId);
  if (others.length === 0) {
    report(
      'PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR',
      ['locationId'],
      'Location either has a fulfillment service or is the only location with a shipping address.',
    );
  } else if (location.fulfillsOnlineOrders && !others.some(({ fulfillsOnlineOrders }) => fulfillsOnlineOrders)) {
    report(
      'CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT',
      ['locationId'],
      'At least one location must fulfill online orders.',
    );
  }
  const field = ['destinationLocationId'];
  if (destination === locationId) {
    report(
      'DESTINATION_LOCATION_IS_THE_SAME_LOCATION',
      field,
      'Destination location is the same as the location to be deactivated.',
    );
  } else if (destination != null && !activeLocation(context, destination)) {
    report('DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE', field, 'Destination location is not found or inactive.');
  } else if (destination == null && levelsAt(context, locationId).some(isInStock)) {
    report(
      'HAS_ACTIVE_INVENTORY_ERROR',
      ['locationId'],
      'Location could not be deactivated without specifying where to relocate inventory at the location.',
    );
  }
  return list;
}
