import type { EncodeRules } from '../rules.js';

/** For each UTF-16 unit of a changed text, where the part of the original it comes from starts and ends. */
export interface Alignment {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A character and what can join it when text is normalised: marks, and the vowels and finals of Hangul. */
const cluster = /[^\p{M}\u1160-\u11ff]?[\p{M}\u1160-\u11ff]*/gsu;

/** Lines up a text with its normal form, cluster by cluster. */
export function alignNormalForm(text: string, form: NonNullable<EncodeRules['normalForm']>): Alignment {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(cluster)) {
    const [original] = match;
    const changed = original.normalize(form);
    const same = changed === original;
    for (let i = 0; i < changed.length; i++) {
      starts.push(same ? match.index + i : match.index);
      ends.push(same ? match.index + i + 1 : match.index + original.length);
    }
  }
  return { starts, ends };
}

/** Lines up a text with itself after `withoutExtraSpaces`. */
export function alignSpaces(text: string): Alignment {
  const starts: number[] = [];
  const ends: number[] = [];
  let last = text.length;
  while (text[last - 1] === ' ') last--;
  for (let at = 0; at < last; at++) {
    if (text[at] === ' ' && (starts.length === 0 || text[at - 1] === ' ')) continue;
    starts.push(at);
    ends.push(at + 1);
  }
  return { starts, ends };
}

/** SentencePiece's `remove_extra_whitespaces`: no space at the ends, none twice. */
export function withoutExtraSpaces(text: string): string {
  return text.replace(/ {2,}/g, ' ').replace(/^ | $/g, '');
}
