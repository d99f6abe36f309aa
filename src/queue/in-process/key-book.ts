import { dedupeName } from '../job.ts';
import type { HeldJob } from './types.ts';

/** Who waits, and who runs, under each dedupe key. */
export class KeyBook {
  /** The waiting job of a key that further ones are folded into. */
  readonly #holders = new Map<string, HeldJob>();
  /** The keys under which a job runs, with those that are due but must wait for its end. */
  readonly #running = new Map<string, HeldJob[]>();
  #parked = 0;

  /** Jobs that wait for the end of one with the same key. */
  get parked(): number {
    return this.#parked;
  }

  holder(type: string, key: string): HeldJob | undefined {
    return this.#holders.get(dedupeName(type, key));
  }

  /** The job waits again: it holds its key, unless another has got it meanwhile. */
  hold(job: HeldJob): void {
    const name = nameOf(job);
    if (name !== undefined && !this.#holders.has(name)) this.#holders.set(name, job);
  }

  /** Whether the job can start now; if not, it is kept until `end` gives it back. */
  start(job: HeldJob): boolean {
    const name = nameOf(job);
    if (name === undefined) return true;
    const behind = this.#running.get(name);
    if (behind) {
      behind.push(job);
      this.#parked += 1;
      return false;
    }
    this.#running.set(name, []);
    if (this.#holders.get(name) === job) this.#holders.delete(name);
    return true;
  }

  /** The job runs no more. @returns Those that waited for its end. */
  end(job: HeldJob): readonly HeldJob[] {
    const name = nameOf(job);
    if (name === undefined) return [];
    const behind = this.#running.get(name) ?? [];
    this.#running.delete(name);
    this.#parked -= behind.length;
    return behind;
  }
}

const nameOf = ({ job: { type, key } }: HeldJob): string | undefined =>
  key === null ? undefined : dedupeName(type, key);
