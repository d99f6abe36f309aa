/** Where a command writes, and how it is told to stop. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Aborted by Ctrl-C or a termination signal. */
  readonly stop: AbortSignal;
}

/** Exit codes: 0 done, 1 failed, 2 wrong arguments. */
export type ExitCode = 0 | 1 | 2;
