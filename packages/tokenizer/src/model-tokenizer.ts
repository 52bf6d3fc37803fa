import type { AddedTokens } from './added-tokens/added-tokens.js';
import { type DecodeTable, Decoding } from './decode/decoding.js';
import { TokenTexts } from './decode/token-texts.js';
import { alignNormalForm } from './encode/alignment.js';
import { Encoder, type Run } from './encode/encoder.js';
import { LazyEncoding } from './encode/lazy-encoding.js';
import { locate, type Range } from './encode/locate.js';
import { PieceCutter } from './encode/pieces.js';
import { TokenizerError } from './error.js';
import type { Model } from './model/model.js';
import { pieceKind, spaceMark } from './model/vocabulary.js';
import type { DecodeRules, EncodeRules, Frame } from './rules.js';
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
  readonly encode: EncodeRules;
  readonly decode: DecodeRules;
  readonly frame: Frame;
  /** Whether the frame has a begin or an end token against its own rule. */
  readonly bos: boolean | undefined;
  readonly eos: boolean | undefined;
  readonly added: AddedTokens;
  /** Ids that `skipSpecialTokens` leaves out. */
  readonly special: ReadonlySet<number>;
  /** See `DecodeTable`. */
  readonly inner: ReadonlySet<number>;
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
  readonly #cutter: PieceCutter;
  readonly #encoder: Encoder;
  readonly #table: DecodeTable;

  constructor(parts: TokenizerParts) {
    const { added, encode: rules, model, semantics, special } = parts;
    this.#parts = parts;
    this.semantics = semantics;
    this.addedTokens = added.list;
    this.bosId = parts.bosId;
    this.eosId = parts.eosId;
    this.padId = parts.padId;
    this.unknownId = parts.unknownId;
    const last = added.list[added.list.length - 1];
    this.vocabularySize = Math.max(model.vocabulary.count, last ? last.id + 1 : 0);
    const reserved = reservedIds(model, added);
    const defined = [...reserved].filter(([id]) => model.vocabulary.kind(id) === pieceKind.userDefined);
    this.reservedPieces = defined.map(([, spelling]) => spelling);
    this.#cutter = new PieceCutter({ added, semantics, reserved, prepare: (text) => this.#prepare(text) });
    this.#encoder = new Encoder({ model, rules, semantics, special });
    this.#table = {
      rules: parts.decode,
      texts: new TokenTexts(model.vocabulary),
      added,
      special,
      inner: parts.inner,
    };
  }

  encode(text: string, options: EncodeOptions = {}): Encoding {
    return this.encodeSegments([{ text, addedTokens: options.addedTokens }], options);
  }

  encodePair(first: string, second: string, options: EncodeOptions = {}): Encoding {
    const { before, between, after } = this.#frame(options);
    const ids = [...before];
    const parts = [first, second].map((text, index) => {
      if (index === 1) for (const id of between) ids.push(id);
      return this.#run([{ text, addedTokens: options.addedTokens }], ids);
    });
    for (const id of after) ids.push(id);
    return this.#encoding(ids, parts);
  }

  encodeBatch(texts: readonly string[], options: EncodeOptions = {}): Encoding[] {
    return texts.map((text) => this.encode(text, options));
  }

  encodeSegments(segments: readonly Segment[], options: Omit<EncodeOptions, 'addedTokens'> = {}): Encoding {
    const { before, after } = this.#frame(options);
    const ids = [...before];
    const part = this.#run(segments, ids);
    for (const id of after) ids.push(id);
    return this.#encoding(ids, [part]);
  }

  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const decoding = new Decoding(this.#table, options, true);
    let text = '';
    for (const id of ids) text += decoding.push(id);
    return text + decoding.end();
  }

  decodeBatch(rows: Iterable<Iterable<number>>, options: DecodeOptions = {}): string[] {
    return Array.from(rows, (ids) => this.decode(ids, options));
  }

  decodeStream(options: DecodeOptions = {}): DecodeStream {
    return new Decoding(this.#table, options, false);
  }

  tokenId(token: string): number | undefined {
    const added = this.#parts.added.byContent(token);
    if (added) return added.id;
    const id = this.#parts.model.vocabulary.find(token);
    return id < 0 || this.#parts.added.byId(id) ? undefined : id;
  }

  token(id: number): string | undefined {
    const added = this.#parts.added.byId(id);
    if (added) return added.content;
    const { vocabulary } = this.#parts.model;
    return Number.isInteger(id) && id >= 0 && id < vocabulary.count ? vocabulary.spelling(id) : undefined;
  }

  isSpecial(id: number): boolean {
    return this.#parts.special.has(id);
  }

  /** What the slow classes do to a whole text before they look for added tokens. */
  #prepare(text: string): string {
    const { encode: rules, semantics } = this.#parts;
    if (semantics === 'fast') return text;
    const marked = rules.prefix === 'whole' || rules.plainMarks ? text.replaceAll(spaceMark, ' ') : text;
    return rules.normalForm ? marked.normalize(rules.normalForm) : marked;
  }

  #frame(options: Omit<EncodeOptions, 'addedTokens'>): Frame {
    const { bosId, eosId, frame } = this.#parts;
    const { bos = this.#parts.bos, eos = this.#parts.eos } = options;
    const has = (id: number | undefined, list: readonly number[]): boolean =>
      id !== undefined && list.includes(id);
    const without = (
      id: number | undefined,
      wanted: boolean | undefined,
      list: readonly number[],
    ): readonly number[] => (wanted === false ? list.filter((other) => other !== id) : list);
    if (bos && bosId === undefined) throw noToken('begin', 'bos');
    if (eos && eosId === undefined) throw noToken('end', 'eos');
    let before = without(bosId, bos, frame.before);
    let after = without(eosId, eos, frame.after);
    if (bos && bosId !== undefined && !has(bosId, before)) before = [bosId, ...before];
    if (eos && eosId !== undefined && !has(eosId, after)) after = [...after, eosId];
    return { before, between: without(eosId, eos, without(bosId, bos, frame.between)), after };
  }

  /** Encodes behind what is in `ids`; gives the runs and the text they count in. */
  #run(segments: readonly Segment[], ids: number[]): Part {
    return { runs: this.#encoder.encode(this.#cutter.cut(segments), ids), segments };
  }

  #encoding(ids: readonly number[], parts: readonly Part[]): Encoding {
    return new LazyEncoding(
      ids,
      (id) => this.token(id) ?? '',
      () => this.#locate(ids, parts),
    );
  }

  #locate(ids: readonly number[], parts: readonly Part[]): Range[] {
    const { encode: rules, model, semantics } = this.#parts;
    const options = { vocabulary: model.vocabulary, rules, semantics, unknownId: model.unknownId };
    const ranges: Range[] = [];
    let end = 0;
    for (const { runs, segments } of parts) {
      const original = this.#original(segments);
      end = 0;
      for (const run of runs) {
        while (ranges.length < run.at) ranges.push([end, end]);
        for (const range of locate(run, ids, options)) ranges.push(original(range));
        end = ranges[ranges.length - 1]?.[1] ?? end;
      }
    }
    while (ranges.length < ids.length) ranges.push([end, end]);
    return ranges;
  }

  /** From places in the prepared text to places in the input, where preparing has changed it. */
  #original(segments: readonly Segment[]): (range: Range) => Range {
    const { encode: rules, semantics } = this.#parts;
    const texts = segments.map((segment) =>
      'token' in segment ? segment.token.repeat(segment.count ?? 1) : segment.text,
    );
    const text = texts.join('');
    const form = semantics === 'slow' ? rules.normalForm : undefined;
    if (!form || text.normalize(form) === text) return (range) => range;
    const { starts, ends } = alignNormalForm(text, form);
    return ([start, end]) => [
      starts[start] ?? text.length,
      end > start ? ends[end - 1]! : (starts[start] ?? text.length),
    ];
  }
}

interface Part {
  readonly runs: readonly Run[];
  readonly segments: readonly Segment[];
}

/**
 * Ids that plain text would reach although they are control tokens: pieces that an added token has taken over, and the
 * reserved ones of InternLM2 (`[UNUSED_TOKEN_145]` is `<|im_end|>`).
 */
function reservedIds(model: Model, added: AddedTokens): Map<number, string> {
  const reserved = new Map<number, string>();
  const { vocabulary } = model;
  for (const { id, special } of added.list) {
    if (special && id !== model.unknownId && id < vocabulary.count) reserved.set(id, vocabulary.spelling(id));
  }
  for (let id = 0; id < vocabulary.count; id++) {
    if (vocabulary.kind(id) !== pieceKind.userDefined) continue;
    const spelling = vocabulary.spelling(id);
    if (added.byId(id) || /^\[UNUSED_TOKEN_\d+\]$/.test(spelling)) reserved.set(id, spelling);
  }
  return reserved;
}

function noToken(name: string, option: string): TokenizerError {
  return new TokenizerError(
    'invalid-option',
    `Expected a tokenizer with a ${name}-of-sequence token for ${option}: true, this one has none. Leave the option out.`,
    { option },
  );
}
