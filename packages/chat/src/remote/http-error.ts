import { InternVLError } from '@internvl/backend';

/** What a server said instead of an answer. */
export interface Refusal {
  /** HTTP status; undefined for an error in the middle of a stream that names none. */
  readonly status: number | undefined;
  /** The body, JSON or not. */
  readonly text: string;
  readonly retryAfterMs?: number | undefined;
  /** Without what an address may hold behind a question mark: a key. */
  readonly url: string;
}

/** A refusal as an error: `remote-unauthorized`, `remote-not-found`, `remote-busy`, `remote-refused`, `context-overflow`, `remote-failed`. */
export function httpError({ status, text, retryAfterMs, url }: Refusal): InternVLError {
  const { message, code } = saidIn(text);
  const facts = {
    url,
    said: message,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { serverCode: code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const error = (errorCode: string, remedy: string) =>
    new InternVLError(
      errorCode,
      `Expected an answer from ${url}, got ${status === undefined ? 'an error' : `status ${status}`}: ${message}; ${remedy}.`,
      facts,
    );
  switch (status) {
    case 401:
    case 403:
      return error('remote-unauthorized', 'check the key');
    case 404:
      return error('remote-not-found', 'check the address (up to and with /v1) and the name of the model');
    case 429:
    case 503:
    case 529:
      return error(
        'remote-busy',
        retryAfterMs === undefined ? 'ask later' : `ask again in ${retryAfterMs} ms`,
      );
    case 408:
    case 504:
      return error('remote-timeout', 'ask for less, or give the server more time');
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return code === 'context_length_exceeded' ||
      /context length|maximum.{0,20}length|too many tokens/i.test(message)
      ? error('context-overflow', 'shorten the conversation or give images fewer tiles')
      : error('remote-refused', 'change what is asked');
  }
  return error('remote-failed', 'see to the server');
}

/** `retry-after-ms`, or `Retry-After` in seconds or as a date: in milliseconds. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && Number.isFinite(Number(ms))) return Math.max(0, Number(ms));
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, Math.round(seconds * 1000));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** `{ error: { message, code } }` as OpenAI says it, `{ message, code }` as older vLLM, LMDeploy and SGLang, `{ detail }` as FastAPI. */
function saidIn(text: string): { readonly message: string; readonly code: string | undefined } {
  const value = record(parsed(text));
  const said = record(value?.error) ?? value;
  const message = said?.message ?? value?.error ?? value?.detail;
  const shown =
    typeof message === 'string' ? message : message === undefined ? text : JSON.stringify(message);
  const code = said?.code ?? said?.type;
  return {
    message: shown.replaceAll(/\s+/g, ' ').trim().slice(0, 300) || 'nothing',
    code: code === undefined || code === null ? undefined : String(code),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
