import type { ModelSource } from '../backend.js';
import { InternVLError } from '../error.js';
import { outOfMemory } from './out-of-memory.js';

/*
 * ONNX Runtime reports by message. Its wording is matched for the cases that ask for another remedy; anything
 * else at loading is a model that it cannot read.
 */
const unsupported =
  /not a registered function|No Op registered|Failed to find kernel|Could not find an implementation|NOT_IMPLEMENTED|opset .* under development/i;
const missing = /File doesn't exist|External data path does not exist|not found in preloaded files/i;

/** The error of ours for what `InferenceSession.create` threw. */
export function loadError(error: unknown, source: ModelSource, backend: string): InternVLError {
  return modelFault(error instanceof Error ? error.message : String(error), error, source, backend);
}

/** The same for its words alone, as a server passes them on. */
export function modelFault(
  reason: string,
  error: unknown,
  source: ModelSource,
  backend: string,
): InternVLError {
  const model = 'path' in source ? source.path : `${source.bytes.byteLength} bytes`;
  const facts = { backend, model, reason };
  const full = outOfMemory(reason, backend, error);
  if (full) return full;
  if (missing.test(reason)) {
    return new InternVLError(
      'file-missing',
      `Expected the model (${model}) and its external data, found that a file is missing: ${reason}; put the files beside each other.`,
      facts,
      { cause: error },
    );
  }
  if (unsupported.test(reason)) {
    return new InternVLError(
      'unsupported-operator',
      `Expected operators that ${backend} has, got a model (${model}) with another one: ${reason}; use another backend or export the model without it.`,
      facts,
      { cause: error },
    );
  }
  return new InternVLError(
    'model-unreadable',
    `Expected an ONNX model that ${backend} can load, got ${model}: ${reason}; check that the file is complete and made for this backend.`,
    facts,
    { cause: error },
  );
}
