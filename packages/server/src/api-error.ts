/** What an error of the interface tells besides its status and sentence. */
export interface ApiErrorFacts {
  /** OpenAI's word for the kind; `invalid_request_error` below 500, else `server_error`, when left out. */
  readonly type?: string;
  /** Where in the request: `messages[0].content[1].image_url.url`. */
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal or a failure as a client sees it. Its sentence is for the client: it never has prompt text in it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Snake case and stable, as OpenAI's: `model_not_found`. */
  readonly code: string;
  readonly type: string;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    {
      type = status < 500 ? 'invalid_request_error' : 'server_error',
      param,
      headers = {},
      cause,
    }: ApiErrorFacts = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.type = type;
    this.param = param ?? null;
    this.headers = headers;
  }

  /** The body of the response, and the data of an event where the response is already under way. */
  get body() {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** A 400 about one place in the request. */
export function badRequest(code: string, param: string, message: string): ApiError {
  return new ApiError(400, code, message, { param });
}
