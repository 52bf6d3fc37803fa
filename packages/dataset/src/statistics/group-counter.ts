import { type ImageSize, planTiles } from '@internvl/tiling';
import { partsText } from '../clean/sample-text.js';
import type { BudgetOptions } from '../rules/budget.js';
import type { Sample } from '../sample/sample.js';
import { AnswerCounter } from './answer-counter.js';
import { DistributionCounter } from './distribution.js';
import type { GroupStatistics, TileHistogram } from './statistics-options.js';

/** Tokens of one row. */
export interface RowTokens {
  readonly total: number;
  readonly text: number;
  readonly image: number;
  readonly trained: number;
}

/** A row with what was found out about it, once for all groups it is in. */
export interface CountedRow {
  readonly sample: Sample;
  readonly language: string;
  readonly sizes: readonly (ImageSize | undefined)[];
  /** Tiles of each known image under each limit: `[limits][images]`. */
  readonly tiles: readonly (readonly number[])[];
  readonly tokens: RowTokens | undefined;
}

const ratios: readonly (readonly [most: number, name: string])[] = [
  [0.4, '< 2:5'],
  [0.6, '2:5 to 3:5'],
  [0.9, '3:5 to 9:10'],
  [1.12, 'square'],
  [1.6, '10:9 to 8:5'],
  [2.5, '8:5 to 5:2'],
  [Number.POSITIVE_INFINITY, '> 5:2'],
];

/** Tiles of an image under a limit, the thumbnail included. */
export function tilesOf(size: ImageSize, maxTiles: number, plan: BudgetOptions['plan'] = {}): number {
  return planTiles(size, { ...plan, maxTiles, minTiles: Math.min(plan.minTiles ?? 1, maxTiles) }).tiles;
}

/** Adds rows up. */
export class GroupCounter {
  readonly #limits: readonly number[];
  readonly #maxTokens: number | undefined;
  readonly #tiles: Map<number, number>[];
  readonly #languages = new Map<string, number>();
  readonly #tasks = new Map<string, number>();
  readonly #ratios = new Map<string, number>();
  readonly #answerLength = new DistributionCounter();
  readonly #questionLength = new DistributionCounter();
  readonly #answers = new AnswerCounter();
  readonly #total = new DistributionCounter();
  readonly #text = new DistributionCounter();
  readonly #image = new DistributionCounter();
  #trained = 0;
  #over = 0;
  #uncounted = 0;
  #rows = 0;
  #unreadable = 0;
  #textOnly = 0;
  #turns = 0;
  #images = 0;
  #unknownSizes = 0;

  /** @param maxTokens undefined where tokens are not counted */
  constructor(limits: readonly number[], maxTokens: number | undefined) {
    this.#limits = limits;
    this.#maxTokens = maxTokens;
    this.#tiles = limits.map(() => new Map<number, number>());
  }

  unreadable(): void {
    this.#rows++;
    this.#unreadable++;
  }

  add({ sample, language, sizes, tiles, tokens }: CountedRow): void {
    this.#rows++;
    this.#turns += sample.turns.length;
    this.#images += sample.images.length;
    if (sample.images.length === 0) this.#textOnly++;
    increase(this.#languages, language);
    increase(this.#tasks, sample.task ?? '');
    for (const size of sizes) {
      if (size === undefined) this.#unknownSizes++;
      else increase(this.#ratios, ratios.find(([most]) => size.width / size.height < most)?.[1] ?? '');
    }
    for (const [limit, counts] of tiles.entries()) {
      const histogram = this.#tiles[limit];
      if (histogram !== undefined) for (const count of counts) increase(histogram, count);
    }
    for (const { role, parts } of sample.turns) {
      const text = partsText(parts).trim();
      if (role === 'user') this.#questionLength.add(text.length);
      if (role !== 'assistant') continue;
      this.#answerLength.add(text.length);
      this.#answers.add(text);
    }
    if (this.#maxTokens === undefined) return;
    if (tokens === undefined) {
      this.#uncounted++;
      return;
    }
    this.#total.add(tokens.total);
    this.#text.add(tokens.text);
    this.#image.add(tokens.image);
    this.#trained += tokens.trained;
    if (tokens.total > this.#maxTokens) this.#over++;
  }

  statistics(top: number): GroupStatistics {
    const counted = this.#total.distribution;
    return {
      rows: this.#rows,
      unreadable: this.#unreadable,
      textOnly: this.#textOnly,
      turns: this.#turns,
      images: this.#images,
      unknownSizes: this.#unknownSizes,
      languages: byCount(this.#languages),
      tasks: byCount(this.#tasks),
      aspectRatios: Object.fromEntries(ratios.map(([, name]) => [name, this.#ratios.get(name) ?? 0])),
      tiles: this.#limits.map((maxTiles, index) => histogramOf(maxTiles, this.#tiles[index] ?? new Map())),
      answerLength: this.#answerLength.distribution,
      questionLength: this.#questionLength.distribution,
      answers: this.#answers.priors(top),
      ...(this.#maxTokens !== undefined && {
        tokens: {
          total: counted,
          text: this.#text.distribution,
          image: this.#image.distribution,
          labelShare: counted.sum === 0 ? 0 : this.#trained / counted.sum,
          maxTokens: this.#maxTokens,
          overBudget: this.#over,
          overBudgetShare: counted.count === 0 ? 0 : this.#over / counted.count,
          uncounted: this.#uncounted,
        },
      }),
    };
  }
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byCount(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)));
}

function histogramOf(maxTiles: number, counts: ReadonlyMap<number, number>): TileHistogram {
  let images = 0;
  let tiles = 0;
  for (const [count, of] of counts) {
    images += of;
    tiles += count * of;
  }
  const sorted = [...counts].sort(([left], [right]) => left - right);
  return { maxTiles, images: Object.fromEntries(sorted), tiles, mean: images === 0 ? 0 : tiles / images };
}
