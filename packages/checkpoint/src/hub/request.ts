import { InternVLError } from '@internvl/backend';
import type { HubId } from './hub-id.js';
import { pause } from './pause.js';
import type { HubSettings } from './settings.js';
import { suggestId } from './suggest.js';

/** How a download talks to a Hub. */
export interface HubConnection {
  readonly settings: HubSettings;
  readonly fetch: typeof globalThis.fetch;
  /** Wait before the first repetition; doubles each time. Ms. */
  readonly retryDelayMs: number;
  /** Repetitions without any progress before giving up. */
  readonly retries: number;
  /** Silence after which a connection counts as broken. Ms. */
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
}

const MAX_DELAY_MS = 30_000;

/** A fault that may pass: no connection, a server's own error, a body that ends early. */
export class PassingFault extends Error {
  override readonly name = 'PassingFault';
  /** What the server asks to wait, Ms. */
  readonly waitMs: number | undefined;

  constructor(message: string, waitMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.waitMs = waitMs;
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or has failed in passing `retries` times in a row; `attempt` calls
 * `progressed` whenever bytes arrived, which starts the count anew.
 *
 * @throws `network` with the last fault as cause; what `attempt` throws; `signal.reason`
 */
export async function withRetries<T>(
  connection: HubConnection,
  what: string,
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  const { settings, retryDelayMs, retries, signal } = connection;
  for (let failures = 0; ; ) {
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (fault) {
      signal?.throwIfAborted();
      if (!(fault instanceof PassingFault)) throw fault;
      if (failures >= retries) {
        throw new InternVLError(
          'network',
          `Expected ${what} from ${settings.endpoint}, found: ${fault.message}; check the connection, or set HF_HUB_OFFLINE=1 to use what is in the cache.`,
          { endpoint: settings.endpoint, what, attempts: failures + 1 },
          { cause: fault },
        );
      }
      const delay = fault.waitMs ?? retryDelayMs * 2 ** failures;
      failures += 1;
      await pause(Math.min(delay, MAX_DELAY_MS), signal);
    }
  }
}

/**
 * One GET. Redirects are followed; the token is sent to the Hub and to nobody else.
 *
 * @throws `hub-unauthorized`, `model-not-found`, `file-missing`; `PassingFault` for what may pass
 */
export async function request(
  connection: HubConnection,
  { repo, revision }: HubId,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { settings, signal, silenceMs } = connection;
  const authorization: Record<string, string> =
    settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` };
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  let response: Response;
  try {
    response = await connection.fetch(url, {
      headers: {
        'user-agent': 'internvl-checkpoint',
        'accept-encoding': 'identity',
        ...authorization,
        ...headers,
      },
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new PassingFault(
      silence.signal.aborted ? `no answer within ${silenceMs} ms` : reasonOf(cause),
      undefined,
      {
        cause,
      },
    );
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw refusal(response, repo, revision, settings);
}

function refusal(response: Response, repo: string, revision: string, settings: HubSettings): Error {
  const { status, headers, url } = response;
  const code = headers.get('x-error-code') ?? '';
  const facts = { id: repo, revision, status, endpoint: settings.endpoint };
  const missing = code === 'RepoNotFound' || (status === 404 && code !== 'EntryNotFound');
  if (missing && code === 'RevisionNotFound') {
    return new InternVLError(
      'model-not-found',
      `Expected a revision ${revision} of ${repo} on ${settings.endpoint}, found none; name a branch, a tag or a commit, or leave @${revision} out.`,
      facts,
    );
  }
  if (missing) {
    const suggestion = suggestId(repo);
    return new InternVLError(
      'model-not-found',
      `Expected a model ${repo} on ${settings.endpoint}, found none; did you mean ${suggestion}? A private model needs a token in HF_TOKEN; a local folder is written as a path: ./${repo}.`,
      { ...facts, suggestion },
    );
  }
  if (status === 401 || status === 403) {
    const remedy =
      settings.token === undefined
        ? 'set HF_TOKEN to an access token of an account that may read it'
        : 'the token in use may not read it: accept the conditions on its page, or set HF_TOKEN to another';
    return new InternVLError(
      'hub-unauthorized',
      `Expected ${settings.endpoint} to hand out ${repo}, found status ${status}; ${remedy}.`,
      { ...facts, tokenSent: settings.token !== undefined },
    );
  }
  if (status === 404) {
    return new InternVLError(
      'file-missing',
      `Expected ${new URL(url).pathname} on ${settings.endpoint}, found none; the model has changed meanwhile, try again.`,
      facts,
    );
  }
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    return new PassingFault(`status ${status}`, Number.isFinite(seconds) ? seconds * 1000 : undefined);
  }
  return new InternVLError(
    'network',
    `Expected ${settings.endpoint} to answer for ${repo}, found status ${status}; check HF_ENDPOINT.`,
    facts,
  );
}

/** What lies beneath `fetch failed`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
