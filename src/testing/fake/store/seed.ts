import type { EntityStore } from './types.ts';

/**
 * Gives a shop what it has from its first day: its publications (sales channels). A shop that has some
 * already, as after a restore, stays as it is.
 */
export function seedShop(store: EntityStore, shop: string, publications: readonly string[]): void {
  if (store.all(shop, 'Publication').length > 0) return;
  const transaction = store.begin();
  for (const name of publications) {
    transaction.put(shop, 'Publication', {
      id: transaction.nextId('Publication'),
      name,
      autoPublish: false,
      supportsFuturePublishing: name === 'Online Store',
    });
  }
  transaction.commit();
}
