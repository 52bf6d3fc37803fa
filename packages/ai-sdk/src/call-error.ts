import { APICallError } from '@ai-sdk/provider';
import { InternVLError } from '@internvl/backend';

/** Codes of a remote chat after which the same call may well succeed. */
const PASSING: ReadonlySet<string> = new Set([
  'remote-busy',
  'remote-failed',
  'remote-timeout',
  'remote-cut-short',
  'network',
]);

/**
 * Errors as the AI SDK retries them: those of a server that are over in a while become an `APICallError` with the original
 * as its cause, and with the wait that the server asked for. All others stay what they are.
 */
export function callError(error: unknown): unknown {
  if (!InternVLError.is(error) || !PASSING.has(error.code)) return error;
  const { url, status, retryAfterMs } = error.facts;
  return new APICallError({
    message: error.message,
    url: typeof url === 'string' ? url : '',
    requestBodyValues: {},
    ...(typeof status === 'number' && { statusCode: status }),
    ...(typeof retryAfterMs === 'number' && { responseHeaders: { 'retry-after-ms': String(retryAfterMs) } }),
    isRetryable: true,
    cause: error,
  });
}
