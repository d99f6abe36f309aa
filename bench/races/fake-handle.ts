import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FakeShopifyOptions } from 'shopwright/testing';

/** The options of a fake that JSON can represent. */
export interface FakeSetup extends Pick<FakeShopifyOptions, 'shops' | 'seed' | 'faults' | 'latencyMs' | 'costSkew'> {
  /** A file with the initial state. */
  readonly snapshotFile?: string;
}

/** What a fake has recorded. */
export interface FakeReport {
  readonly calls: number;
  /** GraphQL points charged. */
  readonly pointsUsed: number;
  /** THROTTLED responses of an empty bucket. */
  readonly throttled: number;
  /** The same, by operation name. */
  readonly throttledByName: Readonly<Record<string, number>>;
  /** 429 responses that were not injected faults. */
  readonly tooMany: number;
  /** Executions of each mutation, by its title. */
  readonly runs: Readonly<Record<string, number>>;
}

/** A running fake. */
export interface FakeHandle {
  readonly origin: string;
  report(): Promise<FakeReport>;
  stop(): Promise<void>;
}

/** Starts a fake in a separate process, on a free port of the loopback. */
export async function startFake(setup: FakeSetup): Promise<FakeHandle> {
  const child = startProcess('./fake-process.ts', [JSON.stringify(setup)]);
  const origin = String(await nextMessage(child));
  return {
    origin,
    async report() {
      const answer = nextMessage(child);
      child.send('report');
      return (await answer) as FakeReport;
    },
    stop: () => stopProcess(child),
  };
}

/** Starts one of the programs of this folder. */
export function startProcess(file: string, args: readonly string[], nodeArgs: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: [...nodeArgs],
    serialization: 'advanced',
  });
}

/** The next message of a program. Rejects if the program ends instead. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const [message] = await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`A program of the bench ended with code ${code}.`);
    }),
  ]).finally(() => ended.abort());
  return message;
}

/** Ends a program and waits until it is gone. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
