// @ts-nocheck
import type { Family } from './family.ts';

export const bags: Family = {
  code: 'BG',
  category: 'Bags',
  brands: ['Portmanteau Row', 'Salt & Strap', 'Kanvas'],
  tags: ['bags', 'travel', 'repairable', 'carry-on', 'gift idea'],
  colours: ['Tan', 'Black', 'Forest', 'Ink', 'Natural', 'Brick'],
  care: 'Wipe clean; straps can be replaced.',
  kinds: [
    {
      name: 'backpack',
      materials: ['roll-top', 'waxed canvas', 'cordura', 'recycled sailcloth'],
      cents: 11900,
      colours: 3,
      about: 'that carries a laptop and a loaf of bread',
    },
    {
      name: 'tote bag',
      materials: ['heavy canvas', 'raffia', 'printed cotton', 'mesh'],
      cents: 3400,
      colours: 4,
      about: 'strong enough for books',
    },
    {
      name: 'weekend bag',
      materials: ['bridle leather', 'felt', 'striped canvas', 'padded nylon'],
      cents: 18900,
      colours: 2,
      about: 'that fits under the seat in front',
    },
    {
      name: 'crossbody bag',
      materials: ['pebbled leather', 'suede', 'quilted', 'crochet'],
      cents: 8400,
      colours: 3,
      about: 'with one pocket for each thing you look for',
    },
    {
      name: 'belt bag',
      materials: ['ripstop', 'smooth leather', 'denim', 'reflective'],
      cents: 4900,
      colours: 3,
      about: 'for hands that have other things to do',
    },
    {
      name: 'wash bag',
      materials: ['oilcloth', 'block-printed', 'clear', 'terry'],
      cents: 2600,
      colours: 2,
      about: 'that stands up by itself',
    },
    {
      name: 'card wallet',
      materials: ['bison', 'cactus leather', 'cork', 'embossed leather'],
      cents: 3200,
      colours: 3,
      about: 'no thicker than what is in it',
    },
  ],
};
