import type { OrtPort } from '@internvl/backend/ort';
import type { Pointer } from './c-api.js';
import { describeTensor } from './describe-tensor.js';
import type { OrtRuntime } from './ort-runtime.js';

/** An input or output, and where the library wants to find its name. */
export interface NativePort {
  readonly port: OrtPort;
  /** The name as C has it, to be freed. */
  readonly nameAt: Pointer;
}

/** The inputs or the outputs of a session, in its order. */
export function nativePorts(
  runtime: OrtRuntime,
  session: Pointer,
  which: 'Input' | 'Output',
): readonly NativePort[] {
  const { api } = runtime;
  const count = runtime.count((out) => api[`sessionGet${which}Count`](session, out));
  return Array.from({ length: count }, (_, index) => {
    const { text, at } = runtime.text((allocator, out) =>
      api[`sessionGet${which}Name`](session, index, allocator, out),
    );
    const info = runtime.made((out) => api[`sessionGet${which}TypeInfo`](session, index, out));
    try {
      return { port: portOf(runtime, text, info), nameAt: at };
    } finally {
      api.releaseTypeInfo(info);
    }
  });
}

function portOf(runtime: OrtRuntime, name: string, info: Pointer): OrtPort {
  // Null for a sequence, a map, an optional.
  const tensor = runtime.made((out) => runtime.api.castTypeInfoToTensorInfo(info, out));
  return tensor === 0n
    ? { name, isTensor: false }
    : { name, isTensor: true, ...describeTensor(runtime, tensor) };
}
