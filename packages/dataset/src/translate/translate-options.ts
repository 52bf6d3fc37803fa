import type { Sample, Turn } from '../sample/sample.js';
import type { BudgetLimits, Spending, TokenPrice } from './budget.js';
import type { CallLog } from './call-log.js';
import type { CallCounts } from './caller.js';
import type { CheckCode } from './checks/check.js';
import type { Clock } from './clock.js';
import type { NamePolicy } from './prompt.js';
import type { OptionalKind } from './protect.js';
import type { FailureCode } from './translation-card.js';
import type { Translator } from './translator.js';

/** Why an answer was not accepted. */
export interface TranslationFailure {
  readonly check: FailureCode;
  /** Index of the turn; absent when it is about the whole answer. */
  readonly turnIndex?: number;
  readonly message: string;
}

/** What became of one sample. `index` counts from 0 in reading order. */
export type TranslationResult =
  | {
      readonly type: 'translated';
      readonly index: number;
      readonly sample: Sample;
      /** Answers that failed before this one. */
      readonly repairs: number;
    }
  | { readonly type: 'copied'; readonly index: number; readonly sample: Sample }
  | {
      readonly type: 'quarantined';
      readonly index: number;
      /** As it was read. */
      readonly sample: Sample;
      /** What the last answer failed. */
      readonly failures: readonly TranslationFailure[];
      /** The last answer, as text; absent when none came. */
      readonly answer?: string;
    };

export interface TranslationProgress {
  /** Samples done. */
  readonly samples: number;
  readonly translated: number;
  readonly copied: number;
  readonly quarantined: number;
  readonly calls: CallCounts;
  /** By this run; with a budget of tokens or money, by all runs over the same call log. */
  readonly spent: Spending;
  /** Calls that may be in flight now. */
  readonly concurrency: number;
}

export interface TranslateOptions {
  readonly translator: Translator;
  /** Where every response is kept. */
  readonly log: CallLog;
  /** Language of samples that don't say theirs; `en` by default. BCP 47. */
  readonly from?: string | undefined;
  readonly to: string;
  /** `keep` by default, the paper's first rule. */
  readonly names?: NamePolicy | undefined;
  readonly glossary?: Readonly<Record<string, string>> | undefined;
  /** What is protected besides tags and regions; everything by default. */
  readonly protect?: readonly OptionalKind[] | undefined;
  /** Turns whose text stays as it is. Default: answers of samples whose task is `ocr`. */
  readonly verbatim?: ((turn: Turn, sample: Sample) => boolean) | undefined;
  /** Tells languages of one script apart, such as `latinLanguages()` gives; without it, English passes for French. */
  readonly identify?: ((text: string) => string | undefined) | undefined;
  /** Quality checks that are left out. */
  readonly skipChecks?: readonly CheckCode[] | undefined;
  /** Least and most target units (words, or Han characters) per source unit; the language pair's own by default. */
  readonly lengthBand?: readonly [number, number] | undefined;
  /** Repair prompts before a sample is quarantined; 2 by default. */
  readonly repairs?: number | undefined;
  /** Most calls in flight; 16 by default. */
  readonly concurrency?: number | undefined;
  /** Tries of one call before the endpoint counts as down; 8 by default. */
  readonly attempts?: number | undefined;
  /** Most tokens of an answer; by default twice the bytes of the question, 256 at least. */
  readonly maxTokens?: number | undefined;
  readonly budget?: BudgetLimits | undefined;
  readonly price?: TokenPrice | undefined;
  readonly clock?: Clock | undefined;
  /** 0 up to 1, for jitter. */
  readonly random?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TranslationProgress) => void) | undefined;
}
