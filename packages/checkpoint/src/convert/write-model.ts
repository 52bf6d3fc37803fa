import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { kvHeadSize } from '../onnx/head-padding.js';
import type { PartPrecisions } from '../onnx/precision.js';
import type { OnProgress } from '../progress.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { writeData } from './data-file.js';
import { type ConversionFileSystem, diskFull, isDiskFull } from './file-system.js';
import { type Manifest, type ManifestFile, manifestFormat, manifestName, writerVersion } from './manifest.js';
import type { ConversionPlan } from './plan.js';

export interface WriteModelOptions {
  readonly digest: string;
  readonly precision: PartPrecisions;
  readonly fileSystem: ConversionFileSystem;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** An index of weight files that a converted model does not have. */
const leftOut = 'model.safetensors.index.json';

/**
 * Writes a whole converted model into `directory`, which is new; the manifest comes last.
 *
 * @throws `disk-full` before the first byte, or when the disk fills up on the way; `signal.reason` when aborted
 */
export async function writeModel(
  checkpoint: Checkpoint,
  plan: ConversionPlan,
  directory: string,
  options: WriteModelOptions,
): Promise<void> {
  const { fileSystem, signal, onProgress } = options;
  const small = new Map<string, Uint8Array>(plan.graphs);
  for (const [name, bytes] of Object.entries(await checkpoint.files.readAll())) {
    if (name !== leftOut) small.set(name, bytes);
  }
  const { file, bytes: total } = plan.data;
  const needed = [...small.values()].reduce((sum, bytes) => sum + bytes.byteLength, total);
  const free = await fileSystem.freeBytes(dirname(directory));
  if (free < needed) throw diskFull(dirname(directory), needed, free);

  const write = async <T>(name: string, fill: (append: Append) => Promise<T>): Promise<T> => {
    const output = await fileSystem.create(join(directory, name));
    try {
      const result = await fill((bytes) => output.write(bytes));
      await output.sync();
      return result;
    } finally {
      await output.close();
    }
  };
  let loaded = 0;
  try {
    const sha256 = await write(file, (append) =>
      writeData(append, plan.data, {
        signal,
        onBytes: (written) => {
          loaded = written;
          onProgress?.({
            status: 'converting',
            file,
            loaded,
            total,
            overallLoaded: loaded,
            overallTotal: total,
          });
        },
      }),
    );
    const files: ManifestFile[] = [{ path: file, bytes: total, sha256 }];
    for (const [path, bytes] of small) {
      signal?.throwIfAborted();
      await write(path, (append) => append(bytes));
      files.push({
        path,
        bytes: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
    const manifest = JSON.stringify(describe(checkpoint, plan, files, options), undefined, 2);
    await write(manifestName, (append) => append(new TextEncoder().encode(`${manifest}\n`)));
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const left = await fileSystem.freeBytes(dirname(directory));
    throw diskFull(dirname(directory), Math.max(needed - loaded, left + 1), left, error);
  }
}

type Append = (bytes: Uint8Array) => Promise<void>;

function describe(
  { config }: Checkpoint,
  { data, positionTable }: ConversionPlan,
  files: readonly ManifestFile[],
  { digest, precision }: WriteModelOptions,
): Manifest {
  const { llm } = config;
  return {
    format: manifestFormat,
    writer: writerVersion,
    source: { digest },
    precision,
    config,
    ...(llm && { kvHeadSize: kvHeadSize(llm) }),
    graphs: llm
      ? { vision: 'vision.onnx', embed: 'embed.onnx', decoder: 'decoder.onnx' }
      : { vision: 'vision.onnx' },
    data: data.file,
    positionTable,
    files,
  };
}
