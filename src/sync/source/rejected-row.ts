/** A row that could not be used, and why. */
export interface RejectedRow {
  /** Its place among the rows, from zero. */
  readonly index: number;
  /** The row itself, where it could be read. */
  readonly row?: unknown;
  /** What is wrong with it. */
  readonly reason: string;
}
