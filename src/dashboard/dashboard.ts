import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import { redactText } from '../internal/redact.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';
import type { SyncStatus } from '../ports/sync-record-store.ts';
import type { TokenStore } from '../ports/token-store.ts';
import type { DraftSource } from '../sync/push/retry-failed.ts';
import { onTelemetry, safeLogger } from '../telemetry/telemetry.ts';
import { ActionRefused, Actions, type DashboardAction } from './actions.ts';
import { Activity, type DashboardEvent, heardTypes } from './activity.ts';
import page from './page.html';
import { codeOf, type DashboardApp, type DashboardRuns, type DashboardSync, type Sections, Views } from './views.ts';

/** What a request may do: view, view and act, or nothing. */
export type DashboardAccess = 'view' | 'act' | false;

/**
 * Options of `createDashboardHandler`. Sections whose option is omitted are not shown; without `authorize`, every
 * request is refused.
 *
 * @example
 * const dashboard = createDashboardHandler({
 *   sync, queue, authorize: async (request) => ((await userOf(request))?.isOperator ? 'act' : false),
 * });
 */
export interface DashboardOptions {
  /** Product sync from `createProductSync`, or one per shop. */
  readonly sync?: DashboardSync | readonly DashboardSync[];
  /** Queue, or several, whose depth, age and dead letters are shown. */
  readonly queue?: JobQueue | readonly JobQueue[];
  /** App from `createShopifyApp`, for the buckets and breakers of shops without a product sync. */
  readonly app?: DashboardApp;
  /**
   * The `runs` of `createProductQueue`'s result: runs with their progress, pause, resume and cancel. A function returns
   * those of a shop. Default: the latest runs found in the journal.
   */
  readonly runs?: DashboardRuns | ((shop: string) => DashboardRuns | undefined);
  /** Returns drafts by local id, for actions that push again. Default: none; then those actions are not offered. */
  readonly source?: DraftSource;
  /** Token store from `createTokenStore`, to show which tokens will stop working. */
  readonly tokens?: Pick<TokenStore, 'get' | 'owners'>;
  /**
   * Decides who may view (`view`) and who may also act (`act`). Any other result, or an error, refuses the request.
   * Default: every request is refused.
   */
  readonly authorize?: (request: Request) => DashboardAccess | Promise<DashboardAccess>;
  /**
   * Called before an action runs, for example to record who started it. If it throws or rejects, the action does not
   * run.
   */
  readonly onAction?: (action: DashboardAction, request: Request) => unknown;
  /**
   * Origins from which actions are accepted, such as `https://ops.example.com`. Set them if a proxy changes the `Host`
   * header. Default: the host named by the request.
   */
  readonly origins?: readonly string[];
  /** Shown next to the name, such as `production`. Default: none. */
  readonly title?: string;
  /** Logs each action, and failures. Default: none. */
  readonly logger?: Logger;
  /** Clock, for tests. */
  readonly clock?: Clock;
}

/** The dashboard: a request handler that also receives events. */
export interface Dashboard {
  /** Handles requests for any path: mount it where you like. */
  (request: Request): Promise<Response>;
  /**
   * Receives events that the dashboard does not get by itself; it already gets the telemetry of its own process. Pass
   * it to `createSyncWebhooks` as `onEvent`, and call it with telemetry events of other processes, such as workers.
   */
  readonly onEvent: (event: DashboardEvent) => void;
  /** Ends all streams and running actions, and stops listening. From then on, requests get a 503 response. */
  close(): void;
}

const optionNames: Record<keyof DashboardOptions, true> = {
  sync: true,
  queue: true,
  app: true,
  runs: true,
  source: true,
  tokens: true,
  authorize: true,
  onAction: true,
  origins: true,
  title: true,
  logger: true,
  clock: true,
};

const cookieName = 'shopwright-dashboard';

const longestBody = 10_000;

/** Streams at the same time, in this process. */
const mostStreams = 100;

/** Milliseconds from an event to the page's update, so that a storm of events is sent as one message. */
const gatherMs = 300;

/** Milliseconds between two reads of figures without events, such as the depth of a queue. */
const lookMs = 2_000;

/** Milliseconds after which a stream ends. The page opens another, for which `authorize` is called again. */
const longestStreamMs = 300_000;

/** Number of reads after which a line is always sent, so that a proxy keeps the stream open. */
const looksPerBeat = 7;

/** Messages that may wait for a slow reader before it is skipped. */
const mostUnread = 4;

/** Shorter responses are not compressed. */
const leastToCompress = 1_400;

const statuses: readonly SyncStatus[] = ['pending', 'syncing', 'synced', 'failed', 'deleted-in-shopify'];

/** The page never changes, so the policy allows its own style and script by hash, and nothing else. */
const hashOf = (tag: 'style' | 'script'): string => {
  const [, text = ''] = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
};

const policy = [
  "default-src 'none'",
  `script-src ${hashOf('script')}`,
  `style-src ${hashOf('style')}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types',
].join('; ');

const commonHeaders = {
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** An open page. */
interface Watcher {
  readonly shop: string;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** The last text sent to it, by section. */
  readonly sent: Map<string, string>;
  /** Sections of this page alone. */
  readonly own: () => Sections;
  readonly endsAtMs: number;
}

/**
 * Creates a dashboard for operators: one live page with health, runs, records, queues, webhooks and problems. Mount it
 * in any framework that accepts `Request → Response`; `dashboardListener` is for Express and node:http.
 *
 * It refuses every request until `authorize` allows it.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const dashboard = createDashboardHandler({ sync, queue, authorize: (request) => (isOperator(request) ? 'act' : false) });
 * app.use('/ops/shopify', dashboardListener(dashboard));
 */
export function createDashboardHandler(options: DashboardOptions): Dashboard {
  checkOptions(options);
  const { clock = systemClock, authorize, app, runs, tokens, source, onAction } = options;
  const runsOf = typeof runs === 'function' ? runs : () => runs;
  const logger = safeLogger(options.logger);
  const syncs = new Map(listOf(options.sync).map((sync) => [sync.client.shop, sync]));
  const queues = listOf(options.queue);
  const live = new Live(clock, () => views);
  const activity = new Activity(clock, () => live.changed());
  const views = new Views({ syncs, queues, app, runsOf, tokens, activity, clock });
  const actions = new Actions({ syncs, queues, runsOf, source, clock, logger, changed: () => live.changed() });

  const unheard = heardTypes.map((type) => onTelemetry(type, (event) => activity.add(event)));

  const accessOf = async (request: Request): Promise<DashboardAccess> => {
    try {
      const access: unknown = await authorize?.(request);
      return access === 'view' || access === 'act' ? access : false;
    } catch (error) {
      logger?.error({ error: codeOf(error) }, "the dashboard's authorize failed: the request was refused");
      return false;
    }
  };

  const read = async (request: Request, access: 'view' | 'act'): Promise<Response> => {
    const query = new URL(request.url).searchParams;
    const kind = query.get('data');
    if (kind === null) return pageFor(request);
    // Another site can't read the response anyway; refusing saves the work.
    if (!['same-origin', 'none', null].includes(request.headers.get('sec-fetch-site')))
      return refusal(403, "This is only for the dashboard's page.");
    const shop = query.get('shop') || (views.shops()[0] ?? '');
    const after = query.get('after') ?? undefined;
    if (kind === 'records') {
      const status = statuses.find((one) => one === query.get('status'));
      return json(request, await views.records({ shop, status, query: (query.get('q') ?? '').trim(), after }));
    }
    if (kind === 'product') return found(request, await views.product(shop, query.get('id') ?? '', after));
    if (kind === 'dead') {
      const offset = Number(query.get('offset') ?? 0);
      if (!Number.isSafeInteger(offset) || offset < 0) return refusal(400, 'offset must be a whole number.');
      return found(request, await views.dead(query.get('queue') ?? '', offset));
    }
    if (kind !== 'live' && kind !== 'now') return refusal(404, 'Not found.');
    const cookie = cookieOf(request);
    const session = JSON.stringify({
      title: options.title ?? null,
      shop,
      // Only users who may act get the token that actions need.
      token: access === 'act' && cookie !== undefined ? tokenOf(cookie) : null,
      can: access === 'act' ? actions.offered(shop) : [],
    });
    const own = () => ({ session, tasks: JSON.stringify(actions.tasks(shop)) });
    if (kind === 'live') return live.open(request, shop, own);
    const sections = { ...(await views.sections(shop, false)), ...own() };
    return respond(request, redactText(toObject(sections)), 'application/json');
  };

  const act = async (request: Request, access: 'view' | 'act'): Promise<Response> => {
    if (access !== 'act') return refusal(403, 'You may view this dashboard, but not act.');
    const problem = forgery(request, options.origins);
    if (problem !== undefined) return refusal(403, problem);
    if (!/^application\/json\b/.test(request.headers.get('content-type') ?? ''))
      return refusal(415, 'An action must be JSON.');
    const body = await textOf(request, longestBody);
    const action = body === undefined ? undefined : parseJson(body);
    if (!isRecord(action)) return refusal(400, 'An action must be a JSON object of at most 10 KB.');
    try {
      return json(request, await actions.run(action, (checked) => onAction?.(checked, request)), 202);
    } catch (error) {
      if (error instanceof ActionRefused) return refusal(error.status, error.message);
      logger?.error({ error: codeOf(error) }, 'a dashboard action failed');
      return refusal(500, `The action failed: ${codeOf(error)}.`);
    }
  };

  const handle = async (request: Request): Promise<Response> => {
    const access = await accessOf(request);
    if (!access)
      return refusal(403, authorize ? 'Forbidden.' : 'Forbidden. Set the option `authorize` to allow access.');
    if (live.isClosed) return refusal(503, 'The dashboard is closed.');
    if (request.method === 'POST') return act(request, access);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'Use GET or POST.');
    try {
      return await read(request, access);
    } catch (error) {
      logger?.error({ error: codeOf(error) }, 'the dashboard could not read the requested data');
      return refusal(500, `The data could not be read: ${codeOf(error)}.`);
    }
  };

  return Object.assign(handle, {
    onEvent: (event: DashboardEvent): void => activity.add(event),
    close: (): void => {
      for (const stop of unheard) stop();
      live.close();
      actions.close();
    },
  });
}

/** @throws ConfigError */
function checkOptions(options: DashboardOptions): void {
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...listOf(options.sync).flatMap((sync, index) => [
      ...missingMethods(`sync[${index}]`, sync ?? null, ['health', 'rollback']),
      ...missingMethods(`sync[${index}].stores.records`, sync?.stores?.records ?? null, ['list', 'get']),
      ...missingMethods(`sync[${index}].client`, sync?.client ?? null, ['status']),
    ]),
    ...listOf(options.queue).flatMap((queue, index) =>
      missingMethods(`queue[${index}]`, queue ?? null, ['stats', 'deadJobs', 'retry']),
    ),
    ...missingMethods('app', options.app, ['shop']),
    ...(typeof options.runs === 'function'
      ? []
      : missingMethods('runs', options.runs, ['list', 'pause', 'resume', 'cancel', 'retryFailed'])),
    ...missingMethods('tokens', options.tokens, ['get', 'owners']),
  ];
  for (const name of ['authorize', 'onAction', 'source'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      issues.push({ field: name, message: 'must be a function.' });
  for (const [index, origin] of (options.origins ?? []).entries())
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      issues.push({ field: `origins[${index}]`, message: 'must be an origin, such as https://ops.example.com.' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

const listOf = <Value>(value: Value | readonly Value[] | undefined): readonly Value[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly Value[]) : [value as Value];

/** Sends changes to open pages: soon after an event, and every two seconds for figures without events. */
class Live {
  readonly #clock: Clock;
  readonly #views: () => Views;
  readonly #watchers = new Set<Watcher>();
  isClosed = false;
  #cancelLook: (() => void) | undefined;
  #cancelSoon: (() => void) | undefined;
  #isSending = false;
  #isLate = false;
  #looks = 0;

  constructor(clock: Clock, views: () => Views) {
    this.#clock = clock;
    this.#views = views;
  }

  /** Schedules an update of all open pages. */
  changed(): void {
    if (this.#watchers.size === 0) return;
    this.#cancelSoon ??= this.#clock.setTimer(() => {
      this.#cancelSoon = undefined;
      void this.#send();
    }, gatherMs);
  }

  /** A stream of server-sent events: first everything, then the sections that changed. */
  open(request: Request, shop: string, own: () => Sections): Response {
    if (this.#watchers.size >= mostStreams) return refusal(503, 'Too many pages are open.');
    let end = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const endsAtMs = this.#clock.monotonic() + longestStreamMs;
        const watcher = { shop, controller, sent: new Map<string, string>(), own, endsAtMs };
        end = () => this.#end(watcher);
        this.#watchers.add(watcher);
        request.signal.addEventListener('abort', end, { once: true });
        controller.enqueue(encoder.encode('retry: 2000\n\n'));
        void this.#greet(watcher);
      },
      cancel: () => end(),
    });
    return new Response(body, {
      headers: {
        ...commonHeaders,
        'content-type': 'text/event-stream; charset=utf-8',
        // Without this header, nginx buffers responses.
        'x-accel-buffering': 'no',
      },
    });
  }

  /** Sends the quick sections at once, and the others with the next message. */
  async #greet(watcher: Watcher): Promise<void> {
    tell(watcher, { ...watcher.own(), ...(await this.#views().sections(watcher.shop, true)) });
    this.#schedule();
    this.changed();
  }

  close(): void {
    this.isClosed = true;
    for (const watcher of this.#watchers) this.#end(watcher);
  }

  #schedule(): void {
    if (this.#watchers.size === 0) return;
    this.#cancelLook ??= this.#clock.setTimer(() => {
      this.#cancelLook = undefined;
      void this.#send(true).then(() => this.#schedule());
    }, lookMs);
  }

  async #send(isLook = false): Promise<void> {
    // Events during a send may be missing from its message, so another one follows.
    this.#isLate ||= this.#isSending;
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      if (isLook) this.#looks += 1;
      const now = this.#clock.monotonic();
      for (const watcher of this.#watchers) if (now >= watcher.endsAtMs) this.#end(watcher);
      // Sections of a shop are read once for all of its pages.
      for (const shop of new Set([...this.#watchers].map((watcher) => watcher.shop))) {
        const sections = await this.#views().sections(shop, false);
        for (const watcher of this.#watchers)
          if (watcher.shop === shop) tell(watcher, { ...sections, ...watcher.own() }, this.#looks % looksPerBeat === 0);
      }
    } finally {
      this.#isSending = false;
      if (this.#isLate) this.changed();
      this.#isLate = false;
    }
  }

  #end(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    try {
      watcher.controller.close();
    } catch {
      // The reader has already closed it.
    }
    if (this.#watchers.size > 0) return;
    this.#cancelLook?.();
    this.#cancelSoon?.();
    this.#cancelLook = undefined;
    this.#cancelSoon = undefined;
  }
}

const encoder = new TextEncoder();

/** Sends the sections that have changed since the last message. A slow reader gets them with a later one. */
function tell({ controller, sent }: Watcher, sections: Sections, isBeat = false): void {
  const { desiredSize } = controller;
  if (desiredSize === null || desiredSize <= -mostUnread) return;
  const news = Object.entries(sections).filter(([name, text]) => sent.get(name) !== text);
  for (const [name, text] of news) sent.set(name, text);
  try {
    if (news.length > 0)
      controller.enqueue(encoder.encode(`data: ${redactText(toObject(Object.fromEntries(news)))}\n\n`));
    else if (isBeat) controller.enqueue(encoder.encode(': \n\n'));
  } catch {
    // It was closed meanwhile.
  }
}

/** Joins sections, which are JSON already, into one object. */
const toObject = (sections: Sections): string =>
  `{${Object.entries(sections)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`)
    .join(',')}}`;

/** Returns the page, and sets the cookie that actions need. */
function pageFor(request: Request): Response {
  const response = respond(request, page, 'text/html');
  response.headers.set('content-security-policy', policy);
  if (cookieOf(request) === undefined) {
    const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : '';
    const value = randomBytes(24).toString('base64url');
    response.headers.append('set-cookie', `${cookieName}=${value}; HttpOnly; SameSite=Strict${secure}`);
  }
  return response;
}

function cookieOf(request: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{32})(?:;|$)`).exec(request.headers.get('cookie') ?? '')?.[1];
}

/** The token that belongs to a cookie. The page gets it from a response that no other site can read. */
const tokenOf = (cookie: string): string => createHash('sha256').update(`${cookieName} ${cookie}`).digest('base64url');

/** Returns why a request does not come from the page itself; `undefined` if it does. */
function forgery(request: Request, origins: readonly string[] | undefined): string | undefined {
  const { headers } = request;
  const origin = headers.get('origin');
  const hosts = [new URL(request.url).host, headers.get('host')];
  const isOwn =
    origin !== null &&
    URL.canParse(origin) &&
    (origins ? origins.includes(origin) : hosts.includes(new URL(origin).host));
  if (!isOwn) return 'The action comes from another origin. Behind a proxy, set `origins`.';
  if (!['same-origin', null].includes(headers.get('sec-fetch-site'))) return 'The action comes from another site.';
  const cookie = cookieOf(request);
  const given = Buffer.from(headers.get('x-csrf-token') ?? '');
  const wanted = Buffer.from(cookie === undefined ? '' : tokenOf(cookie));
  if (wanted.length === 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return 'The action has no valid CSRF token. Reload the page.';
  return undefined;
}

/** Returns the body as text; `undefined` if it is too long. */
async function textOf(request: Request, most: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const found = (request: Request, value: object | undefined): Response =>
  value ? json(request, value) : refusal(404, 'Not found.');

const json = (request: Request, value: object, status = 200): Response =>
  respond(request, redactText(JSON.stringify(value)), 'application/json', status);

function respond(request: Request, text: string, type: string, status = 200): Response {
  const isCompressed = text.length >= leastToCompress && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  const headers = {
    ...commonHeaders,
    'content-type': `${type}; charset=utf-8`,
    vary: 'accept-encoding',
    ...(isCompressed && { 'content-encoding': 'gzip' }),
  };
  const body = request.method === 'HEAD' ? null : isCompressed ? gzipSync(text) : text;
  return new Response(body, { status, headers });
}

function refusal(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...commonHeaders, 'content-type': 'text/plain; charset=utf-8' } });
}
