import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import {
  type ModelConfig,
  type PartPrecisions,
  parsePrecision,
  precisionText,
  readConfigFiles,
  samePrecision,
} from '@internvl/checkpoint';
import {
  type ConvertedModel,
  cacheDirectory,
  convertCached,
  folderFiles,
  isConverted,
  openConverted,
  openFolder,
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

/** What is asked about a model that is to be converted, before anything large of it is fetched or written. */
export interface BeforeConversion {
  /** Which precision `auto` stands for. */
  choose(config: ModelConfig): Promise<string>;
  /** Looks at the memory, where that is wanted; a converted folder's too. */
  readonly check?: CheckMemory | undefined;
}

/**
 * Finds a model by folder or Hub id, and converts it into the cache unless it is converted already.
 *
 * @throws what `check` throws, and as `resolveModel`, `openFolder`, `convertCached`, `openConverted`
 */
export async function convertedModel(
  model: string,
  options: Options,
  { choose, check }: BeforeConversion,
): Promise<FoundModel> {
  const { cache, env = process.env, signal, onProgress } = options;
  const wanted = wantedPrecision(options.precision);
  const fetching = { cache, env, signal, onProgress };
  const described = await resolveModel(model, { ...fetching, weights: false });
  const { hub } = described;
  const name = hub?.repo ?? basename(described.path);
  if (await isConverted(described.path)) {
    const { path } = described;
    const converted = await openConverted(path);
    if (typeof wanted === 'object') assertPrecision(converted, wanted, path);
    await check?.({ ...weights(converted), name });
    const conversationFile = await textIn(path, 'conversation.py');
    return { converted, name: converted.manifest.source.name ?? name, conversationFile };
  }
  const config = await readConfigFiles(await folderFiles(described.path));
  const precision =
    wanted === 'auto' ? parsePrecision(await choose(config)) : (wanted ?? parsePrecision('fp32'));
  await check?.({ config, name, precision: storedAs(config, precision) });
  const { path } = hub ? await resolveModel(model, fetching) : described;
  const conversationFile = await textIn(path, 'conversation.py');
  const checkpoint = await openFolder(path, { name: hub?.repo, cache, env, signal });
  try {
    const directory = cacheDirectory({ cache, env });
    const converted = await convertCached(checkpoint, {
      cacheDirectory: directory,
      precision,
      signal,
      onProgress,
    });
    return { converted, name, conversationFile };
  } finally {
    await checkpoint.close();
  }
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

/** The wanted precision; `auto` and undefined take what a converted folder has. */
function wantedPrecision(name: string | undefined): PartPrecisions | 'auto' | undefined {
  return name === undefined || name === 'auto' ? name : parsePrecision(name);
}

function assertPrecision(converted: ConvertedModel, wanted: PartPrecisions, path: string): void {
  if (samePrecision(converted.manifest.precision, wanted, converted.config.llm !== undefined)) return;
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
