// @ts-nocheck
import type { Family } from './family.ts';

export const stationery: Family = {
  code: 'ST',
  category: 'Stationery',
  brands: ['Folio Nine', 'Ink & Quarto'],
  tags: ['stationery', 'desk', 'plastic-free', 'refillable', 'back to school'],
  colours: ['Black', 'Coral', 'Mint', 'Lilac', 'Sand'],
  care: 'Paper from well-kept forests.',
  numericPrices: true,
  kinds: [
    {
      name: 'notebook',
      materials: ['dot-grid', 'ruled', 'thread-bound', 'softcover'],
      cents: 1150,
      colours: 3,
      sizes: ['A6', 'A5'],
      centsPerSize: 300,
      about: 'that lies flat on every page',
    },
    {
      name: 'fountain pen',
      materials: ['brass', 'resin', 'aluminium', 'ebonite'],
      cents: 4800,
      colours: 0,
      sizes: ['Fine', 'Medium', 'Broad'],
      about: 'with a nib that forgives',
    },
    {
      name: 'desk calendar',
      materials: ['letterpress', 'perpetual', 'riso-printed', 'recycled'],
      cents: 1700,
      colours: 0,
      about: 'with a week on each leaf',
    },
    {
      name: 'pencil set',
      materials: ['cedar', 'graphite', 'watercolour', 'charcoal'],
      cents: 950,
      colours: 0,
      about: 'of twelve, sharpened & ready',
    },
    {
      name: 'greeting cards',
      materials: ['foil-blocked', 'linocut', 'seeded paper', 'hand-marbled'],
      cents: 620,
      colours: 2,
      about: 'in a box of six, with envelopes',
    },
    {
      name: 'pencil case',
      materials: ['roll-up canvas', 'felted', 'leather', 'corduroy'],
      cents: 1850,
      colours: 3,
      about: 'with a pocket for the rubber',
    },
  ],
};
