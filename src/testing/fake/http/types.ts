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
  /** The body as it came, for what is no text. */
  readonly bytes: Uint8Array;
}

/** What the face does with the caller. */
export type FakeAnswer =
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array<ArrayBuffer>;
    }
  /** End the connection without an answer. */
  | { readonly type: 'drop' }
  /** Leave the connection open without an answer. */
  | { readonly type: 'hang' };

/** Answers requests of one kind that are not GraphQL: REST, OAuth, uploads, downloads. */
export interface FakeRoute {
  matches(request: FakeRequest): boolean;
  answer(request: FakeRequest): Promise<FakeAnswer>;
}

/** The request handling behind every face. It takes the whole request, and always goes on to the end: a server does not see an abort. */
export type FakeCore = (request: FakeRequest) => Promise<FakeAnswer>;
