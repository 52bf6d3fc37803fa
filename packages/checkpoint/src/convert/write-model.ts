import { sha256Of } from '../hash/digest.js';
import { kvHeadSize } from '../onnx/head-padding.js';
import type { PartPrecisions } from '../onnx/precision.js';
import type { OnProgress, Progress } from '../progress.js';
import type { Checkpoint } from '../source/checkpoint.js';
import type { ConversionFolder } from './conversion-folder.js';
import { writeData } from './data-file.js';
import { journalName, readJournal } from './journal.js';
import { type Manifest, type ManifestFile, manifestFormat, manifestName, writerVersion } from './manifest.js';
import type { ConversionPlan } from './plan.js';
import { resumePoint } from './resume.js';

export interface WriteModelOptions {
  /** Which conversion it is: what another one began is not continued. */
  readonly key: string;
  /** `Checkpoint.digest()`. */
  readonly digest: string;
  readonly precision: PartPrecisions;
  /** Bytes between two places where an interrupted conversion can go on. Default 16 MiB. */
  readonly blockBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

const defaultBlockBytes = 16 * 2 ** 20;

/** An index of weight files that a converted model does not have. */
const leftOut = 'model.safetensors.index.json';

/**
 * Writes a whole converted model into a folder, or what is missing of one that was begun there; the manifest comes last.
 *
 * @throws `folder.full` before the first byte, or when the room runs out on the way; `signal.reason` when aborted
 */
export async function writeModel(
  checkpoint: Pick<Checkpoint, 'name' | 'config' | 'files'>,
  plan: ConversionPlan,
  folder: ConversionFolder,
  options: WriteModelOptions,
): Promise<Manifest> {
  const { key, blockBytes = defaultBlockBytes, signal, onProgress } = options;
  const small = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, bytes] of plan.graphs) small.set(name, Uint8Array.from(bytes));
  for (const [name, bytes] of Object.entries(await checkpoint.files.readAll())) {
    if (name !== leftOut) small.set(name, bytes);
  }
  const { file, bytes: total } = plan.data;
  const report = (status: Progress['status'], loaded: number) =>
    onProgress?.({ status, file, loaded, total, overallLoaded: loaded, overallTotal: total });
  const noted = journalKey(key, blockBytes, total);
  const from = await resumePoint(folder, plan.data, await readJournal(folder, noted), {
    blockBytes,
    signal,
    onChecked: (checked) => report('checking', checked),
  });
  const needed = [...small.values()].reduce((sum, bytes) => sum + bytes.byteLength, total);
  await checkRoom(folder, needed - from.position);

  let loaded = from.position;
  try {
    const { sha256, blocks } = await writeData(folder, plan.data, from, {
      key: noted,
      blockBytes,
      signal,
      onBytes: (written) => {
        loaded = written;
        report('converting', written);
      },
    });
    const files: ManifestFile[] = [
      { path: file, bytes: total, sha256, blocks: { bytes: blockBytes, sha256: blocks } },
    ];
    for (const [path, bytes] of small) {
      signal?.throwIfAborted();
      await writeFile(folder, path, bytes);
      files.push({ path, bytes: bytes.byteLength, sha256: await sha256Of(bytes) });
    }
    const manifest = describe(checkpoint, plan, files, options);
    await writeFile(folder, manifestName, encode(`${JSON.stringify(manifest, undefined, 2)}\n`));
    await folder.remove(journalName);
    return manifest;
  } catch (error) {
    if (!folder.isFull(error)) throw error;
    const missing = Math.max(1, needed - loaded);
    const free = await folder.free();
    // Some systems promise more than they give.
    throw folder.full(missing, free !== undefined && free < missing ? free : undefined, error);
  }
}

/** First line of a conversion's journal: which it is, and what its lines are about. */
export function journalKey(key: string, blockBytes: number, total: number): string {
  return JSON.stringify([key, blockBytes, total]);
}

async function checkRoom(folder: ConversionFolder, needed: number): Promise<void> {
  const free = await folder.free();
  if (free !== undefined && free < needed) throw folder.full(needed, free);
}

async function writeFile(folder: ConversionFolder, name: string, bytes: Uint8Array): Promise<void> {
  const output = await folder.open(name, 0);
  try {
    await output.write(bytes);
    await output.sync();
  } finally {
    await output.close();
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function describe(
  { name, config }: Pick<Checkpoint, 'name' | 'config'>,
  { data, positionTable, maxTensorBytes, keep }: ConversionPlan,
  files: readonly ManifestFile[],
  { digest, precision }: WriteModelOptions,
): Manifest {
  const { llm } = config;
  return {
    format: manifestFormat,
    writer: writerVersion,
    source: { name, digest },
    precision,
    ...(maxTensorBytes !== undefined && { maxTensorBytes }),
    ...(keep && { keep }),
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
