import type { IdentifiedLanguage } from '../../language/identify-language.js';
import type { MaskedSegment } from '../mask.js';

/** Codes of the quality checks, in the order they run and are reported. */
export const checkCodes = [
  'empty',
  'refusal',
  'placeholders',
  'language',
  'untranslated',
  'length',
  'digits',
  'repetition',
] as const;

export type CheckCode = (typeof checkCodes)[number];

/** What a check looks at: one segment before and after. */
export interface Checked {
  readonly segment: MaskedSegment;
  /** The translation, with marks. */
  readonly target: string;
  /** The source and the translation without marks. */
  readonly sourceWords: string;
  readonly targetWords: string;
  /** Their units: words, or characters of Chinese and its kin. */
  readonly sourceUnits: readonly string[];
  readonly targetUnits: readonly string[];
  /** BCP 47 tags. */
  readonly from: string;
  readonly to: string;
  /** What the translation is written in. */
  readonly identified: IdentifiedLanguage;
  /** Least and most target units per source unit. */
  readonly lengthBand: readonly [number, number];
}

/**
 * One quality check.
 *
 * @returns what is wrong, in words that a translator understands, or undefined when nothing is
 */
export type Check = (checked: Checked) => string | undefined;

/** A check that a segment failed. */
export interface CheckFailure {
  readonly check: CheckCode;
  /** Index of the turn in the sample. */
  readonly turnIndex: number;
  readonly message: string;
}
