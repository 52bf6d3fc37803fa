import { Decoding } from './decode/decoding.js';
import { segmentCutter } from './encode/cut-segments.js';
import { encodePieces, type Run } from './encode/encode-pieces.js';
import { LazyEncoding } from './encode/lazy-encoding.js';
import { aligned, locate, type Range } from './encode/locate.js';
import { TokenizerError } from './error.js';
import type { Model } from './model/model.js';
import { pieceKind, spaceMark } from './model/vocabulary.js';
import type { Frame, Rules } from './rules.js';
import type {
  AddedToken,
  DecodeOptions,
  DecodeStream,
  EncodeOptions,
  Encoding,
  Segment,
  Semantics,
  Tokenizer,
} from './tokenizer-spec.js';

/** All that makes a tokenizer; loaders fill it in. */
export interface TokenizerParts {
  readonly model: Model;
  readonly semantics: Semantics;
  readonly rules: Rules;
  readonly frame: Frame;
  /** By id. */
  readonly added: ReadonlyMap<number, AddedToken>;
  /** Ids that `skipSpecialTokens` leaves out. */
  readonly special: ReadonlySet<number>;
  /** Special ids that the slow classes treat as part of a stretch of text rather than as added tokens. */
  readonly inner: ReadonlySet<number>;
  /** Ids that text which may not hold added tokens must not reach, with what the vocabulary spells there. */
  readonly reserved: ReadonlyMap<number, string>;
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;
}

/** A tokenizer made of a model and the rules of a reference class. */
export class ModelTokenizer implements Tokenizer {
  readonly semantics: Semantics;
  readonly vocabularySize: number;
  readonly addedTokens: readonly AddedToken[];
  readonly reservedPieces: readonly string[];
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;
  readonly #parts: TokenizerParts;
  readonly #cut: ReturnType<typeof segmentCutter>;
  /** Texts of the vocabulary's ids, worked out when they first come; null for bytes that have to be put together. */
  readonly #texts: (string | null)[] = [];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(parts: TokenizerParts) {
    const { added, model, reserved, rules, semantics } = parts;
    const { vocabulary } = model;
    this.#parts = parts;
    this.semantics = semantics;
    this.addedTokens = [...added.values()].sort((a, b) => a.id - b.id);
    this.bosId = parts.bosId;
    this.eosId = parts.eosId;
    this.padId = parts.padId;
    this.unknownId = parts.unknownId;
    this.vocabularySize = Math.max(vocabulary.count, 1 + (this.addedTokens.at(-1)?.id ?? -1));
    this.reservedPieces = [...reserved]
      .filter(([id]) => vocabulary.kind(id) === pieceKind.userDefined)
      .map(([, piece]) => piece);
    this.#cut = segmentCutter(parts, (text) => {
      const marked = rules.plainMarks ? text.replaceAll(spaceMark, ' ') : text;
      return rules.normalForm && semantics === 'slow' ? marked.normalize(rules.normalForm) : marked;
    });
  }

  encode(text: string, options: EncodeOptions = {}): Encoding {
    return this.#encode([[{ text, addedTokens: options.addedTokens }]], options);
  }

  encodePair(first: string, second: string, options: EncodeOptions = {}): Encoding {
    const { addedTokens } = options;
    return this.#encode([[{ text: first, addedTokens }], [{ text: second, addedTokens }]], options);
  }

  encodeBatch(texts: readonly string[], options: EncodeOptions = {}): Encoding[] {
    return texts.map((text) => this.encode(text, options));
  }

  encodeSegments(segments: readonly Segment[], options: Omit<EncodeOptions, 'addedTokens'> = {}): Encoding {
    return this.#encode([segments], options);
  }

  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const decoding = this.#decoding(options, true);
    let text = '';
    for (const id of ids) text += decoding.push(id);
    return text + decoding.end();
  }

  decodeBatch(rows: Iterable<Iterable<number>>, options: DecodeOptions = {}): string[] {
    return Array.from(rows, (ids) => this.decode(ids, options));
  }

  decodeStream(options: DecodeOptions = {}): DecodeStream {
    return this.#decoding(options, false);
  }

  tokenId(token: string): number | undefined {
    const { added, model } = this.#parts;
    for (const { content, id } of this.addedTokens) if (content === token) return id;
    const id = model.vocabulary.find(token);
    return id < 0 || added.has(id) ? undefined : id;
  }

  token(id: number): string | undefined {
    const { added, model } = this.#parts;
    const { vocabulary } = model;
    return (
      added.get(id)?.content ??
      (Number.isInteger(id) && id >= 0 && id < vocabulary.count ? vocabulary.spelling(id) : undefined)
    );
  }

  isSpecial(id: number): boolean {
    return this.#parts.special.has(id);
  }

  #decoding(options: DecodeOptions, whole: boolean): Decoding {
    return new Decoding(this.#parts, (id) => this.#texts[id] ?? this.#textOf(id), options, whole);
  }

  #textOf(id: number): string | null {
    const { vocabulary } = this.#parts.model;
    if (!(id >= 0 && id < vocabulary.count)) return '';
    let text: string | null = null;
    try {
      if (vocabulary.kind(id) !== pieceKind.byte) text = this.#decoder.decode(vocabulary.text(id));
    } catch {
      // Part of a character.
    }
    this.#texts[id] = text;
    return text;
  }

  /** Encodes texts one behind the other, each given as segments. */
  #encode(
    texts: readonly (readonly Segment[])[],
    { bos, eos }: Omit<EncodeOptions, 'addedTokens'>,
  ): Encoding {
    const { bosId, eosId, frame } = this.#parts;
    for (const [name, wanted, id] of [
      ['bos', bos, bosId],
      ['eos', eos, eosId],
    ] as const) {
      if (!wanted || id !== undefined) continue;
      throw new TokenizerError(
        'invalid-option',
        `Expected a tokenizer with a token for ${name}: true, this one has none. Leave it out.`,
        { option: name },
      );
    }
    const kept = (list: readonly number[]): number[] =>
      list.filter((id) => (bos !== false || id !== bosId) && (eos !== false || id !== eosId));
    const ids = kept(frame.before);
    if (bos && !ids.includes(bosId!)) ids.unshift(bosId!);
    const runs = texts.map((segments, index) => {
      if (index > 0) ids.push(...kept(frame.between));
      return encodePieces(this.#parts, this.#cut(segments), ids);
    });
    const after = kept(frame.after);
    ids.push(...after);
    if (eos && !after.includes(eosId!)) ids.push(eosId!);
    return new LazyEncoding(
      ids,
      (id) => this.token(id) ?? '',
      () => this.#locate(ids, texts, runs),
    );
  }

  #locate(
    ids: readonly number[],
    texts: readonly (readonly Segment[])[],
    runs: readonly (readonly Run[])[],
  ): Range[] {
    const { rules, semantics } = this.#parts;
    const ranges: Range[] = [];
    const fill = (end: number): void => {
      const at = ranges.at(-1)?.[1] ?? 0;
      while (ranges.length < end) ranges.push([at, at]);
    };
    for (const [index, segments] of texts.entries()) {
      const text = segments
        .map((segment) => ('token' in segment ? segment.token.repeat(segment.count ?? 1) : segment.text))
        .join('');
      const align = aligned(text, semantics === 'slow' ? rules.normalForm : undefined);
      for (const run of runs[index]!) {
        fill(run.at);
        for (const [start, end] of locate(this.#parts, run, ids)) ranges.push(align(start, end));
      }
    }
    fill(ids.length);
    return ranges;
  }
}
