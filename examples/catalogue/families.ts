import { bags } from './families/bags.ts';
import { clothing } from './families/clothing.ts';
import type { Family } from './families/family.ts';
import { home } from './families/home.ts';
import { outdoor } from './families/outdoor.ts';
import { shoes } from './families/shoes.ts';
import { stationery } from './families/stationery.ts';

/** The departments of the shop. */
export const families: readonly Family[] = [clothing, shoes, bags, home, outdoor, stationery];

/** The first words of titles. */
export const makes = [
  'Harbour',
  'Fjord',
  'Meadow',
  'Alder',
  'Kestrel',
  'Saltmarsh',
  'Ember',
  'Juniper',
  'Lantern',
  'Orchard',
  'Pebble',
  'Quarry',
  'Thistle',
  'Willow',
  'Heron',
  'Bracken',
  'Cinder',
  'Dune',
  'Foxglove',
  'Gannet',
  'Hazel',
  'Larch',
  'Moorland',
  'Nettle',
  'Osprey',
  'Plover',
  'Rowan',
  'Sorrel',
  'Tern',
  'Wren',
  'Yarrow',
];
