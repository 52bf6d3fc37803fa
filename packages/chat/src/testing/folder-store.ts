import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { openConverted } from '@internvl/checkpoint/node';
import type { LoadedGraph, ModelStore, StoredConvertedModel, StoredModel } from '@internvl/checkpoint/web';

/** A store of models that were converted on disk, for tests in Node: the ids are the folders. */
export function folderStore(folders: readonly string[]): ModelStore {
  const kept = new Set(folders);
  const entry = (id: string): StoredModel => ({
    id,
    name: basename(id),
    precision: 'fp32',
    bytes: 1,
    totalBytes: 1,
    complete: true,
    createdAt: 0,
  });
  const open = async (id: string): Promise<StoredConvertedModel> => {
    if (!kept.has(id)) throw new InternVLError('model-not-found', `No model ${id}.`, { id });
    const { manifest, config, files, vision, embed, decoder } = await openConverted(id);
    const graph = async (path: string): Promise<LoadedGraph> => ({
      bytes: new Uint8Array(await readFile(path)),
      externalData: { [manifest.data]: new Uint8Array(await readFile(join(id, manifest.data))) },
    });
    return {
      id,
      name: basename(id),
      manifest,
      config,
      files,
      vision: async (size) => graph(await vision(size)),
      ...(embed && { embed: () => graph(embed) }),
      ...(decoder && { decoder: () => graph(decoder) }),
      verify: async () => {},
    };
  };
  return {
    list: async () => [...kept].map(entry),
    remove: async (id) => void kept.delete(id),
    convert: () => open(folders[0]!),
    open,
    estimate: async () => ({ usage: kept.size, quota: 100, persisted: false }),
    persist: async () => true,
  };
}
