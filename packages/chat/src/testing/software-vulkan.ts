import { existsSync } from 'node:fs';

const folders = ['/usr/lib/chromium', '/usr/lib/chromium-headless-shell'];

/** Environment that names Chromium's software Vulkan driver, for a process that is about to start; undefined without it. */
export function softwareVulkan(): Readonly<Record<string, string>> | undefined {
  const folder = folders.find((each) => existsSync(`${each}/vk_swiftshader_icd.json`));
  if (folder === undefined) return undefined;
  return { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: `${folder}/vk_swiftshader_icd.json` };
}
