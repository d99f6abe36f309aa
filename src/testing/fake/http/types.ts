/** One HTTP request, as every face of the fake hands it to the core. */
export interface FakeRequest {
  readonly method: string;
  /** `Host`, with or without a port. */
  readonly host: string;
  /** Path without the query. */
  readonly path: string;
  /** Looks a header up, case-insensitively. */
  readonly header: (name: string) => string | null;
  readonly body: string;
}

/** What the face does with the caller. */
export type FakeAnswer =
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** End the connection without an answer. */
  | { readonly type: 'drop' }
  /** Leave the connection open without an answer. */
  | { readonly type: 'hang' };

/** The request handling behind every face. It takes the whole request, and always goes on to the end: a server does not see an abort. */
export type FakeCore = (request: FakeRequest) => Promise<FakeAnswer>;
