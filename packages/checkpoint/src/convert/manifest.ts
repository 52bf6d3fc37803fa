import { InternVLError } from '@internvl/backend';
import { sha256Of } from '../hash/digest.js';
import type { ModelConfig } from '../model-config.js';
import type { KeptLayers } from '../onnx/part-precisions.js';
import type { PartPrecisions } from '../onnx/precision.js';
import type { StorageSettings } from './storage-settings.js';

/** Version of the manifest and of the folder around it. */
export const manifestFormat = 1;

/** Version of the graphs; part of the key of a cached conversion, so that a better writer writes anew. */
export const writerVersion = 5;

export const manifestName = 'manifest.json';

/** What a folder of converted graphs says about itself, in `manifest.json`. */
export interface Manifest {
  readonly format: typeof manifestFormat;
  readonly writer: number;
  readonly source: {
    /** Hub id or folder name of what was converted; absent in folders of earlier versions. */
    readonly name?: string;
    /** `Checkpoint.digest()` of what was converted. */
    readonly digest: string;
  };
  readonly precision: PartPrecisions;
  /** Largest tensor in the graphs that was allowed, bytes; absent without a limit. */
  readonly maxTensorBytes?: number;
  /** Layers that are stored one step higher than the rest, by the names of their nodes. */
  readonly keep?: KeptLayers;
  readonly config: ModelConfig;
  /** Head size of the KV cache ports: `llm.headSize` padded to a multiple of 8. Absent without a language model. */
  readonly kvHeadSize?: number;
  readonly graphs: {
    readonly vision: string;
    readonly embed?: string;
    readonly decoder?: string;
  };
  /** The weights that all graphs read. */
  readonly data: string;
  /** Position embeddings in the data file, float32 `[1 + tableSide², width]`, the class embedding added to row 0. */
  readonly positionTable: { readonly offset: number; readonly rows: number; readonly columns: number };
  /** Every file of the folder but this one and vision graphs for other sizes, which were added later. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Of the weights: SHA-256 of every `bytes` bytes of the file, so that a part can be checked. */
  readonly blocks?: { readonly bytes: number; readonly sha256: readonly string[] };
}

/** The key of a conversion: what it is of, how it is stored, who wrote it. */
export async function conversionId(
  identity: string,
  { precision, maxTensorBytes, keep }: StorageSettings,
): Promise<string> {
  const { vision, llm, head } = precision;
  const rest = keep ? [maxTensorBytes ?? null, keep.vision ?? [], keep.llm ?? []] : [maxTensorBytes];
  const settings = rest.filter((setting) => setting !== undefined);
  const parts = JSON.stringify([
    identity,
    manifestFormat,
    writerVersion,
    vision,
    head ? `${llm}+${head}` : llm,
    ...settings,
  ]);
  return (await sha256Of(new TextEncoder().encode(parts))).slice(0, 32);
}

/**
 * The manifest in the text of `manifest.json`.
 *
 * @throws `manifest-unsupported` for another version, `model-unreadable` when it is none
 */
export function parseManifest(text: string, path: string): Manifest {
  const value = parse(text);
  if (!isRecord(value) || typeof value.format !== 'number') throw unreadable(path);
  if (value.format !== manifestFormat) {
    const age = value.format < manifestFormat ? 'an older' : 'a newer';
    throw new InternVLError(
      'manifest-unsupported',
      `Expected ${path} to be of format ${manifestFormat}, found ${age} one, ${value.format}; convert the checkpoint again with this version.`,
      { path, format: value.format, supported: manifestFormat },
    );
  }
  if (!isManifest(value)) throw unreadable(path);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Checks what the loader leans on; the rest was written by the same version of this package. */
function isManifest(value: object): value is Manifest {
  const { config, graphs, data, files, precision, source, positionTable } = value as Partial<Manifest>;
  return (
    isRecord(config) &&
    isRecord(config.vision) &&
    isRecord(source) &&
    typeof source.digest === 'string' &&
    isRecord(precision) &&
    isRecord(graphs) &&
    typeof graphs.vision === 'string' &&
    typeof data === 'string' &&
    isRecord(positionTable) &&
    Array.isArray(files) &&
    files.every((file) => typeof file?.path === 'string' && Number.isInteger(file.bytes))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function unreadable(path: string): InternVLError {
  return new InternVLError(
    'model-unreadable',
    `Expected ${path} to be the manifest of a converted model, found something else; convert the checkpoint again.`,
    { path },
  );
}
