// Measures what users download and load, and fails over the budget: `npm run check:size`, after a build.
import { npm } from './tools/programs.ts';
import { staticPartOf } from './tools/static-part.ts';

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
}

// `npm pack --json` prints a list or an object, depending on the npm version.
const [packed] = Object.values(
  JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'])) as Record<string, Packed>,
);
if (!packed) throw new Error('npm packed nothing');
const main = await staticPartOf('src/index.ts', 'bundle');
const bulk = await staticPartOf('src/bulk/bulk.ts');
const webhooks = await staticPartOf('src/entries/webhooks.ts');
const auth = await staticPartOf('src/entries/auth.ts');

const figures: readonly (readonly [name: string, bytes: number, limit: number])[] = [
  ['tarball', packed.size, 1_015_000],
  ['unpacked', packed.unpackedSize, 3_680_000],
  ['shopwright, minified and gzipped, with its packages', main.gzippedBytes, 36_400],
  ['shopwright/webhooks, minified and gzipped', webhooks.gzippedBytes, 5_600],
  ['shopwright/auth, minified and gzipped', auth.gzippedBytes, 7_100],
  ['shopwright/bulk, what the first shop.bulk loads, minified and gzipped', bulk.gzippedBytes, 40_000],
];
const inKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;
for (const [name, bytes, limit] of figures) {
  console.log(`${bytes > limit ? '!!' : 'ok'} ${name}: ${inKb(bytes)} (at most ${inKb(limit)})`);
}
if (figures.some(([, bytes, limit]) => bytes > limit)) process.exitCode = 1;
