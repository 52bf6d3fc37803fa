export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly string[];
}

export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A `fetch` that gives what a test says, in pieces of `pieceBytes`, and remembers what it was asked. */
export function replayingFetch(
  respond: (request: SentRequest) => RecordedResponse,
  { pieceBytes = Number.POSITIVE_INFINITY }: { readonly pieceBytes?: number } = {},
) {
  const requests: SentRequest[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const request = {
      url: String(url),
      method: init?.method ?? 'GET',
      headers: new Headers(init?.headers),
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    requests.push(request);
    const { status, headers, body } = respond(request);
    const bytes = new TextEncoder().encode(body.map((line) => `${line}\n`).join(''));
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = bytes.subarray(at, at + Math.min(pieceBytes, bytes.length));
        at += piece.length;
        if (piece.length > 0) controller.enqueue(piece);
        else controller.close();
      },
    });
    return new Response(stream, { status, headers });
  };
  return { fetch, requests };
}
