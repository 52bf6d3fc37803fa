import { InternVLError } from '@internvl/backend';
import { ApiError } from './api-error.js';

/** Codes that say: this process cannot answer now, another one or a later one may. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'chat-disposed',
  'device-lost',
  'graph-disposed',
  'host-lost',
  'out-of-memory',
  'worker-failed',
]);

/** Codes that are about what the client sent. */
const CLIENTS: ReadonlyMap<string, string> = new Map([
  ['context-overflow', 'context_length_exceeded'],
  ['invalid-option', 'invalid_value'],
  ['reserved-text', 'invalid_value'],
  ['grammar-invalid', 'invalid_value'],
  ['grammar-stuck', 'invalid_value'],
  ['grammar-too-complex', 'invalid_value'],
  ['schema-unsupported', 'invalid_json_schema'],
  ['architecture-unsupported', 'unsupported_value'],
  ['image-url-refused', 'image_url_not_allowed'],
  ['image-url-failed', 'image_url_failed'],
  ['image-unreadable', 'invalid_image'],
  ['image-truncated', 'invalid_image'],
  ['image-empty', 'invalid_image'],
  ['image-size-unknown', 'invalid_image'],
  ['image-unsupported', 'invalid_image'],
  ['image-too-large', 'image_too_large'],
]);

/** Whatever was thrown, as a client may see it: what is our fault keeps its details to itself. */
export function failureOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const code = InternVLError.is(thrown) ? thrown.code : '';
  const clients = CLIENTS.get(code);
  if (InternVLError.is(thrown) && clients)
    return new ApiError(400, clients, thrown.message, { cause: thrown });
  if (UNAVAILABLE.has(code)) {
    return new ApiError(503, 'model_unavailable', 'The model cannot answer at the moment; try again later.', {
      headers: { 'retry-after': '5' },
      cause: thrown,
    });
  }
  return new ApiError(
    500,
    'internal_error',
    'The server failed to answer; its log has more under the id of this request.',
    { cause: thrown },
  );
}
