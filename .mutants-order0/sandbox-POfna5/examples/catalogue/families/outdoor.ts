// @ts-nocheck
import type { Family } from './family.ts';

export const outdoor: Family = {
  code: 'OD',
  category: 'Outdoor',
  brands: ['Cairn Works', 'Tarn', 'Low Ridge'],
  tags: ['outdoor', 'camping', 'lightweight', 'weatherproof', 'lifetime repairs'],
  colours: ['Orange', 'Pine', 'Slate', 'Yellow'],
  care: 'Repaired free of charge for as long as you own it.',
  kinds: [
    {
      name: 'water bottle',
      materials: ['steel', 'insulated', 'titanium', 'tritan'],
      cents: 2400,
      colours: 2,
      sizes: ['0.5 l', '1 l'],
      centsPerSize: 700,
      about: 'that does not drip in a bag',
    },
    {
      name: 'tent',
      materials: ['two-person', 'four-person', 'tunnel', 'ultralight'],
      cents: 34900,
      colours: 2,
      about: 'up in four minutes, also in rain',
    },
    {
      name: 'sleeping bag',
      materials: ['down', 'synthetic', 'wool-lined', 'summer'],
      cents: 17900,
      colours: 1,
      sizes: ['Regular', 'Long'],
      centsPerSize: 1500,
      about: 'with a zip that does not catch',
    },
    {
      name: 'head torch',
      materials: ['rechargeable', 'compact', 'trail', 'red-light'],
      cents: 4400,
      colours: 2,
      about: 'bright enough to run by',
    },
    {
      name: 'camp stove',
      materials: ['gas', 'wood-burning', 'spirit', 'folding'],
      cents: 6900,
      colours: 0,
      about: 'that boils half a litre in three minutes',
    },
    {
      name: 'hammock',
      materials: ['parachute silk', 'cotton', 'double', 'net-covered'],
      cents: 5400,
      colours: 3,
      about: 'that packs to the size of an apple',
    },
    {
      name: 'dry bag',
      materials: ['welded', 'see-through', 'padded', 'compression'],
      cents: 1900,
      colours: 2,
      sizes: ['5 l', '10 l', '20 l'],
      centsPerSize: 500,
      about: 'that floats when you do not',
    },
  ],
};
