import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Chromium and Chrome keep SwiftShader, a Vulkan driver in software. */
const folders = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-headless-shell',
  '/usr/lib/chromium-browser',
  '/opt/google/chrome',
];

/**
 * The environment in which Node finds SwiftShader, so that WebGPU runs where there is no GPU; undefined where there
 * is none of these browsers. It must be set when the process starts: the loader of libraries reads it only then.
 */
export function softwareVulkan(): Readonly<Record<string, string>> | undefined {
  const driver = 'vk_swiftshader_icd.json';
  const folder = folders.find(
    (each) => existsSync(join(each, driver)) && existsSync(join(each, 'libvulkan.so.1')),
  );
  return folder === undefined
    ? undefined
    : { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: join(folder, driver) };
}
