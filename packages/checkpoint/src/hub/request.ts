import { InternVLError } from '@internvl/backend';
import { type Connection, get } from './connection.js';
import type { HubId } from './hub-id.js';
import { suggestId } from './suggest.js';

/** A connection to a Hub, and what its user can do about refusals. */
export interface HubConnection extends Connection {
  /** Sent to the Hub and to nobody else. */
  readonly token?: string | undefined;
  readonly remedies: HubRemedies;
}

/** Ends of sentences: what to do, in words of the place where this runs. */
export interface HubRemedies {
  /** Where to put a token, and what else a name that is not found may mean. */
  missing(repo: string): string;
  /** No token was sent. */
  readonly noToken: string;
  /** A token was sent and is not good enough. */
  readonly wrongToken: string;
  /** What answers is no Hub. */
  readonly noHub: string;
}

/**
 * One GET. Redirects are followed; the token is sent to the Hub and to nobody else.
 *
 * @throws `hub-unauthorized`, `model-not-found`, `file-missing`; `PassingFault` for what may pass
 */
export async function request(
  connection: HubConnection,
  id: HubId,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { token } = connection;
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await get(connection, url, { ...authorization, ...headers });
  if (response.ok) return response;
  await response.body?.cancel();
  throw refusal(response, id, connection);
}

function refusal(response: Response, { repo, revision }: HubId, connection: HubConnection): InternVLError {
  const { endpoint, remedies, token } = connection;
  const { status, headers, url } = response;
  const code = headers.get('x-error-code') ?? '';
  const facts = { id: repo, revision, status, endpoint };
  const missing = code === 'RepoNotFound' || (status === 404 && code !== 'EntryNotFound');
  if (missing && code === 'RevisionNotFound') {
    return new InternVLError(
      'model-not-found',
      `Expected a revision ${revision} of ${repo} on ${endpoint}, found none; name a branch, a tag or a commit, or leave @${revision} out.`,
      facts,
    );
  }
  if (missing) {
    const suggestion = suggestId(repo);
    return new InternVLError(
      'model-not-found',
      `Expected a model ${repo} on ${endpoint}, found none; did you mean ${suggestion}? ${remedies.missing(repo)}.`,
      { ...facts, suggestion },
    );
  }
  if (status === 401 || status === 403) {
    const remedy = token === undefined ? remedies.noToken : remedies.wrongToken;
    return new InternVLError(
      'hub-unauthorized',
      `Expected ${endpoint} to hand out ${repo}, found status ${status}; ${remedy}.`,
      { ...facts, tokenSent: token !== undefined },
    );
  }
  if (status === 404) {
    return new InternVLError(
      'file-missing',
      `Expected ${new URL(url).pathname} on ${endpoint}, found none; the model has changed meanwhile, try again.`,
      facts,
    );
  }
  return new InternVLError(
    'network',
    `Expected ${endpoint} to answer for ${repo}, found status ${status}; ${remedies.noHub}.`,
    facts,
  );
}
