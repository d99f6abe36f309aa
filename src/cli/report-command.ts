import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRecord, parseJson } from '../internal/json.ts';
import { recordTrace, writePrivate } from '../telemetry/record-trace.ts';
import { type ReadTrace, readTrace, traceText } from '../telemetry/trace-lines.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const reportHelp = `shopwright report: record what happened, for a problem report (experimental)

Usage: shopwright report PROGRAM [options] [-- ARGUMENTS]
       shopwright report --trace FILE [options]

Runs a program of yours and records its calls, attempts, costs, waits for points and versions, until it ends or you press
Ctrl-C. Or reads a trace that recordTrace() wrote in your service. Shows each line before writing the file, which contains
no values of variables, bodies or headers; shops, calls, jobs and queues are hashed. "shopwright replay" plays it.

Options:
  --trace FILE   Use an existing trace instead of a program
  --out FILE     File to write, once you have seen and confirmed it (default: print only)
  --yes          Don't ask
  --last-ms MS   Milliseconds before the end to keep (default 300000)
  --json         Print JSON for machines; writes only with --yes
  -h, --help     Show this help

Exit codes: 0 done, 1 an error, or the program failed (its trace is still shown), 2 nothing was recorded.`;

/** `shopwright report`: shows a trace, and optionally writes it to a file. */
export async function runReport(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args);
  if (values.help) {
    terminal.out(reportHelp);
    return 0;
  }
  const [program, ...rest] = positionals;
  const { trace: file, out } = values;
  if ((program === undefined) === (file === undefined))
    throw wrong('report', 'needs a program, or --trace with an existing trace.');
  const lastMs = Number(values['last-ms']);
  if (!(lastMs > 0)) throw wrong('--last-ms', `is "${values['last-ms']}". Use milliseconds above 0.`);
  if (out !== undefined && !values.yes && (values.json || !terminal.ask))
    throw wrong('--out', 'needs your confirmation, but this is not a terminal. Add --yes.');

  const { trace, failure } =
    file === undefined
      ? await traceOfProgram(program ?? '', rest, lastMs, terminal)
      : { trace: await traceOf('--trace', file) };
  const { lines, refused } = trace;
  const head = { ...trace.head, packages: { ...(await versionsHere()), ...trace.head.packages } };
  const text = traceText(head, lines);
  const isWritten = await show();
  if (refused > 0) terminal.error(`${refused} lines and fields of ${file} do not belong to a trace, and were dropped.`);
  if (failure !== undefined) terminal.error(`${program} failed: ${failure}`);
  if (lines.length === 0) terminal.error('Nothing was recorded: no call was made.');
  if (failure !== undefined) return 1;
  return lines.length === 0 ? 2 : isWritten === false ? 1 : 0;

  /** @returns Whether the file was written; `undefined` without --out. */
  async function show(): Promise<boolean | undefined> {
    if (values.json) {
      terminal.out(JSON.stringify({ ...head, events: lines, out: out ?? null }, null, 2));
    } else for (const line of text.trimEnd().split('\n')) terminal.out(line);
    if (out === undefined) return undefined;
    const agreed = values.yes || (await terminal.ask?.(`Write these ${lines.length} events to ${out}?`));
    if (!agreed) {
      terminal.error('Nothing was written.');
      return false;
    }
    await writePrivate(out, text).catch((error: NodeJS.ErrnoException) => {
      throw wrong('--out', `is ${out}, which cannot be written (${error.code}). Use a file in an existing folder.`);
    });
    terminal.error(`${lines.length} events in ${out}. Play them with: shopwright replay ${out}`);
    return true;
  }
}

/**
 * Reads the trace that an argument names.
 *
 * @throws ConfigError if there is none.
 */
export async function traceOf(field: string, file: string): Promise<ReadTrace> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(field, `is ${file}, which cannot be read (${error.code}).`);
  });
  const trace = readTrace(text);
  if (!trace)
    throw wrong(field, `is ${file}, which is not a trace. Create one with "shopwright report" or recordTrace().`);
  return trace;
}

/**
 * Runs a module of the host in this process, where all copies of shopwright publish to the same channels, until it ends
 * or the terminal stops it.
 */
async function traceOfProgram(
  program: string,
  args: readonly string[],
  lastMs: number,
  { stop, error }: Terminal,
): Promise<{ readonly trace: ReadTrace; readonly failure?: string }> {
  const file = resolve(program);
  const recording = recordTrace({ file, lastMs });
  const { argv } = process;
  process.argv = [argv[0] ?? '', file, ...args];
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  // A program that calls process.exit() leaves no time to show the trace.
  const lose = (): void => error(`${program} called process.exit(), so its trace is lost. Let it end by itself.`);
  process.once('beforeExit', end).once('exit', lose);
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  let failure: string | undefined;
  try {
    const running = import(pathToFileURL(file).href).catch((cause: unknown) => {
      failure = cause instanceof Error ? cause.message : String(cause);
      end();
    });
    await Promise.race([over.promise, running.then(() => over.promise)]);
    const trace = readTrace(recording.preview());
    if (!trace) throw new TypeError('A recording is a trace.');
    return { trace, ...(failure !== undefined && { failure }) };
  } finally {
    recording.stop();
    process.off('beforeExit', end).off('exit', lose);
    stop.removeEventListener('abort', end);
    process.argv = argv;
  }
}

/** Other packages that can cause a problem. */
const packages = [
  'graphql',
  'ky',
  'undici',
  'bottleneck',
  'cockatiel',
  'bullmq',
  'ioredis',
  'pg',
  '@opentelemetry/api',
];

/** Versions of this package, and of those installed in the current folder. */
async function versionsHere(): Promise<Readonly<Record<string, string>>> {
  const own = createRequire(import.meta.url).resolve('shopwright/package.json');
  const places = packages.map((name) => [name, join('node_modules', name, 'package.json')] as const);
  const found = await Promise.all(
    ([['shopwright', own], ...places] as const).map(async ([name, place]) => {
      const read: unknown = parseJson(await readFile(place, 'utf8').catch(() => ''));
      const version = isRecord(read) ? read['version'] : undefined;
      return typeof version === 'string' ? [[name, version] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}

function readOptions(args: readonly string[]) {
  return readArguments('report', args, {
    allowPositionals: true,
    options: {
      trace: { type: 'string' },
      out: { type: 'string' },
      'last-ms': { type: 'string', default: '300000' },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
