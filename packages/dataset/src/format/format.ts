import type { BoxStyle } from '../boxes/spell.js';
import type { PairField, Pairing } from '../pairs/pair-fields.js';
import type { BoxConvention } from '../sample/box-convention.js';
import type { Problem } from '../sample/problem.js';
import type { Reading } from '../sample/reading.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';

/** What readers of any format take; each format says which of these it heeds. */
export interface ReadFormatOptions {
  /** How box numbers are meant. Default: what each row shows. */
  readonly boxes?: BoxConvention | undefined;
  /** Of CSV and TSV. Default: UTF-8. */
  readonly encoding?: string | undefined;
  /** Of CSV. Default: what the header shows. */
  readonly separator?: string | undefined;
  /** Of CSV: header names of fields that go by other names. */
  readonly columns?: Readonly<Partial<Record<PairField, string>>> | undefined;
  /** Of CSV: directions to read. Default: English question, Chinese answer. */
  readonly pairing?: readonly Pairing[] | undefined;
  /** Annotations beside a file of questions (VQA). */
  readonly annotations?: ByteSource | undefined;
  /** Names of roles that a data set has for itself: `{ bot: 'assistant' }`. */
  readonly roles?: Readonly<Record<string, 'system' | 'user' | 'assistant'>> | undefined;
  /** Written to `Sample.lang` where a row does not say. */
  readonly lang?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What writers of any format take. */
export interface WriteFormatOptions {
  /** How boxes are written. Default: as the source had them. */
  readonly boxes?: BoxStyle | undefined;
  /** Gives an image's bytes, for formats that hold them (Parquet, WebDataset, TSV, OpenAI). */
  readonly readImage?: ((image: ImageRef, signal?: AbortSignal) => Promise<Uint8Array>) | undefined;
  /** Of CSV. Default: a comma. */
  readonly separator?: string | undefined;
  /** Told of what a format can't hold: `error` means the sample was left out. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One way to keep samples in a file. */
export interface Format {
  /** `internvl`, `llava`, … */
  readonly name: string;
  /** One line, for lists. */
  readonly summary: string;
  /** Ends of file names, without compression: `.jsonl`. */
  readonly extensions: readonly string[];
  /** Rows in file order, none dropped; undefined for a format that is only written. */
  readonly read?: (
    source: ByteSource,
    options?: ReadFormatOptions,
  ) => AsyncGenerator<Reading, void, undefined>;
  /** The file's bytes as they are made; undefined for a format that is only read. */
  readonly write?: (
    samples: AsyncIterable<Sample>,
    options?: WriteFormatOptions,
  ) => AsyncGenerator<Uint8Array, void, undefined>;
}
