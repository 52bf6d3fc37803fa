import type { Manifest } from '../convert/manifest.js';
import { patchGrid, resizeVision } from '../onnx/vision-size.js';
import { smallFiles } from '../source/checkpoint-files.js';
import { withWeights } from './graph-weights.js';
import type { StoredData } from './stored-data.js';
import type { LoadedGraph, OpenStoredOptions, StoredConvertedModel } from './stored-model.js';

/** A complete model of the store over its files. */
export function storedConvertedModel(id: string, manifest: Manifest, data: StoredData): StoredConvertedModel {
  const { config, graphs, positionTable, source } = manifest;
  const load = async (
    graph: string,
    { signal }: OpenStoredOptions = {},
    change?: Parameters<typeof withWeights>[3],
  ): Promise<LoadedGraph> => {
    signal?.throwIfAborted();
    const bytes = await data.small(graph);
    return withWeights(bytes, manifest.data, (target, offset) => data.read(target, offset, signal), change);
  };
  const { embed, decoder } = graphs;
  return {
    id,
    name: source.name ?? id,
    manifest,
    config,
    files: smallFiles(
      source.name ?? id,
      manifest.files.map(({ path }) => path),
      (name) => data.small(name),
    ),
    async vision(size, options = {}) {
      if (!size || (size.width === config.tileSize && size.height === config.tileSize)) {
        return load(graphs.vision, options);
      }
      patchGrid(config, size);
      const table = new Float32Array(positionTable.rows * positionTable.columns);
      await data.read(new Uint8Array(table.buffer), positionTable.offset, options.signal);
      return load(graphs.vision, options, (model) => resizeVision(model, config, size, table));
    },
    ...(embed && { embed: (options?: OpenStoredOptions) => load(embed, options) }),
    ...(decoder && { decoder: (options?: OpenStoredOptions) => load(decoder, options) }),
    async verify({ signal, onProgress } = {}) {
      const overallTotal = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
      const checkedOf = new Map<string, number>();
      await data.verify((file, loaded) => {
        checkedOf.set(file.path, loaded);
        const overallLoaded = [...checkedOf.values()].reduce((sum, bytes) => sum + bytes, 0);
        onProgress?.({
          status: 'checking',
          file: file.path,
          loaded,
          total: file.bytes,
          overallLoaded,
          overallTotal,
        });
      }, signal);
    },
  };
}
