import { simplifiedOnly, traditionalOnly } from './variants.js';

/** What a UTF-16 unit can be. Values index `TextScan.counts`. */
export const charClass = {
  other: 0,
  latin: 1,
  digit: 2,
  han: 3,
  simplified: 4,
  traditional: 5,
  kana: 6,
  hangul: 7,
  cyrillic: 8,
  arabic: 9,
  otherLetter: 10,
  control: 11,
  invisible: 12,
  replacement: 13,
  fullWidthDigit: 14,
  highSurrogate: 15,
  lowSurrogate: 16,
  mojibake: 17,
  less: 18,
} as const;

const CLASSES = 19;

const ranges: readonly (readonly [from: number, to: number, kind: number])[] = [
  [0x00, 0x1f, charClass.control],
  [0x30, 0x39, charClass.digit],
  [0x3c, 0x3c, charClass.less],
  [0x41, 0x5a, charClass.latin],
  [0x61, 0x7a, charClass.latin],
  [0x7f, 0x9f, charClass.control],
  [0xc0, 0x24f, charClass.latin],
  [0x370, 0x3ff, charClass.otherLetter],
  [0x400, 0x52f, charClass.cyrillic],
  [0x530, 0x5ff, charClass.otherLetter],
  [0x600, 0x77f, charClass.arabic],
  [0x780, 0x1fff, charClass.otherLetter],
  [0x1100, 0x11ff, charClass.hangul],
  [0x1e00, 0x1eff, charClass.latin],
  [0x3040, 0x30ff, charClass.kana],
  [0x3400, 0x4dbf, charClass.han],
  [0x4e00, 0x9fff, charClass.han],
  [0xac00, 0xd7a3, charClass.hangul],
  [0xd800, 0xdbff, charClass.highSurrogate],
  [0xdc00, 0xdfff, charClass.lowSurrogate],
  [0xf900, 0xfaff, charClass.han],
  [0xff10, 0xff19, charClass.fullWidthDigit],
  [0xff21, 0xff3a, charClass.latin],
  [0xff41, 0xff5a, charClass.latin],
  [0x200b, 0x200b, charClass.invisible],
  [0x200e, 0x200f, charClass.invisible],
  [0x202a, 0x202e, charClass.invisible],
  [0x2060, 0x2064, charClass.invisible],
  [0x2066, 0x2069, charClass.invisible],
  [0xfeff, 0xfeff, charClass.invisible],
  [0xfffd, 0xfffd, charClass.replacement],
];

/** Units that start what UTF-8 looks like when it was read as Latin-1 or GBK. */
const suspicious = 'ÂÃâïåæçèéäðÐÑ锟銆锛鐨鎴';

function classTable(): Uint8Array {
  const table = new Uint8Array(65536);
  for (const [from, to, kind] of ranges) table.fill(kind, from, to + 1);
  table[0x09] = charClass.other;
  table[0x0a] = charClass.other;
  for (const character of simplifiedOnly()) table[character.charCodeAt(0)] = charClass.simplified;
  for (const character of traditionalOnly()) table[character.charCodeAt(0)] = charClass.traditional;
  for (const character of suspicious) table[character.charCodeAt(0)] = charClass.mojibake;
  return table;
}

/** One pass over a text that answers what every character rule asks, so that a sound text costs one look at each unit. */
export interface TextScan {
  /** Units of the text that was scanned last, by class. Overwritten by the next call. */
  readonly counts: Uint32Array;
  /** Counts the units of `text` by class. */
  scan(text: string): Uint32Array;
}

/** @returns a scanner with a table and counters of its own; make one and use it for many texts. */
export function textScan(): TextScan {
  const table = classTable();
  const counts = new Uint32Array(CLASSES);
  return {
    counts,
    scan(text) {
      counts.fill(0);
      for (let at = 0; at < text.length; at++) {
        const kind = table[text.charCodeAt(at)]!;
        counts[kind]!++;
      }
      return counts;
    },
  };
}

/** Han characters of all three kinds. */
export function hanCount(counts: Uint32Array): number {
  return counts[charClass.han]! + counts[charClass.simplified]! + counts[charClass.traditional]!;
}
