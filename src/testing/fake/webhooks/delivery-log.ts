import type { FakeDelivery } from '../store/webhook-entities.ts';

/** Every delivery as it stands now. */
export interface DeliveryLog {
  /** In the order in which they were made. The list itself stays the same one. */
  readonly list: readonly FakeDelivery[];
  get(id: string): FakeDelivery | undefined;
  /** Adds a delivery, or puts it in the place of what it was. */
  put(delivery: FakeDelivery): void;
  /** Takes out what still waits. */
  dropWaiting(): void;
}

/** Makes an empty log. */
export function createDeliveryLog(): DeliveryLog {
  const list: FakeDelivery[] = [];
  const places = new Map<string, number>();
  const put = (delivery: FakeDelivery): void => {
    const place = places.get(delivery.id) ?? list.length;
    places.set(delivery.id, place);
    list[place] = delivery;
  };
  return {
    list,
    get: (id) => list[places.get(id) ?? -1],
    put,
    dropWaiting() {
      const done = list.splice(0).filter(({ state }) => state !== 'waiting');
      places.clear();
      for (const delivery of done) put(delivery);
    },
  };
}
