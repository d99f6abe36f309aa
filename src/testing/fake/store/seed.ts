import type { EntityStore } from './entity-store.ts';
import { newLocation } from './location-entities.ts';

/** When every shop of the fake was opened. */
const opened = '2024-01-01T00:00:00.000Z';

const defaultLocations = ['Shop location'];

/**
 * Gives a shop what it has from its first day: its publications (sales channels) and its locations, of which the
 * first is the primary one. A shop that has some already, as after a restore, keeps those.
 */
export function seedShop(
  store: EntityStore,
  shop: string,
  publications: readonly string[],
  locations: readonly string[] = defaultLocations,
): void {
  const transaction = store.begin();
  if (store.all(shop, 'Publication').length === 0) {
    for (const name of publications) {
      transaction.put(shop, 'Publication', {
        id: transaction.nextId('Publication'),
        name,
        autoPublish: false,
        supportsFuturePublishing: name === 'Online Store',
      });
    }
  }
  if (store.all(shop, 'Location').length === 0) {
    for (const [index, name] of locations.entries()) {
      const id = transaction.nextId('Location');
      transaction.put(shop, 'Location', newLocation(id, opened, { name, isPrimary: index === 0 }));
    }
  }
  transaction.commit();
}
