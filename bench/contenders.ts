import { median } from './races/statistics.ts';

const rounds = 200;

/** One way to verify. Each call must find the signature right, or the figure would be about something else. */
export interface Contender {
  readonly name: string;
  /** Calls in one round. */
  readonly calls: number;
  verify(): boolean | Promise<boolean>;
}

/** Microseconds a call in one round. */
async function round({ name, calls, verify }: Contender): Promise<number> {
  const start = performance.now();
  for (let call = 0; call < calls; call += 1) {
    const answer = verify();
    const isRight = typeof answer === 'boolean' ? answer : await answer;
    if (!isRight) throw new Error(`${name} found a right signature wrong`);
  }
  return ((performance.now() - start) * 1_000) / calls;
}

/**
 * Measures ways to verify, of which the first is the bare one, and prints them with what each costs of the last.
 * Contenders take turns round by round, so that a busy moment of the machine meets them all; a factor is the median over
 * the rounds of the factor in each. A round is short, since a loop of thousands of signatures that never lets go measures
 * how their handles pile up, which no server does.
 */
export async function raceContenders(title: string, contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) await round(contender);
  const times = contenders.map((): number[] => []);
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [index, contender] of contenders.entries()) times[index]?.push(await round(contender));
  }
  const factorOf = (own: readonly number[], other: readonly number[] = []): number =>
    median(own.map((time, turn) => time / (other[turn] ?? Number.NaN)));
  console.log(`${title}, ${rounds} rounds`);
  console.table(
    contenders.map(({ name }, index) => {
      const own = times[index] ?? [];
      return {
        name,
        'µs a call': Number(median(own).toFixed(2)),
        '× bare': Number(factorOf(own, times[0]).toFixed(2)),
        '× the last': Number(factorOf(own, times.at(-1)).toFixed(3)),
      };
    }),
  );
}
