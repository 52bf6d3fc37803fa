import { type Backend, InternVLError } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';

/** The way past the official binding, where this repository has it. */
const nativeEntry = '@internvl/backend-node/native';

/** `binding` is onnxruntime-node's own; `native` its library through the C interface. @throws where there is none */
export async function backendNamed(name: string, threads: number): Promise<Backend> {
  if (name === 'binding') return nodeBackend({ device: 'cpu', threads });
  const found: Record<string, unknown> = await import(nativeEntry);
  const { nativeBackend } = found;
  if (typeof nativeBackend !== 'function') {
    throw new InternVLError('device-missing', `Expected nativeBackend in ${nativeEntry}, found none.`);
  }
  return nativeBackend({ threads });
}
