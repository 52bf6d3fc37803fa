import { type BegunAnswers, beginAnswers } from './answering/begin-answers.js';
import { begunEvents } from './answering/begun-events.js';
import type { ApiError } from './api-error.js';
import { type Exchange, stalled } from './exchange.js';
import { eventStream, eventStreamHeaders, type ServerEvent } from './http/event-stream.js';
import { readChatRequest } from './openai/chat-request.js';
import { answering, chatChunks, chatCompletion } from './openai/chat-response.js';
import { embeddings } from './openai/embeddings.js';
import { modelList, oneModel } from './openai/models.js';
import { readResponsesRequest } from './openai/responses-request.js';
import { responseErrorEvent, responseEvents, wholeResponse } from './openai/responses-response.js';
import { pageResponse } from './page/page-response.js';
import type { Asked, Service } from './service.js';

/** A route that answers at once. */
export interface PlainRoute {
  readonly kind: 'plain';
  /** Its name in logs and metrics. */
  readonly name: string;
  readonly method: 'GET';
  /** Whether it needs a key where there are keys. */
  readonly guarded: boolean;
  reply(
    service: Service,
    request: { readonly open: boolean; readonly pathname: string },
  ): Response | Promise<Response>;
}

/** A route that takes its place in the queue. */
export interface AskingRoute {
  readonly kind: 'asking';
  readonly name: string;
  readonly method: 'POST';
  readonly guarded: true;
  reply(service: Service, exchange: Exchange, asked: Asked): Promise<Response>;
}

const MODELS = '/v1/models';

/** The route of a path. */
export function routeOf(pathname: string): PlainRoute | AskingRoute | undefined {
  if (pathname.startsWith(`${MODELS}/`)) return routes.find(({ name }) => name === `${MODELS}/:model`);
  return routes.find(({ name }) => name === pathname);
}

const routes: readonly (PlainRoute | AskingRoute)[] = [
  asking('/v1/chat/completions', async (service, exchange, asked) => {
    const request = readChatRequest(asked.body, service.options);
    const begun = await beginAnswers(service, exchange, asked, request);
    const options = { request, created: seconds(service) };
    if (!request.stream) return Response.json(await chatCompletion(begun, options));
    const events = await begunEvents(begun.events, ({ value }) => answering(value));
    const chunks = chatChunks({ ...begun, events }, options);
    return streamed(service, exchange, begun, chunks, ({ body }) => ({ data: body }));
  }),
  asking('/v1/responses', async (service, exchange, asked) => {
    const request = readResponsesRequest(asked.body, service.options);
    const begun = await beginAnswers(service, exchange, asked, request);
    const options = { request, created: seconds(service) };
    if (!request.stream) return Response.json(await wholeResponse(begun, options));
    const events = await begunEvents(begun.events, ({ value }) => answering(value));
    let sequence = 0;
    const next = () => sequence++;
    const pieces = responseEvents({ ...begun, events }, { ...options, next });
    return streamed(service, exchange, begun, pieces, (error) => responseErrorEvent(error, next()));
  }),
  asking('/v1/embeddings', async (service, exchange, asked) =>
    Response.json(await embeddings(service, exchange, asked)),
  ),
  plain(MODELS, true, (service) => Response.json(modelList(service))),
  plain(`${MODELS}/:model`, true, (service, { pathname }) =>
    Response.json(oneModel(service, decoded(pathname.slice(MODELS.length + 1)))),
  ),
  plain('/metrics', true, ({ metrics, queue, budget }) => {
    const { running, waiting } = queue;
    return new Response(metrics.text({ running, waiting, heldBytes: budget.held }), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
  }),
  plain('/health', false, () => Response.json({ status: 'ok' })),
  plain('/ready', false, ({ models }, { open }) => {
    const ready = open && models.names.length > 0;
    return Response.json({ status: ready ? 'ready' : 'not ready' }, { status: ready ? 200 : 503 });
  }),
  plain('/', false, () => pageResponse()),
];

function asking(name: string, reply: AskingRoute['reply']): AskingRoute {
  return { kind: 'asking', name, method: 'POST', guarded: true, reply };
}

function plain(name: string, guarded: boolean, reply: PlainRoute['reply']): PlainRoute {
  return { kind: 'plain', name, method: 'GET', guarded, reply };
}

function streamed(
  { options: { limits } }: Service,
  exchange: Exchange,
  begun: BegunAnswers,
  events: AsyncGenerator<ServerEvent, void, void>,
  errorEvent: (error: ApiError) => ServerEvent,
): Response {
  const { signal } = exchange;
  exchange.streams = true;
  const end = () => exchange.end();
  const body = eventStream(events, {
    signal,
    stallMs: limits.stallMs,
    onStall: () => exchange.abort(stalled(limits.stallMs)),
    onError: (error) => errorEvent(exchange.fail(error)),
    onLeave: () => exchange.leave(),
    // A stream that was left before its first text has not touched the answers yet: they are left by themselves.
    onEnd: () => begun.events.return().then(end, end),
  });
  return new Response(body, { headers: eventStreamHeaders });
}

function seconds({ options: { clock } }: Service): number {
  return Math.floor(clock() / 1000);
}

function decoded(component: string): string {
  try {
    return decodeURIComponent(component);
  } catch {
    return component;
  }
}
