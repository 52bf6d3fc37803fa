import type { Chat } from '@internvl/chat';
import { ApiError } from './api-error.js';
import { closing, Exchange } from './exchange.js';
import { Exchanges } from './exchanges.js';
import { corsHeaders, preflight } from './http/cors.js';
import { ByteBudget } from './http/held-bytes.js';
import { KeyCheck } from './http/key-check.js';
import { readJson } from './http/read-body.js';
import { requestId } from './http/request-id.js';
import { Metrics } from './metrics/metrics.js';
import { ModelPool } from './models/model-pool.js';
import { FairQueue } from './queue/fair-queue.js';
import { resolveOptions } from './resolve-options.js';
import { routeOf } from './routes.js';
import type { LogEntry, ResolvedOptions, ServerOptions } from './server-options.js';
import type { Service } from './service.js';

/** From requests to responses: what all routes have in common. */
export class Server {
  readonly #options: ResolvedOptions;
  readonly #service: Service;
  readonly #keys: KeyCheck;
  readonly #exchanges = new Exchanges();

  /** @throws `invalid-option` */
  constructor(options: ServerOptions) {
    const resolved = resolveOptions(options);
    const { clock, running, waiting, limits, keys } = resolved;
    this.#options = resolved;
    this.#keys = new KeyCheck(keys);
    this.#service = {
      options: resolved,
      models: new ModelPool(options.models),
      queue: new FairQueue({ running, waiting, clock }),
      budget: new ByteBudget(limits.heldBytes),
      metrics: new Metrics(),
      startMs: clock(),
    };
  }

  /** Answers a request; never throws. */
  async handle(request: Request, client: string): Promise<Response> {
    const exchange = this.#exchange(request, client);
    const work = this.#reply(request, exchange);
    // What the work holds is given back when it has really ended, even if its client was told of an end before.
    const settle = () => {
      if (!exchange.streams) exchange.end();
    };
    const settled = work.then(
      ({ status }) => {
        if (!exchange.failure) exchange.status = status;
        settle();
      },
      (thrown) => {
        exchange.fail(thrown);
        settle();
      },
    );
    const response = await this.#response(exchange, work);
    if (!exchange.signal.aborted) await settled;
    const headers = { 'x-request-id': exchange.id, 'x-content-type-options': 'nosniff' };
    for (const [name, value] of Object.entries({
      ...headers,
      ...corsHeaders(request, this.#options.origins),
    })) {
      response.headers.set(name, value);
    }
    return response;
  }

  replace(model: string, chat: Chat | undefined): Promise<Chat | undefined> {
    return this.#service.models.replace(model, chat);
  }

  close(graceMs: number): Promise<void> {
    return this.#exchanges.close(graceMs);
  }

  #exchange(request: Request, client: string): Exchange {
    const { deadlineMs, clock, log } = this.#options;
    const exchange = new Exchange({
      id: requestId(request),
      route: routeOf(new URL(request.url).pathname)?.name ?? 'other',
      client,
      held: this.#service.budget.share(),
      deadlineMs,
      startMs: clock(),
    });
    const onAbort = () => exchange.leave();
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort);
    exchange.defer(() => {
      request.signal.removeEventListener('abort', onAbort);
      const entry = entryOf(request, exchange, clock());
      this.#service.metrics.add(entry);
      log?.(entry);
    });
    this.#exchanges.add(exchange);
    return exchange;
  }

  async #response(exchange: Exchange, work: Promise<Response>): Promise<Response> {
    try {
      return await exchange.orAborted(work);
    } catch (thrown) {
      const { body, status, headers } = exchange.fail(thrown);
      return Response.json(body, { status, headers });
    }
  }

  async #reply(request: Request, exchange: Exchange): Promise<Response> {
    const { hosts, origins, limits } = this.#options;
    if (hosts && !hosts.includes(hostOf(request))) throw wrongHost();
    if (request.method === 'OPTIONS') return preflight(request, origins);
    const { pathname } = new URL(request.url);
    const route = routeOf(pathname);
    if (!route) throw unknownRoute();
    if (route.method !== request.method && !(route.method === 'GET' && request.method === 'HEAD'))
      throw wrongMethod(route.method);
    if (route.guarded) exchange.client = (await this.#keys.client(request)) ?? exchange.client;
    if (route.kind === 'plain') return route.reply(this.#service, { open: this.#exchanges.open, pathname });
    if (!this.#exchanges.open) throw closing();
    const ticket = this.#service.queue.enter(exchange.client);
    exchange.defer(() => ticket.leave());
    const { held, signal } = exchange;
    const body = await readJson(request, {
      mostBytes: limits.bodyBytes,
      timeoutMs: limits.bodyMs,
      held,
      signal,
    });
    return route.reply(this.#service, exchange, { body, ticket });
  }
}

function entryOf({ method }: Request, exchange: Exchange, nowMs: number): LogEntry {
  const { id, client, route, status, failure, told, startMs } = exchange;
  return {
    time: new Date(nowMs).toISOString(),
    id,
    client,
    method,
    route,
    status,
    code: failure?.code,
    ...told,
    totalMs: nowMs - startMs,
    // A client's own mistake may quote the client; ours are for us.
    error: failure && failure.status >= 500 && failure.cause ? String(failure.cause) : undefined,
  };
}

/** The name that a client used for the server, without the port. */
function hostOf(request: Request): string {
  return (request.headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase();
}

function wrongHost(): ApiError {
  return new ApiError(
    421,
    'wrong_host',
    'Expected a request to one of the names of this server, got another host; use the address it printed.',
  );
}

function unknownRoute(): ApiError {
  return new ApiError(
    404,
    'unknown_url',
    'Expected a known path, such as /v1/chat/completions, got another one.',
  );
}

function wrongMethod(method: string): ApiError {
  return new ApiError(405, 'method_not_allowed', `Expected ${method} for this path, got another method.`, {
    headers: { allow: method },
  });
}
