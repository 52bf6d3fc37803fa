import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { convertCached } from '../convert/convert.js';
import type { Manifest } from '../convert/manifest.js';
import { openFolder } from '../source/open-folder.js';
import { FakeHub } from './fake-hub.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What Node writes, to be compared with what a browser writes: manifests by checkpoint and precision. */
    nodeManifests: Record<string, Manifest>;
    /** Address of a Hub whose connection breaks at 60 % of one weight file. */
    breakingHub: string;
  }
}

/** Small ones that differ in what is fused, tied and padded. */
const checkpoints = {
  'v2-1b': ['fp32', 'fp16', 'q4', 'q4f16'],
  'v3-5-tied': ['fp32', 'q4'],
  'mini-2b': ['fp16'],
} as const;

/** Set-up of the browser tests: converts in Node what they will convert. */
export default async function expectedManifests(project: TestProject): Promise<() => void> {
  const repository = new URL('../../../../', import.meta.url);
  const cacheDirectory = fileURLToPath(new URL('node_modules/.cache/internvl', repository));
  const manifests: Record<string, Manifest> = {};
  for (const [name, precisions] of Object.entries(checkpoints)) {
    const folder = fileURLToPath(new URL(`fixtures/checkpoints/${name}`, repository));
    const checkpoint = await openFolder(folder, { cache: cacheDirectory });
    try {
      for (const precision of precisions) {
        const { manifest } = await convertCached(checkpoint, { cacheDirectory, precision });
        manifests[`${name} ${precision}`] = manifest;
      }
    } finally {
      await checkpoint.close();
    }
  }
  project.provide('nodeManifests', manifests);
  const ends: (() => void)[] = [];
  const folder = fileURLToPath(new URL('fixtures/checkpoints/mini-2b', repository));
  const hub = await FakeHub.start(folder, (close) => ends.push(close));
  const shard = 'model-00002-of-00003.safetensors';
  const cutAfter = Math.floor(hub.files.get(shard)!.length * 0.6);
  hub.mischief.set(shard, [{ cutAfter, whole: true }]);
  project.provide('breakingHub', hub.endpoint);
  return () => {
    for (const end of ends) end();
  };
}
