/** What is noted about one operation while it is executed. */
export interface OperationRun {
  /** Idempotency keys that its mutations carry. */
  readonly keys: Set<string>;
  /** Mutation fields that were executed, and not answered from an earlier time. */
  executed: number;
}

/** Makes the notes of an operation that begins. */
export function createRun(): OperationRun {
  return { keys: new Set(), executed: 0 };
}
