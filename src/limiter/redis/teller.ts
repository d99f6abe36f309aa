import type { BucketScope } from '../../ports/rate-limiter.ts';
import type { Waiter, WaitingRoom } from '../wait-queue.ts';
import type { Ledger } from './ledger.ts';
import type { RedisLink } from './link.ts';
import type { RedisLimiterSettings } from './options.ts';
import { type EndedPermit, type Hearing, readHearing, type Telling } from './protocol.ts';
import type { Mirror } from './replica.ts';

/** What the buckets of one limiter share. */
export interface RedisProcess {
  readonly settings: RedisLimiterSettings;
  readonly link: RedisLink;
  /** Numbers the calls of this process. */
  nextSequence(): number;
  write(telling: Telling): (string | number)[];
}

/** What the teller needs. */
export interface TellerSettings {
  readonly scope: BucketScope;
  readonly process: RedisProcess;
  readonly mirror: Mirror;
  readonly room: WaitingRoom;
  readonly ledger: Ledger;
}

/** Keeps what Redis has to be told of one bucket, and tells it. */
export class Teller {
  readonly #settings: TellerSettings;
  readonly #key: string;
  /** Points spent that Redis knows of. */
  #told = 0;
  #ended: EndedPermit[] = [];
  #hasTold = false;

  /** Makes a teller that has told nothing. */
  constructor(settings: TellerSettings) {
    const { scope, process } = settings;
    this.#settings = settings;
    this.#key = `${process.settings.keyPrefix}{${scope.shop}:${scope.app}}`;
  }

  /** Permits that ended and that Redis has not been told of. */
  get ended(): readonly EndedPermit[] {
    return this.#ended;
  }

  /** Whether Redis may know of this process. */
  get hasTold(): boolean {
    return this.#hasTold;
  }

  /** Has Redis told of a permit that ended. */
  add(permit: EndedPermit): void {
    this.#ended.push(permit);
  }

  /** Redis will hear of what ended as a sum. */
  forget(): void {
    this.#ended = [];
  }

  /**
   * Tells Redis how things stand, and asks for permits. `onLate` hears of an answer that comes after this has
   * given up.
   */
  async tell(candidates: readonly Waiter[], leaves: boolean, onLate: () => void): Promise<Hearing> {
    const { process, mirror, room, ledger } = this.#settings;
    this.#hasTold = true;
    const nowMs = mirror.refill();
    const { held, spent } = ledger;
    const state = { held, spent, told: this.#told, owedAtMost: mirror.owed(), waitingPoints: room.line.points };
    const sequence = process.nextSequence();
    const parameters = process.write({ sequence, leaves, nowMs, ...state, ended: this.#ended, candidates });
    this.#ended = [];
    const hearing = await process.link.call(this.#key, parameters, readHearing, onLate);
    this.#told = spent;
    return hearing;
  }
}
