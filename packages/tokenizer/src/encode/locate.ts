import { oneByte } from '../model/piece-kind.js';
import type { NormalForm } from '../rules.js';
import type { TokenizerParts } from '../tokenizer-parts.js';
import type { Run } from './encode-pieces.js';

export type Range = readonly [start: number, end: number];

/** A character and what can join it when text is normalised: marks, and the vowels and finals of Hangul. */
const cluster = /[^\p{M}\u1160-\u11ff]?[\p{M}\u1160-\u11ff]*/gsu;

/** From places in the normal form of a text to places in the text, cluster by cluster. */
export function aligned(text: string, form: NormalForm | undefined): (start: number, end: number) => Range {
  if (!form || text.normalize(form) === text) return (start, end) => [start, end];
  const ranges: Range[] = [];
  for (const { 0: original, index } of text.matchAll(cluster)) {
    const changed = original.normalize(form);
    for (let i = 0; i < changed.length; i++) {
      ranges.push(changed === original ? [index + i, index + i + 1] : [index, index + original.length]);
    }
  }
  return (start, end) => {
    const from = ranges[start]?.[0] ?? text.length;
    return [from, end > start ? ranges[end - 1]![1] : from];
  };
}

/** Where the ids of a run come from: ranges in the joined text, in UTF-16 units. A character that several tokens share belongs whole to each. */
export function locate({ model, rules, slow }: TokenizerParts, run: Run, ids: readonly number[]): Range[] {
  const { at: first, count, offset, piece, text } = run;
  const { byteLevel, entries } = model.vocabulary;
  const align = aligned(piece.text, slow ? undefined : rules.normalForm);
  const ranges: Range[] = [];
  let at = 0;
  /** Bytes of the character at `at` that tokens before have covered. */
  let inside = 0;
  for (let i = 0; i < count; i++) {
    if (piece.token) {
      const width = piece.text.length;
      ranges.push([piece.start + i * width, piece.start + (i + 1) * width]);
      continue;
    }
    const id = ids[first + i]!;
    const start = at;
    let left = model.vocabulary.kind(id) === oneByte ? 1 : entries.ends[id + 1]! - entries.ends[id]!;
    let end = at;
    while (left > 0 && at < text.length) {
      const code = text.codePointAt(at)!;
      const size =
        code === 0x20 && !byteLevel ? 3 : code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      const taken = Math.min(left, size - inside);
      end = at + (code > 0xffff ? 2 : 1);
      left -= taken;
      inside = (inside + taken) % size;
      if (inside === 0) at = end;
    }
    const [from, to] = align(Math.max(0, start + offset), Math.max(0, end + offset));
    ranges.push([piece.start + from, piece.start + to]);
  }
  return ranges;
}
