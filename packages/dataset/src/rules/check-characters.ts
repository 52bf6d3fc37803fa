import { charClass } from '../language/text-scan.js';
import { excerptAt, type FindingSink } from './finding.js';

/** Control characters but tab and line feed, and characters that cannot be seen. Space-like joiners of scripts stay. */
export const unwanted =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;
const mojibake =
  /[ÂÃÐÑ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â(?:€|\u0080)|ï[¼½¿»]|[åæçèéä][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2}|ð\u009f|ðŸ|锟斤拷|锟斤|烫烫烫|屯屯屯|銆[\u3400-\u9fff\ufffd?]|锛[\u3400-\u9fff\ufffd?]|鐨勬|鐨[勫]|鎴戜滑/u;
const loneSurrogate = /[\ud800-\udfff]/u;
const fullWidth = /[０-９]/;

/** Rules about single characters, from the counts of `textScan`; a text without any costs five comparisons. */
export function checkCharacters(text: string, counts: Uint32Array, pointer: string, sink: FindingSink): void {
  if (counts[charClass.control]! + counts[charClass.invisible]! > 0) {
    const at = text.search(unwanted);
    if (at >= 0) {
      const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
      sink.add(
        'control-character',
        pointer,
        `Expected visible text, got U+${code} at ${at}.`,
        excerptAt(text, at),
        {
          at,
          character: `U+${code}`,
        },
      );
    }
  }
  if (counts[charClass.replacement]! > 0) {
    const at = text.indexOf('\ufffd');
    sink.add(
      'replacement-character',
      pointer,
      `Expected text without U+FFFD, got one at ${at}.`,
      excerptAt(text, at),
      { at },
    );
  }
  if (counts[charClass.fullWidthDigit]! > 0) {
    const at = text.search(fullWidth);
    sink.add(
      'digits-full-width',
      pointer,
      `Expected ASCII digits, got ${text[at]} at ${at}.`,
      excerptAt(text, at),
      { at },
    );
  }
  if (counts[charClass.highSurrogate]! + counts[charClass.lowSurrogate]! > 0) {
    const at = text.search(loneSurrogate);
    if (at >= 0) {
      sink.add(
        'lone-surrogate',
        pointer,
        `Expected whole characters, got half a pair at ${at}.`,
        excerptAt(text, at),
        { at },
      );
    }
  }
  if (counts[charClass.mojibake]! > 0) {
    const at = text.search(mojibake);
    if (at >= 0) {
      sink.add(
        'mojibake',
        pointer,
        `Expected readable text, got what looks wrongly decoded at ${at}.`,
        excerptAt(text, at),
        { at },
      );
    }
  }
  const simplified = counts[charClass.simplified]!;
  const traditional = counts[charClass.traditional]!;
  if (
    simplified > 0 &&
    traditional > 0 &&
    Math.min(simplified, traditional) * 20 >= Math.max(simplified, traditional)
  ) {
    sink.add(
      'chinese-mixed',
      pointer,
      `Expected one kind of Chinese, got ${simplified} simplified and ${traditional} traditional characters.`,
      excerptAt(text),
      { simplified, traditional },
    );
  }
}
