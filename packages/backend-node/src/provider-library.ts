import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * True when the library of a provider that is installed apart (CUDA) lies beside onnxruntime-node's own. Asking
 * the runtime instead would make it print an error for everyone who does not have it.
 */
export function hasProviderLibrary(provider: 'cuda'): boolean {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const bin = join(dirname(entry), '..', 'bin');
  if (!existsSync(bin)) return false;
  return readdirSync(bin).some((napi) => {
    const folder = join(bin, napi, process.platform, process.arch);
    return existsSync(join(folder, `libonnxruntime_providers_${provider}.so`));
  });
}
