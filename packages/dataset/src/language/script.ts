import { charClass, hanCount } from './text-scan.js';

/** Writing systems the script rule tells apart. */
export type Script = 'han' | 'latin' | 'kana' | 'hangul' | 'cyrillic' | 'arabic' | 'other' | 'none';

/** A Han character says about as much as this many letters. */
const LETTERS_PER_HAN = 4;

/**
 * The script that carries most of a text, from the counts of `textScan`. Kana decide for Japanese before Han do; a Han
 * character weighs as much as four letters, so that Chinese with English names in it stays Chinese.
 */
export function scriptOf(counts: Uint32Array): Script {
  const han = hanCount(counts) * LETTERS_PER_HAN;
  const kana = counts[charClass.kana]! * LETTERS_PER_HAN;
  const hangul = counts[charClass.hangul]! * LETTERS_PER_HAN;
  const weights: readonly (readonly [Script, number])[] = [
    ['latin', counts[charClass.latin]! + counts[charClass.mojibake]!],
    ['kana', kana > 0 && kana * 5 >= han ? kana + han : kana],
    ['han', han],
    ['hangul', hangul],
    ['cyrillic', counts[charClass.cyrillic]!],
    ['arabic', counts[charClass.arabic]!],
    ['other', counts[charClass.otherLetter]!],
  ];
  let best: Script = 'none';
  let most = 0;
  for (const [script, weight] of weights) {
    if (weight <= most) continue;
    most = weight;
    best = script;
  }
  return best;
}

const scriptsOfLanguages: ReadonlyMap<string, Script> = new Map([
  ['zh', 'han'],
  ['ja', 'kana'],
  ['ko', 'hangul'],
  ['ru', 'cyrillic'],
  ['uk', 'cyrillic'],
  ['bg', 'cyrillic'],
  ['ar', 'arabic'],
  ['fa', 'arabic'],
  ...['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'vi', 'pl', 'sv', 'id', 'tr'].map(
    (code) => [code, 'latin'] as const,
  ),
]);

/** The script a language is written in, from a tag such as `zh`, `zh-Hant` or `en-GB`; undefined for unknown ones. */
export function scriptOfLanguage(tag: string): Script | undefined {
  return scriptsOfLanguages.get(tag.toLowerCase().split(/[-_]/)[0]!);
}

/** The language the script rule alone can tell; undefined for Latin, Cyrillic and Arabic, which many share. */
export function languageOfScript(script: Script): 'zh' | 'ja' | 'ko' | undefined {
  switch (script) {
    case 'han':
      return 'zh';
    case 'kana':
      return 'ja';
    case 'hangul':
      return 'ko';
    default:
      return undefined;
  }
}
