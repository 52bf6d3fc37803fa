import { DatasetError } from '../error.js';

/**
 * Why a call gave nothing.
 *
 * - `busy`: too many calls (429, 503, 529); slow down and try again
 * - `failed`: the server or the way to it (5xx, network, timeout); try again
 * - `refused`: this request is not acceptable (400, 413, 422); another one may be
 * - `fatal`: no request will be (401, 403, 404)
 */
export type CallErrorKind = 'busy' | 'failed' | 'refused' | 'fatal';

/** A call that gave no response that counts. Codes: `endpoint-busy`, `endpoint-failed`, `request-refused`, `endpoint-fatal`. */
export class CallError extends DatasetError {
  readonly kind: CallErrorKind;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: CallErrorKind,
    message: string,
    facts: Readonly<Record<string, unknown>> = {},
    { retryAfterMs, cause }: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    const code = kind === 'refused' ? 'request-refused' : `endpoint-${kind}`;
    super(code, message, { ...facts, ...(retryAfterMs !== undefined && { retryAfterMs }) }, { cause });
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}
