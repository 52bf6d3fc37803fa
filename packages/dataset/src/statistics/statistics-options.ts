import type { ImageSize } from '@internvl/tiling';
import type { BudgetOptions } from '../rules/budget.js';
import type { Reading } from '../sample/reading.js';
import type { ImageRef } from '../sample/sample.js';
import type { AnswerPriors } from './answer-counter.js';
import type { Distribution } from './distribution.js';

/** One data set: its rows and its part in a mixture. */
export interface DataFile {
  /** Name in a meta file, or the file. */
  readonly name: string;
  readonly file: string;
  readonly readings: AsyncIterable<Reading>;
  /** Folder of its images. */
  readonly root?: string | undefined;
  /** `repeat_time` of a meta file; 1. */
  readonly repeat?: number | undefined;
}

export interface StatisticsOptions {
  /** Counts tokens; without it text is counted in characters alone. */
  readonly budget?: BudgetOptions | undefined;
  /** Tile limits that histograms are made for; 1, 6, 12, 24, 40. */
  readonly tileLimits?: readonly number[] | undefined;
  /** Size of an image that a row does not declare; undefined where it cannot be known. */
  readonly imageSize?: ((image: ImageRef, file: DataFile) => Promise<ImageSize | undefined>) | undefined;
  /** Tells languages of one script apart, for rows that declare none. */
  readonly identify?: ((text: string) => string | undefined) | undefined;
  /** Most frequent answers that are listed; 20. */
  readonly top?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    | ((progress: { readonly status: 'counting'; readonly file: string; readonly rows: number }) => void)
    | undefined;
}

/** Tiles of the images of a group under one limit. */
export interface TileHistogram {
  readonly maxTiles: number;
  /** Images by their number of tiles, the thumbnail included. */
  readonly images: Readonly<Record<number, number>>;
  readonly tiles: number;
  readonly mean: number;
}

/** Tokens of a group's rows, by the real tokenizer and tile rule. */
export interface TokenStatistics {
  /** Per row, image tokens included. */
  readonly total: Distribution;
  /** Per row, without image tokens and their markers. */
  readonly text: Distribution;
  /** Per row: tiles × tokens per tile. */
  readonly image: Distribution;
  /** Trained tokens through all tokens. */
  readonly labelShare: number;
  readonly maxTokens: number;
  /** Rows that need more. */
  readonly overBudget: number;
  readonly overBudgetShare: number;
  /** Rows that could not be counted: a size unknown, or turns that no template takes. */
  readonly uncounted: number;
}

/** What one group of rows looks like: a data set, a language, or all. */
export interface GroupStatistics {
  readonly rows: number;
  /** Rows a reader could make nothing of. */
  readonly unreadable: number;
  readonly textOnly: number;
  readonly turns: number;
  readonly images: number;
  readonly unknownSizes: number;
  /** Rows by language: declared, or found from the answers. */
  readonly languages: Readonly<Record<string, number>>;
  readonly tasks: Readonly<Record<string, number>>;
  /** Images by width through height. */
  readonly aspectRatios: Readonly<Record<string, number>>;
  readonly tiles: readonly TileHistogram[];
  /** Characters of an answer. */
  readonly answerLength: Distribution;
  readonly questionLength: Distribution;
  readonly answers: AnswerPriors;
  readonly tokens?: TokenStatistics;
}

/** A data set's part in the mixture. */
export interface MixtureShare {
  readonly name: string;
  readonly rows: number;
  readonly repeat: number;
  /** `floor(rows × repeat)`: rows of one epoch. */
  readonly effective: number;
  readonly share: number;
  /** Share of all tokens, where they were counted. */
  readonly tokenShare?: number;
}

export interface Statistics {
  readonly all: GroupStatistics;
  readonly datasets: Readonly<Record<string, GroupStatistics>>;
  readonly languages: Readonly<Record<string, GroupStatistics>>;
  readonly mixture: readonly MixtureShare[];
}
