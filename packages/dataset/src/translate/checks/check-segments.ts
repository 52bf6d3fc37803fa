import type { IdentifiedLanguage } from '../../language/identify-language.js';
import type { MaskedSegment } from '../mask.js';
import { wordsOf } from '../unmask.js';
import { type CheckCode, type CheckFailure, checkCodes } from './check.js';
import { checks } from './checks.js';
import { unitsOf } from './units.js';

export interface CheckOptions {
  readonly from: string;
  readonly to: string;
  readonly lengthBand: readonly [number, number];
  /** Tells what a text is written in. */
  readonly identify: (text: string) => IdentifiedLanguage;
  /** Checks that are left out. */
  readonly skip: ReadonlySet<CheckCode>;
}

/** Runs the quality checks over the translations of all segments of a sample; every failure is listed. */
export function checkSegments(
  segments: readonly MaskedSegment[],
  targets: readonly string[],
  { from, to, lengthBand, identify, skip }: CheckOptions,
): CheckFailure[] {
  return segments.flatMap((segment, index) => {
    const target = targets[index]!;
    const sourceWords = wordsOf(segment.text);
    const targetWords = wordsOf(target);
    const identified = identify(targetWords);
    const [sourceUnits, targetUnits] = [unitsOf(sourceWords), unitsOf(targetWords)];
    const said = { segment, target, sourceWords, targetWords, sourceUnits, targetUnits };
    const checked = { ...said, from, to, identified, lengthBand };
    return checkCodes.flatMap((check) => {
      if (skip.has(check)) return [];
      const message = checks[check](checked);
      return message === undefined ? [] : [{ check, turnIndex: segment.turnIndex, message }];
    });
  });
}
