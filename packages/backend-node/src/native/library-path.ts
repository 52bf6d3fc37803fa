import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { remedies } from '../device.js';

/** `libonnxruntime.so.1`, `libonnxruntime.1.30.0.dylib`, `onnxruntime.dll`; not the providers, which lie beside it. */
const library = /^(lib)?onnxruntime(\.\d+)*\.(so|dylib|dll)(\.\d+)*$/;

/** Where to look; this machine and the installed package by default. */
export interface LibraryPlace {
  /** Folder of the package onnxruntime-node. */
  readonly packageFolder?: string;
  readonly platform?: string;
  readonly arch?: string;
}

/**
 * The shared library that onnxruntime-node's own binding stands on, wherever a package manager has put that package.
 *
 * @throws `device-missing` when the package is not installed or has no library for this platform.
 */
export function libraryPath({
  packageFolder = onnxruntimeFolder(),
  platform = process.platform,
  arch = process.arch,
}: LibraryPlace = {}): string {
  const bin = join(packageFolder, 'bin');
  for (const napi of existsSync(bin) ? readdirSync(bin) : []) {
    const folder = join(bin, napi, platform, arch);
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => library.test(name)) : [];
    // macOS has the same library under two names; the shorter one is what the binding is linked to.
    const [name] = names.sort((a, b) => a.length - b.length);
    if (name !== undefined) return join(folder, name);
  }
  throw missing(`no library for ${platform}-${arch}`, platform, arch);
}

function onnxruntimeFolder(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  } catch (error) {
    throw missing(error instanceof Error ? error.message : String(error), process.platform, process.arch);
  }
}

function missing(reason: string, platform: string, arch: string): InternVLError {
  return new InternVLError(
    'device-missing',
    `Expected onnxruntime-node with its library for ${platform}-${arch}, got: ${reason}; ${remedies.cpu}.`,
    { device: 'native', platform: `${platform}-${arch}`, reason, remedy: remedies.cpu },
  );
}
