import { InternVLError } from '@internvl/backend';
import { type OrtNamespace, providerFault } from '@internvl/backend/ort';
import { openApi } from './c-api.js';
import { libraryPath } from './library-path.js';
import { type Koffi, koffiRemedy } from './load-koffi.js';
import { NativeSession } from './native-session.js';
import { NativeTensor } from './native-tensor.js';
import { OrtRuntime } from './ort-runtime.js';

/**
 * The library as `ortBackend` takes a runtime, once it has run two small graphs rightly.
 *
 * @throws `device-missing`.
 */
export async function nativeRuntime(koffi: Koffi): Promise<OrtNamespace> {
  const path = libraryPath();
  let reason: string | undefined;
  try {
    const ort = namespaceOf(new OrtRuntime(openApi(koffi, path)));
    reason = await providerFault(ort, 'cpu', { checkAttention: true });
    if (reason === undefined) return ort;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new InternVLError(
    'device-missing',
    `Expected onnxruntime-node's library (${path}) to work through koffi, it does not: ${reason}; ${koffiRemedy}.`,
    { device: 'native', library: path, reason, remedy: koffiRemedy },
  );
}

/** The library under the names of ONNX Runtime's bindings. */
export function namespaceOf(runtime: OrtRuntime): OrtNamespace {
  return {
    InferenceSession: { create: (source, options = {}) => NativeSession.open(runtime, source, options) },
    Tensor: NativeTensor,
  };
}
