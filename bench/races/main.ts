/**
 * Runs the races and prints their tables. `npm run bench`, or some of them: `npm run bench -- skew cpu --quick`.
 * Nothing leaves the machine: every server is a separate process on the loopback.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { bottleneckRace } from './bottleneck.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import { cpuRace } from './cpu.ts';
import { faultRace } from './faults.ts';
import { hiddenPriceRaces } from './hidden-prices.ts';
import { limiterRace, refusalRace } from './limiter.ts';
import { memoryRace } from './memory.ts';
import { jsonLines, print, verdicts } from './print.ts';
import { processRace, redisRestartRace } from './processes.ts';
import { readmeRace } from './readme.ts';
import { restRace } from './rest.ts';
import type { RaceResult } from './result.ts';
import { readSettings, type Settings } from './settings.ts';
import { skewRace, throughputRaces } from './throughput.ts';

type Race = (settings: Settings, catalogue: Catalogue) => Promise<RaceResult | readonly RaceResult[]>;

/** Races that measure CPU come last, alone. */
const races: Readonly<Record<string, Race>> = {
  throughput: throughputRaces,
  skew: skewRace,
  processes: processRace,
  'redis-restart': redisRestartRace,
  'hidden-prices': hiddenPriceRaces,
  faults: faultRace,
  rest: restRace,
  bottleneck: bottleneckRace,
  readme: readmeRace,
  memory: memoryRace,
  limiter: limiterRace,
  refusal: refusalRace,
  cpu: cpuRace,
};

const settings = readSettings(process.argv.slice(2));
const unknown = settings.only.filter((name) => !Object.hasOwn(races, name));
if (unknown.length > 0) throw new Error(`No race ${unknown.join(', ')}. There are: ${Object.keys(races).join(', ')}.`);
if (settings.jsonFile !== undefined) writeFileSync(settings.jsonFile, '');

// A race that hangs must not block the machine.
const watchdog = setTimeout(() => {
  console.error('The bench took longer than 45 minutes and was aborted.');
  process.exit(1);
}, 45 * 60_000);

const catalogue = await createCatalogue();
const results: RaceResult[] = [];
try {
  for (const [name, run] of Object.entries(races)) {
    // The README's table repeats parts of other races, so it runs only on request.
    const isWanted = settings.only.length > 0 ? settings.only.includes(name) : name !== 'readme';
    if (!isWanted) continue;
    console.error(`… ${name}`);
    for (const result of [await run(settings, catalogue)].flat()) {
      results.push(result);
      print(result);
      if (settings.jsonFile !== undefined) appendFileSync(settings.jsonFile, jsonLines(result));
    }
  }
} finally {
  clearTimeout(watchdog);
  catalogue.remove();
}

console.log(`\n# Targets${settings.isQuick ? ' (of the full run: a quick one is too short for times and waits)' : ''}`);
for (const result of results) for (const line of verdicts(result)) console.log(`${line} (${result.race})`);
