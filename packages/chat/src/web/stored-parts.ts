import { precisionText } from '@internvl/checkpoint';
import type { LoadedGraph, StoredConvertedModel } from '@internvl/checkpoint/web';
import type { GraphPart, ModelParts } from '../loading/assemble-model.js';
import { modelIdentity } from '../loading/model-identity.js';

/** A stored model as the loader takes it: graphs are read one by one, when their turn comes. */
export function storedParts(stored: StoredConvertedModel, signal: AbortSignal | undefined): ModelParts {
  const { config, manifest, files, name, embed, decoder } = stored;
  const part = (
    file: string | undefined,
    read: ((options: { signal: AbortSignal | undefined }) => Promise<LoadedGraph>) | undefined,
  ): GraphPart | undefined => (file && read ? { file, source: () => read({ signal }) } : undefined);
  return {
    config,
    name,
    identity: modelIdentity(manifest),
    files,
    precision: storedPrecision(manifest),
    vision: { file: manifest.graphs.vision, source: () => stored.vision(undefined, { signal }) },
    embed: part(manifest.graphs.embed, embed),
    decoder: part(manifest.graphs.decoder, decoder),
  };
}

/** How the weights are stored: `'fp32'`, or `'q8+q4'` where vision and language differ. */
export function storedPrecision({ config, precision }: StoredConvertedModel['manifest']): string {
  return config.llm ? precisionText(precision) : precision.vision;
}
