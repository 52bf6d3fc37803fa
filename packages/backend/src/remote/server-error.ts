import { InternVLError } from '../error.js';
import { record } from './json.js';

/**
 * What a server said instead of an answer: `remote-unauthorized`, `remote-not-found`, `remote-busy`, `remote-timeout`,
 * `remote-refused` (another status below 500) or `remote-failed`. `facts.said` has its words, `facts.status` the status.
 */
export function serverError(status: number, body: Uint8Array, url: string): InternVLError {
  const said = wordsIn(new TextDecoder().decode(body));
  const error = (code: string, remedy: string) =>
    new InternVLError(
      code,
      `Expected an answer from ${url}, got status ${status}: ${said || 'nothing'}; ${remedy}.`,
      { url, status, said },
    );
  switch (status) {
    case 401:
    case 403:
      return error('remote-unauthorized', 'check the headers that are sent');
    case 404:
      return error('remote-not-found', 'check the address and the name of the model');
    case 429:
    case 503:
      return error('remote-busy', 'ask later, or start more of these servers');
    case 408:
    case 504:
      return error('remote-timeout', 'ask for less, or give the server more time');
  }
  return status < 500
    ? error('remote-refused', 'change what is asked')
    : error('remote-failed', 'see to the server');
}

/** `{ error }` as the protocol has it, or the text. */
function wordsIn(text: string): string {
  let said: unknown = text;
  try {
    said = record(JSON.parse(text))?.error ?? text;
  } catch {
    // Not JSON: a page of a proxy in between.
  }
  return String(said).replaceAll(/\s+/g, ' ').trim().slice(0, 600);
}
