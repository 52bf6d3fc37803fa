import { type Backend, InternVLError } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import type { NodeBackendOptions } from '@internvl/backend-node';

export interface BackendByNameOptions {
  readonly threads?: number | undefined;
  /** Told when a device is missing and another one is taken. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** Names a backend may have beside those of `@internvl/backend-node`'s devices. */
const ownNames = ['auto', 'native', 'reference'];

/**
 * The backend of a name: `'reference'`, a device of `@internvl/backend-node`, or `'native'`, which is its CPU through the C
 * interface of ONNX Runtime; `'auto'` is the best that works here. The CPU takes the place of another that does not work.
 *
 * @throws `invalid-option` for another name, `device-missing` when the device, and the CPU in its place, do not work or
 *   `@internvl/backend-node` is not installed
 */
export async function backendByName(
  name: string,
  { threads, onNote }: BackendByNameOptions = {},
): Promise<Backend> {
  if (name === 'reference') return referenceBackend({ readRange });
  const { nodeBackend, nodeDevices } = await installed(() => import('@internvl/backend-node'));
  if (name === 'native') {
    const { nativeBackend } = await installed(() => import('@internvl/backend-node/native'));
    try {
      return await nativeBackend({ threads });
    } catch (error) {
      if (!InternVLError.is(error, 'device-missing')) throw error;
      onNote?.(`native does not work here, cpu takes its place: ${error.message}`);
      return nodeBackend({ device: 'cpu', threads });
    }
  }
  const device = [...nodeDevices, 'auto' as const].find((known) => known === name);
  if (device === undefined) {
    const known = [...ownNames, ...nodeDevices];
    throw new InternVLError(
      'invalid-option',
      `Expected a backend among ${known.join(', ')}, got "${name}"; name one of these.`,
      { option: 'backend', value: name, known },
    );
  }
  const onFallback: NodeBackendOptions['onFallback'] = ({ wanted, next, reason, remedy }) =>
    onNote?.(
      `${wanted} does not work here (${reason}); ${next} takes its place. To use ${wanted}, ${remedy}.`,
    );
  return nodeBackend({ device, threads, onFallback });
}

async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new InternVLError(
      'device-missing',
      "Expected @internvl/backend-node to be installed, it is not; install it, or load with backend: 'reference', which is slow.",
      { device: 'cpu', package: '@internvl/backend-node' },
      { cause: error },
    );
  }
}
