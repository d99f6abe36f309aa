import { median } from './statistics.ts';

/** Figures of one run, by name. */
export type Figures = Readonly<Record<string, number>>;

/** One run of one contestant. */
export interface Run {
  readonly contestant: string;
  readonly seed: number;
  readonly figures: Figures;
  /** The number of each error. */
  readonly errors?: Readonly<Record<string, number>>;
}

/** The maximum of a figure. */
export type Targets = Readonly<Record<string, number>>;

/** One race, with all its runs. */
export interface RaceResult {
  readonly race: string;
  readonly runs: readonly Run[];
  /** For the contestants whose names begin with `shopwright`, or for the one named before a colon. */
  readonly targets?: Targets;
  /** Why nothing ran, or a note for reading the figures. */
  readonly note?: string;
}

/** One table line: the medians over the seeds. */
export interface Line {
  readonly contestant: string;
  readonly figures: Figures;
}

/** The medians of each contestant, in order of appearance. */
export function linesOf({ runs }: RaceResult): readonly Line[] {
  const names = [...new Set(runs.map((run) => run.contestant))];
  return names.map((contestant) => {
    const own = runs.filter((run) => run.contestant === contestant);
    const keys = [...new Set(own.flatMap((run) => Object.keys(run.figures)))];
    const figures = Object.fromEntries(keys.map((key) => [key, median(own.flatMap((run) => run.figures[key] ?? []))]));
    return { contestant, figures };
  });
}

/** Counts values by name. */
export function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
