import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import {
  type ModelConfig,
  type PartPrecisions,
  parsePrecision,
  precisionText,
  readConfigFiles,
} from '@internvl/checkpoint';
import {
  type ConvertedModel,
  cacheDirectory,
  convertCached,
  folderFiles,
  isConverted,
  openConverted,
  openFolder,
  type ResolvedModel,
  resolveModel,
} from '@internvl/checkpoint/node';
import type { LoadOptions } from '../load-options.js';
import type { CheckMemory } from './check-memory.js';

/** A converted model and what is known of where it came from. */
export interface FoundModel {
  readonly converted: ConvertedModel;
  /** Hub id, or name of the folder. */
  readonly name: string;
  /** Text of the checkpoint's `conversation.py`, where there is one. */
  readonly conversationFile: string | undefined;
}

type Options = Pick<LoadOptions, 'precision' | 'cache' | 'env' | 'signal' | 'onProgress'>;

/**
 * Finds a model by folder or Hub id, and converts it into the cache unless it is converted already.
 *
 * @param check asked before anything large is fetched or written, where the memory is to be looked at
 * @throws what `check` throws, and as `resolveModel`, `openFolder`, `convertCached`, `openConverted`
 */
export async function convertedModel(
  model: string,
  options: Options,
  check?: CheckMemory,
): Promise<FoundModel> {
  const { cache, env = process.env, signal, onProgress } = options;
  const precision = wantedPrecision(options.precision);
  const fetching = { cache, env, signal, onProgress };
  const { path, hub } = check
    ? await checkedModel(model, precision ?? parsePrecision('fp32'), fetching, check)
    : await resolveModel(model, fetching);
  const name = hub?.repo ?? basename(path);
  const conversationFile = await textIn(path, 'conversation.py');
  if (await isConverted(path)) {
    const converted = await openConverted(path);
    assertPrecision(converted, precision, path);
    await check?.({ ...weights(converted), name });
    return { converted, name: converted.manifest.source.name ?? name, conversationFile };
  }
  const checkpoint = await openFolder(path, { name: hub?.repo, cache, env, signal });
  try {
    const directory = cacheDirectory({ cache, env });
    const converted = await convertCached(checkpoint, {
      cacheDirectory: directory,
      precision: precision ?? 'fp32',
      signal,
      onProgress,
    });
    return { converted, name, conversationFile };
  } finally {
    await checkpoint.close();
  }
}

/** Finds a model, and weighs one that has to be converted before its weights are fetched. */
async function checkedModel(
  model: string,
  precision: PartPrecisions,
  fetching: Parameters<typeof resolveModel>[1],
  check: CheckMemory,
): Promise<ResolvedModel> {
  const described = await resolveModel(model, { ...fetching, weights: false });
  const { path, hub } = described;
  if (await isConverted(path)) return described;
  const config = await readConfigFiles(await folderFiles(path));
  await check({ config, name: hub?.repo ?? basename(path), precision: storedAs(config, precision) });
  return hub ? resolveModel(model, fetching) : described;
}

/** What a converted model weighs. */
function weights(converted: ConvertedModel) {
  const { config, manifest } = converted;
  const storedBytes = manifest.files.find(({ path }) => path === manifest.data)?.bytes;
  return { config, precision: storedPrecision(converted), storedBytes };
}

/** How the weights of a converted model are stored: `'fp32'`, or `'q8+q4'` where vision and language differ. */
export function storedPrecision({ manifest }: ConvertedModel): string {
  return storedAs(manifest.config, manifest.precision);
}

function storedAs({ llm }: ModelConfig, precision: PartPrecisions): string {
  return llm === undefined ? precision.vision : precisionText(precision);
}

/** The wanted precision; undefined where any will do. */
function wantedPrecision(name = 'auto'): PartPrecisions | undefined {
  return name === 'auto' ? undefined : parsePrecision(name);
}

function assertPrecision(converted: ConvertedModel, wanted: PartPrecisions | undefined, path: string): void {
  const { vision, llm } = converted.manifest.precision;
  const fits = wanted?.vision === vision && (wanted.llm === llm || converted.config.llm === undefined);
  if (wanted === undefined || fits) return;
  const stored = storedPrecision(converted);
  throw new InternVLError(
    'invalid-option',
    `Expected ${path} to be stored as ${precisionText(wanted)}, it is ${stored}; leave the precision out, or pass the checkpoint it was made from.`,
    { option: 'precision', value: precisionText(wanted), stored },
  );
}

async function textIn(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), 'utf8').catch(() => undefined);
}
