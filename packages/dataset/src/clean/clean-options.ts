import type { JsonValue } from '../sample/json.js';
import type { Place, Problem } from '../sample/problem.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import type { EvaluationText } from './decontaminate.js';
import type { EvaluationImages } from './evaluation-images.js';
import type { NearIndexOptions } from './near-index.js';

/** Why a row is taken out, or looked at. */
export type CleanCode =
  | 'unreadable'
  | 'duplicate'
  | 'near-duplicate'
  | 'contaminated-text'
  | 'contaminated-image'
  | 'repetition'
  | 'personal-data';

export interface CleanOptions {
  /** Takes rows out whose images and words have been there before; true. */
  readonly exact?: boolean | undefined;
  /** Takes rows out whose words are nearly those of a row before; false. */
  readonly near?: NearIndexOptions | boolean | undefined;
  /** `row`: duplicates have the same images, so that one question may be asked of many. `text`: words alone decide. `row`. */
  readonly scope?: 'row' | 'text' | undefined;
  /** What tells that two images are the same one; by default `imageKeyOf`. `ImageClusters` joins images that look alike. */
  readonly imageKey?: ((image: ImageRef) => Promise<string | undefined>) | undefined;
  /** Takes rows out that share a run of words with evaluation sets. */
  readonly evaluationText?: EvaluationText | undefined;
  /** Takes rows out whose image looks like one of an evaluation set. */
  readonly evaluationImages?: EvaluationImages | undefined;
  /** Takes rows out whose answer repeats itself, by our measure or by InternVL's; false. */
  readonly repetition?: 'own' | 'internvl' | false | undefined;
  /** Share of repeated n-grams above which an answer is one that repeats itself; 0.4. */
  readonly repetitionThreshold?: number | undefined;
  /** What becomes of telephone numbers, e-mail addresses and Chinese identity numbers; false. */
  readonly personalData?: 'report' | 'redact' | 'drop' | false | undefined;
  /** Applied to the words of kept rows: `chineseConverter('traditional', 'simplified')`. */
  readonly convert?: ((text: string) => string) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One reason. */
export interface CleanVerdict {
  readonly code: CleanCode;
  readonly message: string;
  readonly facts: Readonly<Record<string, JsonValue>>;
}

/** What becomes of a row. */
export interface CleanRow {
  readonly place: Place;
  /** Undefined where the reader could make none. */
  readonly sample?: Sample;
  readonly problems: readonly Problem[];
  readonly kept: boolean;
  /** True where words were converted or personal data replaced: `sample` is not what the file holds. */
  readonly changed: boolean;
  /** Why it was taken out, or what was found in a row that is kept. */
  readonly verdicts: readonly CleanVerdict[];
}

export interface CleanSummary {
  readonly rows: number;
  readonly kept: number;
  readonly changed: number;
  /** Rows by the first reason they were taken out for. */
  readonly removed: Readonly<Partial<Record<CleanCode, number>>>;
  /** Pieces of personal data that were found, by kind. */
  readonly personalData: Readonly<Record<string, number>>;
}
