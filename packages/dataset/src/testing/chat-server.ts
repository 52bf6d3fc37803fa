import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';

/** A request as a server sees it. */
export interface ChatRequest {
  readonly body: JsonObject;
  readonly headers: IncomingMessage['headers'];
  /** Contents of its messages. */
  readonly contents: readonly string[];
}

/** What a server does with a request. `drop`: it breaks the connection. */
export interface ChatResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue | string;
  readonly drop?: true;
}

export interface ChatServer {
  /** `http://127.0.0.1:PORT/v1` */
  readonly url: string;
  /** Every request that came, in order. */
  readonly requests: readonly ChatRequest[];
  /** Requests being answered. */
  readonly open: number;
  close(): Promise<void>;
}

/** A server that speaks OpenAI's chat completions, answering as it is told. */
export async function startChatServer(
  answer: (request: ChatRequest) => ChatResponse | Promise<ChatResponse>,
): Promise<ChatServer> {
  const requests: ChatRequest[] = [];
  let open = 0;
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = parsed(Buffer.concat(chunks).toString('utf8'), incoming);
    requests.push(request);
    open++;
    const {
      status = 200,
      headers = {},
      body = {},
      drop,
    } = incoming.url === '/v1/chat/completions'
      ? await answer(request)
      : { status: 404, body: 'no such path' };
    open--;
    if (drop) {
      response.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((incoming, response) => {
    // A client that was killed in the middle.
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    get open() {
      return open;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function parsed(text: string, { headers }: IncomingMessage): ChatRequest {
  const body: JsonValue = JSON.parse(text);
  if (!isJsonObject(body) || !isJsonList(body.messages)) throw new Error(`no chat request: ${text}`);
  const contents = body.messages.map((message) =>
    isJsonObject(message) && typeof message.content === 'string' ? message.content : '',
  );
  return { body, headers, contents };
}

/** A completion as servers write it. */
export function completion(content: string, finishReason = 'stop'): ChatResponse {
  const usage = { prompt_tokens: 100, completion_tokens: Math.ceil(content.length / 2) };
  return {
    body: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
      usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
    },
  };
}
