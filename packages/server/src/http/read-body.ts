import { ApiError } from '../api-error.js';
import { clientLeft } from '../exchange.js';
import type { HeldBytes } from './held-bytes.js';

export interface ReadBodyOptions {
  readonly mostBytes: number;
  /** Longest time that a body may take to arrive, milliseconds. */
  readonly timeoutMs: number;
  readonly held: HeldBytes;
  readonly signal: AbortSignal;
}

/**
 * The JSON document in a request.
 *
 * @throws 415 for another media type, 413 for too many bytes, 408 for a slow body, 400 for what is no JSON, 429 when all
 *   requests together hold too much, `signal.reason`
 */
export async function readJson(request: Request, options: ReadBodyOptions): Promise<unknown> {
  // A page of another site can send text/plain without asking first; JSON it cannot.
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new ApiError(
      415,
      'unsupported_media_type',
      `Expected content-type application/json, got ${type === '' ? 'none' : `'${type.slice(0, 80)}'`}; send JSON and say so.`,
    );
  }
  const text = await readText(request, options);
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(
      400,
      'invalid_json',
      'Expected a body of JSON, it cannot be parsed; check its syntax.',
    );
  }
}

async function readText(request: Request, { mostBytes, timeoutMs, held, signal }: ReadBodyOptions) {
  const tooLarge = () =>
    new ApiError(
      413,
      'request_too_large',
      `Expected a body of at most ${mostBytes} bytes, got more; send fewer or smaller images.`,
    );
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > mostBytes) throw tooLarge();
  if (request.body === null) return '';
  const reader = request.body.getReader();
  let end: (reason: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  const onAbort = () => end(signal.reason);
  signal.addEventListener('abort', onAbort);
  const timer = setTimeout(
    () =>
      end(
        new ApiError(
          408,
          'request_timeout',
          `Expected the whole body within ${timeoutMs} ms, it is not there; send it faster, or send less.`,
          { headers: { connection: 'close' } },
        ),
      ),
    timeoutMs,
  );
  try {
    signal.throwIfAborted();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await Promise.race([reader.read().catch(brokenOff), ended]);
      if (done) break;
      length += value.length;
      if (length > mostBytes) throw tooLarge();
      held.add(value.length);
      chunks.push(value);
    }
    return textOf(chunks);
  } catch (error) {
    ended.catch(() => {});
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** A body that cannot be read to its end is one whose client went away; that its signal says so may come later. */
function brokenOff(): never {
  throw clientLeft();
}

function textOf(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  } catch {
    throw new ApiError(400, 'invalid_json', 'Expected a body in UTF-8, got bytes that are none; encode it.');
  }
}
