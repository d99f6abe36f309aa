/** The settings of a process of the load. */
export interface Work {
  readonly origin: string;
  readonly shops: readonly string[];
  /** The shop whose products will fail. */
  readonly alarm?: string;
  /** Products of each shop. */
  readonly products: number;
  /** Operations per minute. */
  readonly perMinute: number;
  readonly folder: string;
  /** The address for alerts. */
  readonly alertUrl: string;
}

/** What a process reports at its end: its requests to the shops, and what it holds. Not the shops' own figures. */
export interface WorkerReport {
  /** After garbage collection, in megabytes, one every two seconds. */
  readonly heapsMb: number[];
  handlesBefore: Readonly<Record<string, number>>;
  handlesAfter: Readonly<Record<string, number>>;
  /** The last title of each changed product, by shop and local id. */
  readonly sources: Record<string, Readonly<Record<string, string>>>;
  /** Operations omitted because too many were in flight. */
  unsent: number;
  /** Calls that ended with an error, by code. */
  readonly failed: Record<string, number>;
}

/**
 * Returns the address if it is on this machine.
 *
 * @throws Error for any other address: the load is for the fake, and must never reach a real shop.
 */
export function fromLoopback(address: string): string {
  const { hostname, protocol } = new URL(address);
  if (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost'))
    return address;
  throw new Error(`The load runs against the fake on this machine only, and not against ${hostname}.`);
}
