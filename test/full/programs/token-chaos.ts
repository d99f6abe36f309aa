// One shop whose tokens live for two seconds, called by processes with different clocks, some of which are killed,
// while responses to refreshes are lost. `token-chaos.test.ts` asserts the results; `bench/tokens.ts` compares them
// with others.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { StoredTokens } from 'shopwright/auth';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';

const tokenSeconds = 2;
const killEveryMs = 3_000;
const lostShare = 0.2;
const points = ['before-send', 'after-send', 'after-answer', 'after-commit'];

const shop = 'demo.myshopify.com';
const tokenPath = '/admin/oauth/access_token';
const app = { clientId: 'crm', clientSecret: 'shpss_crm' };

/** The programs, and their duration. */
export interface ChaosOptions {
  /** The program of one process: it calls the shop until it is stopped, and dies at a given point. */
  readonly program: string;
  /** The store: the first argument of the program. */
  readonly place: string;
  /** The last argument of the program. */
  readonly secret: string;
  readonly seconds: number;
  readonly processes: number;
  /** Difference between the clocks of two consecutive processes. */
  readonly clocksApartMs: number;
  /** Stores the tokens of the install where the program finds them. */
  keep(tokens: StoredTokens): Promise<unknown>;
  /** The refresh token stored at the end. */
  kept(): Promise<string>;
}

/** The results. */
export interface ChaosReport {
  readonly calls: number;
  /** Failed calls, as reported by the processes. */
  readonly failures: readonly string[];
  readonly longestMs: number;
  /** Processes that were killed, and those that have reported their calls. All others ran to their end. */
  readonly died: number;
  readonly started: number;
  readonly told: number;
  /** Maximum number of refreshes in flight at once. */
  readonly most: number;
  /** Milliseconds for which a refresh had been in flight when another one arrived. */
  readonly overlaps: readonly number[];
  /** Minimum number of token pairs for that time, and the number used. */
  readonly least: number;
  readonly used: number;
  /** Refreshes requested, and how many of them lost their response. */
  readonly requests: number;
  readonly lost: number;
  /** Refresh tokens that were sent after their replacement had been. */
  readonly tooLate: number;
  /** Whether the tokens stored at the end can be refreshed. */
  readonly isAlive: boolean;
}

/** What the server records about tokens. */
class Watch {
  /** When each refresh in flight was received. */
  readonly inFlight = new Set<number>();
  mostInFlight = 0;
  /**
   * Milliseconds for which a refresh had been in flight when another arrived: less than `requestTimeoutMs` is a fault.
   */
  readonly overlaps: number[] = [];
  calls = 0;
  requests = 0;
  lost = 0;
  /** Refresh tokens that were sent. */
  readonly sent = new Set<string>();
  /** The replacement of each refresh token. */
  readonly successors = new Map<string, string>();
  readonly used = new Set<string>();
  readonly tooLate: string[] = [];

  /** Starts counting. */
  restart(): void {
    this.calls = 0;
    this.requests = 0;
    this.lost = 0;
    this.used.clear();
  }

  /** Returns the function to call with the response. */
  send(refreshToken: string): () => void {
    const now = performance.now();
    this.requests += 1;
    for (const since of this.inFlight) this.overlaps.push(Math.round(now - since));
    this.inFlight.add(now);
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight.size);
    this.sent.add(refreshToken);
    const successor = this.successors.get(refreshToken);
    if (successor !== undefined && this.sent.has(successor)) this.tooLate.push(refreshToken);
    return () => void this.inFlight.delete(now);
  }

  call(accessToken: string): void {
    this.calls += 1;
    this.used.add(accessToken);
  }
}

/** A server in front of the fake: it counts, and loses responses. */
async function listen(fake: FakeShopify, watch: Watch, random: () => number): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const url = `https://${shop}${request.url}`;
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const isRefresh = request.url === tokenPath;
    const refreshToken = refreshTokenOf(body.toString());
    const answered = isRefresh ? watch.send(refreshToken) : () => undefined;
    if (!isRefresh) watch.call(String(request.headers['x-shopify-access-token']));
    const isLost = isRefresh && random() < lostShare;
    const answer = await fake.fetch(url, { method: request.method ?? 'GET', headers, body }).catch(() => undefined);
    // The fake was closed: this was the last request of a killed process.
    if (!answer) return;
    const text = await answer.text();
    answered();
    if (isRefresh && answer.status === 200) watch.successors.set(refreshToken, JSON.parse(text).refresh_token);
    if (isLost) {
      watch.lost += 1;
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** From a form, or from JSON, as the official library sends it. */
function refreshTokenOf(body: string): string {
  const token: unknown = body.startsWith('{')
    ? JSON.parse(body).refresh_token
    : new URLSearchParams(body).get('refresh_token');
  return typeof token === 'string' ? token : '';
}

async function ask(fake: FakeShopify, parameters: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const response = await fake.fetch(`https://${shop}${tokenPath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: String(new URLSearchParams({ client_id: app.clientId, client_secret: app.clientSecret, ...parameters })),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** The tokens of an install. */
async function install(fake: FakeShopify): Promise<StoredTokens> {
  const granted = await ask(fake, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: fake.issueSessionToken(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    expiring: '1',
  });
  return {
    accessToken: String(granted['access_token']),
    accessTokenExpiresAt: Date.now() + tokenSeconds * 1_000,
    refreshToken: String(granted['refresh_token']),
    refreshTokenExpiresAt: Date.now() + 7_776_000_000,
    scopes: [],
  };
}

interface Worker {
  readonly child: ChildProcess;
  /** Resolves when its first call is over. */
  readonly ready: Promise<void>;
  output: string;
}

function start(
  { program, place, secret, processes, clocksApartMs }: ChaosOptions,
  origin: string,
  number: number,
): Worker {
  const aheadMs = (number - (processes - 1) / 2) * clocksApartMs;
  const child = spawn(
    process.execPath,
    [
      ...(process.features.typescript ? [] : ['--experimental-strip-types', '--no-warnings']),
      ...[program, place, origin, String(aheadMs), secret],
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  // Each round waits for the end of any of them.
  child.setMaxListeners(0);
  const ready = Promise.withResolvers<void>();
  // The error is thrown to the code that awaits it; until then nothing may await it.
  ready.promise.catch(() => undefined);
  const worker: Worker = { child, ready: ready.promise, output: '' };
  child.stdout?.on('data', (text: Buffer) => {
    worker.output += text.toString();
    if (worker.output.includes('ready')) ready.resolve();
    else if (worker.output.startsWith('failed')) ready.reject(new Error(worker.output));
  });
  return worker;
}

/** A random number generator that always returns the same numbers (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs the processes for that long, and counts. */
export async function tokenChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { processes, seconds } = options;
  const fake = createFakeShopify({
    shops: [{ domain: shop, bucket: { maximumAvailable: 40_000, restoreRate: 4_000 }, tokens: {} }],
    apps: [{ ...app, offlineTokenSeconds: tokenSeconds }],
    latencyMs: 40,
    recordVariables: false,
  });
  const watch = new Watch();
  const server = await listen(fake, watch, seeded(14));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const all: Worker[] = [];
  try {
    await options.keep(await install(fake));
    const workers = Array.from({ length: processes }, (_, number) => start(options, origin, number));
    all.push(...workers);
    await Promise.all(workers.map(({ ready }) => ready));
    watch.restart();
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1_000;
    for (let round = 0; performance.now() < endsAt - killEveryMs; round++) {
      await pause(killEveryMs);
      const point = points[round % points.length] ?? '';
      for (const { child } of workers) if (child.connected) child.send({ arm: point });
      const victim = await Promise.any([
        ...workers.map(async (worker) => {
          await once(worker.child, 'exit');
          return worker;
        }),
        pause(Math.max(0, endsAt - performance.now())).then(() => undefined),
      ]);
      for (const worker of workers) if (worker !== victim && worker.child.connected) worker.child.send({ arm: '' });
      if (!victim) break;
      const number = workers.indexOf(victim);
      const next = start(options, origin, number);
      workers[number] = next;
      all.push(next);
    }
    await pause(Math.max(0, endsAt - performance.now()));
    const ranSeconds = (performance.now() - startedAt) / 1_000;
    const used = watch.used.size;
    const { calls, requests, lost } = watch;
    // A process killed at the end may still be starting.
    await Promise.all(workers.map(({ ready }) => ready));
    await Promise.all(
      workers.map(async ({ child }) => {
        if (!child.connected) return;
        child.send({ stop: true });
        await once(child, 'exit');
      }),
    );

    const outputs = all.map(({ output }) => output).join('');
    const died = outputs.match(/^dying/gm)?.length ?? 0;
    const failures = outputs.split('\n').filter((line) => line.startsWith('failed'));
    const told = [...outputs.matchAll(/^calls (\d+) (\d+)$/gm)];
    const least = Math.ceil(ranSeconds / tokenSeconds);
    const longestMs = Math.max(...told.map(([, , ms]) => Number(ms)));
    const { mostInFlight: most, overlaps } = watch;
    const renewed = await ask(fake, { grant_type: 'refresh_token', refresh_token: await options.kept() });
    return {
      calls,
      failures,
      longestMs,
      died,
      started: all.length,
      told: told.length,
      most,
      overlaps,
      least,
      used,
      requests,
      lost,
      tooLate: watch.tooLate.length,
      isAlive: renewed['access_token'] !== undefined,
    };
  } finally {
    for (const { child } of all) child.kill('SIGKILL');
    server.close();
    server.closeAllConnections();
    await fake.close();
  }
}
