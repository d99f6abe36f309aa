/** What a process of the load is started with. */
export interface Work {
  readonly origin: string;
  readonly shops: readonly string[];
  /** The shop whose products come to fail. */
  readonly alarm?: string;
  /** Products of each shop. */
  readonly products: number;
  /** Pieces of work a minute. */
  readonly perMinute: number;
  readonly folder: string;
  /** Where alerts are posted to. */
  readonly alertUrl: string;
}

/** What a process says of itself at its end: what it wanted of the shops, and what it holds. No figure of the shops. */
export interface WorkerReport {
  /** After collections of garbage, in megabytes, one every two seconds. */
  readonly heapsMb: number[];
  handlesBefore: Readonly<Record<string, number>>;
  handlesAfter: Readonly<Record<string, number>>;
  /** The last title of each changed product, by shop and local id. */
  readonly sources: Record<string, Readonly<Record<string, string>>>;
  /** Pieces of work that were left out because too many were in flight. */
  unsent: number;
  /** Calls that ended with an error, by code. */
  readonly failed: Record<string, number>;
}

/**
 * The address, where it is one of this machine.
 *
 * @throws Error for any other: this load is for the fake, and a real shop must never get it.
 */
export function fromLoopback(address: string): string {
  const { hostname, protocol } = new URL(address);
  if (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost'))
    return address;
  throw new Error(`The load runs against the fake on this machine only, and not against ${hostname}.`);
}
