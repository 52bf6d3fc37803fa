import { InternVLError } from '@internvl/backend';

/** What calls functions of a shared library. */
export type Koffi = typeof import('koffi');

/** What to do where koffi is not to be had. */
export const koffiRemedy =
  "run `npm install koffi`, or use nodeBackend({ device: 'cpu' }) of @internvl/backend-node, which needs nothing else";

/**
 * koffi, an optional peer; `load` is how it is imported.
 *
 * @throws `device-missing` when it is not installed or has no binary for this platform.
 */
export async function loadKoffi(load: () => Promise<Koffi> = () => import('koffi')): Promise<Koffi> {
  try {
    return await load();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InternVLError(
      'device-missing',
      `Expected the package koffi, through which ONNX Runtime's C interface is called, it did not load: ${reason}; ${koffiRemedy}.`,
      { device: 'native', package: 'koffi', reason, remedy: koffiRemedy },
      { cause: error },
    );
  }
}
