import { pieceKind, spaceMark, type Vocabulary } from '../model/vocabulary.js';
import type { EncodeRules } from '../rules.js';
import type { Semantics } from '../tokenizer-spec.js';
import { type Alignment, alignNormalForm, alignSpaces } from './alignment.js';
import type { Run } from './encoder.js';

export type Range = readonly [start: number, end: number];

export interface LocateOptions {
  readonly vocabulary: Vocabulary;
  readonly rules: EncodeRules;
  readonly semantics: Semantics;
  readonly unknownId: number | undefined;
}

/** Where the ids of a run come from: ranges in the joined text, in UTF-16 units. */
export function locate(run: Run, ids: readonly number[], options: LocateOptions): Range[] {
  const { piece } = run;
  if (piece.token) {
    const width = (piece.end - piece.start) / piece.count;
    return Array.from({ length: run.count }, (_, i) => [
      piece.start + i * width,
      piece.start + (i + 1) * width,
    ]);
  }
  const align = alignmentOf(run, options);
  const length = run.text.length - run.prefix;
  return walk(run, ids, options).map(([start, end]): Range => {
    const from = Math.min(Math.max(0, start - run.prefix), length);
    const to = Math.min(Math.max(0, end - run.prefix), length);
    if (!align || from >= align.starts.length) return [piece.start + from, piece.start + to];
    return [
      piece.start + align.starts[from]!,
      piece.start + (to > from ? align.ends[to - 1]! : align.starts[from]!),
    ];
  });
}

function alignmentOf(
  { piece, text, prefix }: Run,
  { rules, semantics }: LocateOptions,
): Alignment | undefined {
  if (piece.token || (prefix >= 0 && piece.text === text.slice(prefix))) return undefined;
  if (rules.removeExtraSpaces) return alignSpaces(piece.text);
  return rules.normalForm && semantics === 'fast' ? alignNormalForm(piece.text, rules.normalForm) : undefined;
}

/** Ranges in the text that went to the model. A character that several tokens share belongs whole to each. */
function walk(run: Run, ids: readonly number[], { vocabulary, unknownId }: LocateOptions): Range[] {
  const { text } = run;
  const ranges: Range[] = [];
  let at = 0;
  let inside = 0;
  for (let i = run.at; i < run.at + run.count; i++) {
    const id = ids[i]!;
    const start = at;
    let left = id === unknownId ? Number.POSITIVE_INFINITY : bytesOf(vocabulary, id);
    while (left > 0 && at < text.length) {
      const code = text.codePointAt(at)!;
      const size = (vocabulary.marksSpaces && code === 0x20 ? 3 : sizeOf(code)) - inside;
      if (left < size) {
        inside += left;
        break;
      }
      left -= size;
      inside = 0;
      at += code > 0xffff ? 2 : 1;
      if (
        left === Number.POSITIVE_INFINITY &&
        i + 1 < run.at + run.count &&
        startsWith(vocabulary, ids[i + 1]!, text, at)
      )
        break;
    }
    const partial = inside > 0 && at < text.length ? (text.codePointAt(at)! > 0xffff ? 2 : 1) : 0;
    ranges.push([start, at + partial]);
  }
  return ranges;
}

/** Bytes of the text that a token covers; a byte piece covers one. */
function bytesOf(vocabulary: Vocabulary, id: number): number {
  if (vocabulary.kind(id) === pieceKind.byte) return 1;
  return vocabulary.entries.end(id) - vocabulary.entries.start(id);
}

function startsWith(vocabulary: Vocabulary, id: number, text: string, at: number): boolean {
  return (
    text.startsWith(vocabulary.spelling(id).replaceAll(spaceMark, ' '), at) ||
    text.startsWith(vocabulary.spelling(id), at)
  );
}

/** Bytes of a code point in UTF-8; lone surrogates are U+FFFD. */
function sizeOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
