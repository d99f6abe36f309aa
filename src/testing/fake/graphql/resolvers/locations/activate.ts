import type { LocationEntity } from '../../../store/location-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { collectProblems } from '../problems.ts';
import { allLocations, locationById } from './find-locations.ts';
import { locationPayload } from './location-payload.ts';

/** `locationActivate`. One that is active already stays so. */
export function activateLocation(locationId: string, context: ResolverContext): unknown {
  requireGid(locationId);
  const before = locationById(context, locationId);
  const { list, report } = collectProblems<'LOCATION_NOT_FOUND' | 'HAS_NON_UNIQUE_NAME'>();
  const isNamesake = ({ id, name, isActive }: LocationEntity): boolean =>
    isActive && name === before?.name && id !== locationId;
  if (!before) report('LOCATION_NOT_FOUND', ['locationId'], 'Location not found.');
  else if (allLocations(context).some(isNamesake))
    report('HAS_NON_UNIQUE_NAME', ['locationId'], 'There is already an active location with this name.');
  if (!before || list.length > 0) return { location: null, locationActivateUserErrors: list };
  if (before.isActive) return { location: before, locationActivateUserErrors: [] };

  const updatedAt = new Date(context.clock.now()).toISOString();
  const location: LocationEntity = { ...before, isActive: true, deactivatedAt: null, updatedAt };
  context.store.put(context.shop, 'Location', location);
  context.announce('locations/activate', () => locationPayload(location));
  return { location, locationActivateUserErrors: [] };
}
