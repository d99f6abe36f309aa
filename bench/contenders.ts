import { median } from './races/statistics.ts';

const rounds = 200;

/** One way to verify. Each call must accept the signature, or the figure would measure something else. */
export interface Contender {
  readonly name: string;
  /** Calls per round. */
  readonly calls: number;
  verify(): boolean | Promise<boolean>;
}

/** The cost of a call in one round, in microseconds. */
interface Cost {
  /** In all threads: other programs on a busy machine do not count. */
  readonly cpu: number;
  readonly elapsed: number;
}

async function round({ name, calls, verify }: Contender): Promise<Cost> {
  const [before, start] = [process.cpuUsage(), performance.now()];
  for (let call = 0; call < calls; call += 1) {
    const answer = verify();
    const isRight = typeof answer === 'boolean' ? answer : await answer;
    if (!isRight) throw new Error(`${name} found a right signature wrong`);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / calls, elapsed: ((performance.now() - start) * 1_000) / calls };
}

/**
 * Measures ways to verify, the first of which is the bare one, and prints each cost relative to the last. They take
 * turns round by round, so that a busy moment of the machine affects them all; a factor is the median over the rounds.
 * A round is short: a loop of thousands of signatures without a pause measures how their handles pile up, which happens
 * in no server.
 */
export async function raceContenders(title: string, contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) await round(contender);
  const costs = contenders.map((): Cost[] => []);
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [index, contender] of contenders.entries()) costs[index]?.push(await round(contender));
  }
  const factorOf = (of: keyof Cost, own: readonly Cost[], other: readonly Cost[] = []): number =>
    Number(median(own.map((cost, turn) => cost[of] / (other[turn]?.[of] ?? Number.NaN))).toFixed(3));
  console.log(`${title}, ${rounds} rounds`);
  console.table(
    contenders.map(({ name }, index) => {
      const own = costs[index] ?? [];
      return {
        name,
        'CPU µs a call': Number(median(own.map(({ cpu }) => cpu)).toFixed(2)),
        '× bare': factorOf('cpu', own, costs[0]),
        '× the last': factorOf('cpu', own, costs.at(-1)),
        '× the last, elapsed': factorOf('elapsed', own, costs.at(-1)),
      };
    }),
  );
}
