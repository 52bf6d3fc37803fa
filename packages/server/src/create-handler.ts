import type { Chat } from '@internvl/chat';
import { Server } from './server.js';
import type { ServerOptions } from './server-options.js';

/** What a mount knows of a request besides. */
export interface HandlerContext {
  /** Address of the client, by which the queue tells those without keys apart. */
  readonly client?: string | undefined;
}

export interface CloseOptions {
  /** How long answers that are being made may go on, Ms; 30 s by default. */
  readonly graceMs?: number | undefined;
}

/** A server without a socket. */
export interface Handler {
  /** Answers a request. Never throws: errors are OpenAI-shaped responses. Aborting `request.signal` ends the work. */
  (request: Request, context?: HandlerContext): Promise<Response>;
  /**
   * Serves another chat under a name from now on, or none. Requests under way keep the one they began with; resolves with
   * the former one when nobody uses it any more, to be disposed.
   */
  replace(model: string, chat: Chat | undefined): Promise<Chat | undefined>;
  /**
   * Takes no more requests (503), hands back those that wait, lets answers finish for a time, then ends them. Resolves when
   * nothing is under way.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * OpenAI's HTTP interface over loaded models, as a Web-standard handler: mount it with `@internvl/server/node` on
 * node:http, or wherever Requests come in and Responses go out.
 *
 * @throws `invalid-option`
 * @see https://platform.openai.com/docs/api-reference for the shapes of requests, responses and errors
 */
export function createHandler(options: ServerOptions): Handler {
  const server = new Server(options);
  return Object.assign(
    // A framework may pass arguments of its own behind the request; a client that is no text is none of ours.
    (request: Request, { client }: HandlerContext = {}) =>
      server.handle(request, typeof client === 'string' ? client : ''),
    {
      replace: (model: string, chat: Chat | undefined) => server.replace(model, chat),
      close: ({ graceMs = 30_000 }: CloseOptions = {}) => server.close(graceMs),
    },
  );
}
