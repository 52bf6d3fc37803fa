import { type ImageSize, tilesPerImage } from '@internvl/tiling';
import { sampleText } from '../clean/sample-text.js';
import { DatasetError } from '../error.js';
import { labelSample } from '../labels/label-sample.js';
import { languageIdentifier } from '../language/identify-language.js';
import { type BudgetOptions, tokensPerTileOf } from '../rules/budget.js';
import { isSide } from '../rules/check-images.js';
import type { Sample } from '../sample/sample.js';
import { type CountedRow, GroupCounter, type RowTokens, tilesOf } from './group-counter.js';
import type { DataFile, MixtureShare, Statistics, StatisticsOptions } from './statistics-options.js';

const LIMITS = [1, 6, 12, 24, 40];

/**
 * What data sets look like, each for itself, each language, and all: rows, turns, images, tokens, tiles under several limits, what is over
 * budget, answer lengths and priors, label tokens, and the mixture that `repeat_time` makes. Memory does not grow with the rows.
 *
 * @throws what readers throw; `signal.reason` when aborted
 */
export async function statistics(
  files: Iterable<DataFile> | AsyncIterable<DataFile>,
  options: StatisticsOptions = {},
): Promise<Statistics> {
  const { budget, tileLimits = LIMITS, top = 20, signal, onProgress } = options;
  const maxTokens = budget && (budget.maxTokens ?? 4096);
  const identify = languageIdentifier(options.identify);
  const all = new GroupCounter(tileLimits, maxTokens);
  const datasets = new Map<string, GroupCounter>();
  const languages = new Map<string, GroupCounter>();
  const repeats = new Map<string, number>();
  const groupOf = (groups: Map<string, GroupCounter>, name: string): GroupCounter => {
    const known = groups.get(name);
    if (known !== undefined) return known;
    const made = new GroupCounter(tileLimits, maxTokens);
    groups.set(name, made);
    return made;
  };
  for await (const file of files) {
    const group = groupOf(datasets, file.name);
    repeats.set(file.name, file.repeat ?? 1);
    let rows = 0;
    for await (const { sample } of file.readings) {
      signal?.throwIfAborted();
      if (++rows % 1000 === 0) onProgress?.({ status: 'counting', file: file.file, rows });
      if (sample === undefined) {
        all.unreadable();
        group.unreadable();
        continue;
      }
      const row = await countedRow(sample, file, options, tileLimits, identify);
      all.add(row);
      group.add(row);
      groupOf(languages, row.language).add(row);
    }
  }
  const made = (groups: ReadonlyMap<string, GroupCounter>) =>
    Object.fromEntries([...groups].map(([name, group]) => [name, group.statistics(top)]));
  const byDataset = made(datasets);
  return {
    all: all.statistics(top),
    datasets: byDataset,
    languages: made(languages),
    mixture: mixtureOf(byDataset, repeats),
  };
}

async function countedRow(
  sample: Sample,
  file: DataFile,
  { budget, imageSize }: StatisticsOptions,
  tileLimits: readonly number[],
  identify: ReturnType<typeof languageIdentifier>,
): Promise<CountedRow> {
  const sizes = await Promise.all(
    sample.images.map(async (image) => {
      const { width, height } = image;
      if (isSide(width) && isSide(height)) return { width, height };
      return imageSize?.(image, file);
    }),
  );
  const known = sizes.filter((size) => size !== undefined);
  const tiles = tileLimits.map((limit) => known.map((size) => tilesOf(size, limit, budget?.plan)));
  const { script, language } = identify(sampleText(sample, 'assistant'));
  return {
    sample,
    language: sample.lang ?? language ?? (script === 'none' ? 'none' : script),
    sizes,
    tiles,
    tokens: budget && known.length === sizes.length ? tokensOf(sample, known, budget) : undefined,
  };
}

function tokensOf(
  sample: Sample,
  sizes: readonly ImageSize[],
  { tokenizer, template, plan = {} }: BudgetOptions,
): RowTokens | undefined {
  const limit = plan.maxTiles ?? 12;
  const maxTiles = sizes.length > 1 ? tilesPerImage(sizes.length, { maxTiles: limit }) : limit;
  const tiles = sizes.map((size) => tilesOf(size, maxTiles, plan));
  const tokensPerTile = tokensPerTileOf(plan);
  try {
    const { ids, trainedTokens, visualTokens } = labelSample(tokenizer, template, sample, {
      tiles,
      tokensPerTile,
    });
    const markers = 2 * sizes.length;
    return {
      total: ids.length,
      text: ids.length - visualTokens - markers,
      image: visualTokens,
      trained: trainedTokens,
    };
  } catch (error) {
    // Turns that no template takes, or a video: validation names them, here they are counted.
    if (DatasetError.is(error)) return undefined;
    throw error;
  }
}

function mixtureOf(
  datasets: Statistics['datasets'],
  repeats: ReadonlyMap<string, number>,
): readonly MixtureShare[] {
  const parts = Object.entries(datasets).map(([name, group]) => {
    const repeat = repeats.get(name) ?? 1;
    const effective = Math.floor(group.rows * repeat);
    return {
      name,
      rows: group.rows,
      repeat,
      effective,
      tokens: group.tokens && group.tokens.total.mean * effective,
    };
  });
  const rows = parts.reduce((sum, { effective }) => sum + effective, 0);
  const tokens = parts.reduce((sum, part) => sum + (part.tokens ?? 0), 0);
  return parts.map(({ tokens: own, ...part }) => ({
    ...part,
    share: rows === 0 ? 0 : part.effective / rows,
    ...(own !== undefined && tokens > 0 && { tokenShare: own / tokens }),
  }));
}
