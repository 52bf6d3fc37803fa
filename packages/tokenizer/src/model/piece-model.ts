import { characterLength, codePointAt } from '../bytes/characters.js';
import { Utf8Writer } from '../bytes/utf8-writer.js';
import { MergeTable } from './merge-table.js';
import { Merger } from './merger.js';
import type { Model } from './model.js';
import { byteOf, type PieceVocabulary, pieceKind, spaceMark } from './vocabulary.js';
import { WordCache } from './word-cache.js';

export interface PieceModelOptions {
  readonly merges: MergeTable;
  /** Entries that merging makes; only they decide where text may be cut. */
  readonly merged: Iterable<number>;
  /** Characters that are no entries but parts of some, with the symbols above the vocabulary they have in `merges`. */
  readonly extra: ReadonlyMap<number, number>;
  readonly byteFallback: boolean;
  readonly unknownId: number | undefined;
  /** Whether adjacent unknown characters share one id. */
  readonly fuseUnknown: boolean;
  /** Whether a merge stops at spaces: every `▁` starts a word. */
  readonly splitAtSpaces: boolean;
  readonly cacheSize: number;
}

const longestCached = 64;

/**
 * BPE over characters, where a space is `▁` and a whole text is one word. To make that fast, text is cut wherever two
 * neighbouring characters occur side by side in no piece: no merge can cross such a place, so the chunks are independent.
 */
export class PieceModel implements Model {
  readonly vocabulary: PieceVocabulary;
  readonly unknownId: number | undefined;
  readonly #merger: Merger;
  /** Symbol of each UTF-16 unit that is a character; -1 for none. */
  readonly #units = new Int32Array(0x10000).fill(-1);
  /** Symbols of the characters above. */
  readonly #astral = new Map<number, number>();
  /** Characters of the symbols above the vocabulary. */
  readonly #extra = new Map<number, string>();
  /** Pairs of symbols that stand side by side in some piece. */
  readonly #neighbours = new MergeTable(16_384);
  readonly #cache: WordCache;
  readonly #writer = new Utf8Writer();
  readonly #byteIds: Int32Array | undefined;
  /** Finds user-defined pieces; undefined when there are none. */
  readonly #defined: RegExp | undefined;
  /** 1 for each UTF-16 unit that a user-defined piece starts with. */
  readonly #starts = new Uint8Array(0x10000);
  readonly #fuseUnknown: boolean;
  readonly #splitAtSpaces: boolean;
  #symbols = new Int32Array(256);

  constructor(vocabulary: PieceVocabulary, options: PieceModelOptions) {
    this.vocabulary = vocabulary;
    this.unknownId = options.unknownId;
    this.#merger = new Merger(options.merges);
    this.#cache = new WordCache(options.cacheSize);
    this.#byteIds = options.byteFallback ? byteIds(vocabulary) : undefined;
    this.#fuseUnknown = options.fuseUnknown;
    this.#splitAtSpaces = options.splitAtSpaces;
    const { entries } = vocabulary;
    const defined: string[] = [];
    for (let id = 0; id < vocabulary.count; id++) {
      const kind = vocabulary.kind(id);
      if (kind === pieceKind.userDefined) defined.push(vocabulary.spelling(id));
      else if (kind !== pieceKind.normal) continue;
      const start = entries.start(id);
      const length = entries.end(id) - start;
      if (length === 0 || length !== characterLength(entries.bytes[start]!)) continue;
      this.#character(codePointAt(entries.bytes, start), id);
    }
    for (const [code, symbol] of options.extra) {
      this.#character(code, symbol);
      this.#extra.set(symbol, String.fromCodePoint(code));
    }
    for (const id of options.merged) this.#neighbourhood(entries.start(id), entries.end(id));
    // Alternatives are tried in order, so the longest piece comes first.
    defined.sort((a, b) => b.length - a.length);
    for (const piece of defined) {
      this.#starts[piece.charCodeAt(0)] = 1;
      if (piece.startsWith(spaceMark)) this.#starts[0x20] = 1;
    }
    const alternatives = defined.map((piece) => escaped(piece).replaceAll(spaceMark, `[ ${spaceMark}]`));
    if (defined.length > 0) this.#defined = new RegExp(alternatives.join('|'), 'y');
  }

  encode(text: string, ids: number[]): void {
    const first = ids.length;
    let chunk = 0;
    let before = -1;
    for (let at = 0; at < text.length; ) {
      const unit = text.charCodeAt(at);
      if (this.#starts[unit] === 1) {
        const piece = this.#definedAt(text, at);
        if (piece) {
          this.#chunk(text, chunk, at, before, first, ids);
          ids.push(this.vocabulary.find(piece.replaceAll(' ', spaceMark)));
          at += piece.length;
          chunk = at;
          before = -1;
          continue;
        }
      }
      let width = 1;
      let symbol = this.#units[unit]!;
      if ((unit & 0xf800) === 0xd800) {
        const code = text.codePointAt(at)!;
        if (code > 0xffff) {
          width = 2;
          symbol = this.#astral.get(code) ?? -1;
        } else symbol = this.#units[0xfffd]!;
      }
      if (at > chunk && (symbol < 0 || before < 0 || this.#separate(before, symbol))) {
        this.#chunk(text, chunk, at, before, first, ids);
        chunk = at;
      }
      before = symbol;
      at += width;
    }
    this.#chunk(text, chunk, text.length, before, first, ids);
  }

  /** Whether no merge joins these two when they stand side by side. */
  #separate(before: number, symbol: number): boolean {
    if (this.#splitAtSpaces && symbol === this.#units[0x20]) return true;
    return this.#neighbours.find(before, symbol) < 0;
  }

  /** A chunk that no merge leaves. `symbol` is its last one, all there is in most. */
  #chunk(text: string, from: number, to: number, symbol: number, first: number, ids: number[]): void {
    if (from === to) return;
    if (to - from === 1 && symbol >= 0 && symbol < this.vocabulary.count) {
      ids.push(symbol);
      return;
    }
    const word = text.slice(from, to);
    const known = this.#cache.get(word);
    if (typeof known === 'number') ids.push(known);
    else if (known) for (const id of known) ids.push(id);
    else this.#newWord(word, first, ids);
  }

  #newWord(word: string, first: number, ids: number[]): void {
    const start = ids.length;
    if (word.length > this.#symbols.length) this.#symbols = new Int32Array(2 * word.length);
    let count = 0;
    for (const character of word) this.#symbols[count++] = this.#symbolOf(character.codePointAt(0)!);
    count = this.#merger.merge(this.#symbols, count);
    let same = true;
    for (let i = 0; i < count; i++) {
      const symbol = this.#symbols[i]!;
      if (symbol >= 0 && symbol < this.vocabulary.count) ids.push(symbol);
      // A character that no piece has is always a chunk of its own.
      else same = this.#unknown(symbol < 0 ? word : this.#extra.get(symbol)!, first, ids) && same;
    }
    // Adjacent unknown characters share one id, so what such a chunk gives depends on the one before.
    if (!same || word.length > longestCached) return;
    this.#cache.set(word, ids.length === start + 1 ? ids[start]! : ids.slice(start));
  }

  /** The bytes of a character without a piece, or the unknown id; whether the result always is the same. */
  #unknown(character: string, first: number, ids: number[]): boolean {
    if (this.#byteIds) {
      const length = this.#writer.write(character);
      for (let i = 0; i < length; i++) ids.push(this.#byteIds[this.#writer.bytes[i]!]!);
      return true;
    }
    const unknown = this.unknownId;
    const fused = this.#fuseUnknown && ids.length > first && ids[ids.length - 1] === unknown;
    if (unknown !== undefined && !fused) ids.push(unknown);
    return false;
  }

  #symbolOf(code: number): number {
    if (code > 0xffff) return this.#astral.get(code) ?? -1;
    return this.#units[(code & 0xf800) === 0xd800 ? 0xfffd : code]!;
  }

  #character(code: number, symbol: number): void {
    if (code > 0xffff) this.#astral.set(code, symbol);
    else this.#units[code] = symbol;
    if (code === spaceMark.charCodeAt(0)) this.#units[0x20] = symbol;
  }

  #neighbourhood(start: number, end: number): void {
    const { bytes } = this.vocabulary.entries;
    let before = -1;
    for (let at = start; at < end; at += characterLength(bytes[at]!)) {
      const symbol = this.#symbolOf(codePointAt(bytes, at));
      if (before >= 0) this.#neighbours.add(before, symbol, 0, 0);
      before = symbol;
    }
  }

  #definedAt(text: string, at: number): string | undefined {
    const pattern = this.#defined!;
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  }
}

/** The ids of `<0x00>` to `<0xFF>`, or undefined unless all are there. */
function byteIds(vocabulary: PieceVocabulary): Int32Array | undefined {
  const ids = new Int32Array(256).fill(-1);
  let found = 0;
  for (let byte = 0; byte < 256; byte++) {
    const id = vocabulary.find(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id < 0 || byteOf(vocabulary.spelling(id)) !== byte) continue;
    ids[byte] = id;
    found++;
  }
  return found === 256 ? ids : undefined;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
