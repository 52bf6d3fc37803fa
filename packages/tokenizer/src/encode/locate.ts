import { pieceKind } from '../model/vocabulary.js';
import type { TokenizerParts } from '../model-tokenizer.js';
import type { NormalForm } from '../rules.js';
import type { Run } from './encode-pieces.js';

export type Range = readonly [start: number, end: number];

/** From places in a changed text to places in the original. */
export type Align = (start: number, end: number) => Range;

/** A character and what can join it when text is normalised: marks, and the vowels and finals of Hangul. */
const cluster = /[^\p{M}\u1160-\u11ff]?[\p{M}\u1160-\u11ff]*/gsu;

/** Lines up a text with its normal form cluster by cluster, or with itself where it does not change. */
export function aligned(text: string, form: NormalForm | undefined): Align {
  if (!form || text.normalize(form) === text) return (start, end) => [start, end];
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: original, index } of text.matchAll(cluster)) {
    const changed = original.normalize(form);
    for (let i = 0; i < changed.length; i++) {
      starts.push(changed === original ? index + i : index);
      ends.push(changed === original ? index + i + 1 : index + original.length);
    }
  }
  return (start, end) => {
    const from = starts[start] ?? text.length;
    return [from, end > start ? ends[end - 1]! : from];
  };
}

/** Lines up a text with itself less extra spaces. */
function withoutSpaces(text: string, changed: string): Align {
  const places: number[] = [];
  for (let at = 0, i = 0; i < changed.length; at++) {
    if (text[at] !== changed[i] || (text[at] === ' ' && (i === 0 || text[at + 1] === ' '))) continue;
    places.push(at);
    i++;
  }
  return (start, end) => [places[start] ?? text.length, (places[end - 1] ?? -1) + 1];
}

/** Where the ids of a run come from: ranges in the joined text, in UTF-16 units. A character that several tokens share belongs whole to each. */
export function locate(
  { model, rules, semantics }: TokenizerParts,
  { at: first, count, offset, piece, text }: Run,
  ids: readonly number[],
): Range[] {
  const { vocabulary } = model;
  if (piece.token) {
    const width = piece.length / piece.count;
    return Array.from({ length: count }, (_, i) => [piece.start + i * width, piece.start + (i + 1) * width]);
  }
  const changed = text.slice(offset < 0 ? 1 : 0);
  const align = rules.trims
    ? withoutSpaces(piece.text, changed)
    : aligned(piece.text, semantics === 'fast' ? rules.normalForm : undefined);
  const ranges: Range[] = [];
  let at = 0;
  /** Bytes of the character at `at` that tokens before have covered. */
  let inside = 0;
  for (let i = first; i < first + count; i++) {
    const id = ids[i]!;
    const start = at;
    const { ends } = vocabulary.entries;
    let left = vocabulary.kind(id) === pieceKind.byte ? 1 : ends[id + 1]! - ends[id]!;
    let end = at;
    while (left > 0 && at < text.length) {
      const code = text.codePointAt(at)!;
      const size =
        code === 0x20 && !vocabulary.byteLevel
          ? 3
          : code < 0x80
            ? 1
            : code < 0x800
              ? 2
              : code < 0x10000
                ? 3
                : 4;
      const width = code > 0xffff ? 2 : 1;
      end = at + width;
      if (left < size - inside) {
        inside += left;
        break;
      }
      left -= size - inside;
      inside = 0;
      at += width;
    }
    const [from, to] = align(Math.max(0, start + offset), Math.max(0, end + offset));
    ranges.push([piece.start + from, piece.start + to]);
  }
  return ranges;
}
