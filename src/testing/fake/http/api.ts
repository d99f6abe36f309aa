import type { ExecutedField, FakeCall } from '../model.ts';
import type { ShopState } from '../shops.ts';

/** One HTTP request, as every face of the fake hands it to the core. */
export interface FakeRequest {
  readonly method: string;
  /** `Host`, with or without a port. */
  readonly host: string;
  /** Scheme and host, such as `http://127.0.0.1:4010`. */
  readonly origin: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Looks a header up, case-insensitively. */
  readonly header: (name: string) => string | null;
  readonly body: string;
  /** The body as bytes, if it is not text. */
  readonly bytes: Uint8Array;
}

/** A response that is sent at once. */
export interface WholeResponse {
  readonly type: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** A response that comes piece by piece. Where the pieces end with an error, the connection breaks. */
export interface PiecewiseResponse {
  readonly type: 'pieces';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** What the face does with the caller. */
export type FakeResponse =
  | WholeResponse
  | PiecewiseResponse
  /** End the connection without a response. */
  | { readonly type: 'drop' }
  /** Leave the connection open without a response. */
  | { readonly type: 'hang' };

/**
 * Answers requests of one kind that need no access token: OAuth, uploads, downloads. As every call they meet
 * latency and faults, and are logged.
 */
export interface FakeRoute {
  matches(request: FakeRequest): boolean;
  answer(request: FakeRequest): Promise<FakeResponse>;
  /** What faults and the log call it. Default: method and path, such as `GET /downloads/1.jsonl`. */
  name?(request: FakeRequest): string;
}

/** Who calls an API, and by which version. */
export interface ApiCaller {
  readonly shop: ShopState;
  readonly app: string;
  /** Granted scopes; `undefined` for all. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** The version that answers. */
  readonly version: string;
}

/** An API behind a token: GraphQL or REST. */
export interface FakeApi {
  /**
   * Reads a request that was let in; executes nothing.
   *
   * @param resource What follows the version in the path, such as `graphql.json`.
   */
  open(request: FakeRequest, caller: ApiCaller, resource: string): Opened;
}

/** A call that may go on, or the refusal it gets; with what is known of it for the log. */
export type Opened =
  | { readonly ok: true; readonly task: ApiTask }
  | { readonly ok: false; readonly refusal: WholeResponse; readonly call?: Partial<FakeCall> };

/** One call that may go on, whatever the API. */
export interface ApiTask {
  readonly call: Pick<FakeCall, 'operation'> & Partial<FakeCall>;
  /** Takes what it may cost out of the bucket, and holds it until it is executed; `false` where the bucket is short. */
  pay(): boolean;
  /** Gives all of it back: it is not executed. */
  refund(): void;
  /** What tells the caller to wait, by the bucket's numbers of now. */
  throttled(): WholeResponse;
  /** Executes it, and gives back what was not needed. */
  execute(): Promise<{
    readonly answer: FakeResponse;
    readonly call: Partial<FakeCall>;
    /** Root fields of GraphQL, as they were executed. */
    readonly fields?: readonly ExecutedField[];
  }>;
}

/**
 * The request handling behind every face. It takes the whole request, and always goes on to the end: a server does not
 * see an abort.
 */
export type FakeCore = (request: FakeRequest) => Promise<FakeResponse>;
