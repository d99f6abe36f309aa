/** Plays all scenarios with one package and writes what they saw as JSON: `play.mjs <side> <folder> <only> <alter>`. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadPackage } from './adapter.mjs';
import { watchCrypto } from './clock.mjs';
import { createKit } from './kit.mjs';
import { createPlain } from './plain.mjs';

const [side, folder, only, alter] = process.argv.slice(2);
const limitMs = 10_000;

// Chance that hardly depends on how often it is asked, and is never the same: Bottleneck names its jobs by it.
let draws = 0;
Math.random = () => {
  draws += 1;
  return 0.5 + draws * 2 ** -40;
};
watchCrypto();
const unhandled = [];
const times = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

const api = await loadPackage(side, folder);
const scenarios = [];
const files = fileURLToPath(new URL('scenarios/', import.meta.url));
for (const file of readdirSync(files).sort()) {
  const { group, define } = await import(`./scenarios/${file}`);
  define({
    api,
    add: (name, run) => scenarios.push({ name: `${group}: ${name}`, run }),
  });
}

const results = {};
for (const { name, run } of scenarios) {
  if (!name.includes(only)) continue;
  if (name in results) throw new Error(`two scenarios are called ${name}`);
  const begun = performance.now();
  draws = 0;
  const kit = createKit(api);
  const plain = createPlain();
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`scenario ${name} took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    results[name] = plain({ outcome: await Promise.race([run(kit), late]) });
  } catch (error) {
    results[name] = plain({ thrown: error, stack: side === 'new' && process.env.DEBUG ? error.stack : undefined });
  } finally {
    clearTimeout(timer);
    await kit.end();
  }
  times.push([Math.round(performance.now() - begun), name]);
  await new Promise((resolve) => setImmediate(resolve));
  if (unhandled.length > 0) results[name].unhandled = plain(unhandled.splice(0));
}

if (process.env.SLOWEST && side === 'new') {
  for (const [ms, name] of times.sort(([left], [right]) => right - left).slice(0, 25))
    console.error(`${ms} ms ${name}`);
}

if (side === 'new' && alter === 'true') {
  const names = Object.keys(results);
  results[names[Math.floor(names.length / 2)]].outcome = 'altered by the self-test';
}

process.stdout.write(JSON.stringify(results), () => process.exit(0));
