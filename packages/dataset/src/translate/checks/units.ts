import { primaryTag } from './scripts.js';

const unitPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu;

/** What a text is made of for counting: a Han, Kana or Thai character, else a word. Lower case, width folded. */
export function unitsOf(text: string): string[] {
  const folded = text.normalize('NFKC').toLowerCase();
  // A run of Latin letters glued to Han characters is a unit of its own.
  return (
    folded
      .replaceAll(/(?<=\p{Script=Han})(?=[a-z0-9])|(?<=[a-z0-9])(?=\p{Script=Han})/gu, ' ')
      .match(unitPattern) ?? []
  );
}

/**
 * Target units per source unit that are plausible: the starting band of a language pair. Texts about pictures lie well
 * inside; the translation card gives the measured quantiles to calibrate it by.
 */
export function lengthBandOf(from: string, to: string): readonly [number, number] {
  const dense = ['zh', 'ja', 'th'];
  const source = dense.includes(primaryTag(from));
  const target = dense.includes(primaryTag(to));
  if (source === target) return [0.4, 2.5];
  return target ? [0.7, 3.2] : [1 / 3.2, 1 / 0.7];
}
