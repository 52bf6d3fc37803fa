import { decoding } from './decode/decoding.js';
import { segmentCutter } from './encode/cut-segments.js';
import { encodePieces } from './encode/encode-pieces.js';
import { aligned, locate, type Range } from './encode/locate.js';
import { TokenizerError } from './error.js';
import { normal, oneByte } from './model/piece-kind.js';
import { spaceMark } from './model/vocabulary.js';
import type { TokenizerParts } from './tokenizer-parts.js';
import type { EncodeOptions, Encoding, Segment, Tokenizer } from './tokenizer-spec.js';

/** A tokenizer made of a model and the rules of a reference class. */
export function makeTokenizer(parts: TokenizerParts): Tokenizer {
  const { added, contents, frame, model, names, reserved, rules, slow, special } = parts;
  const { bosId, eosId } = names;
  const { vocabulary } = model;
  const slowForm = slow ? rules.normalForm : undefined;
  const cut = segmentCutter(parts, (text) => {
    const marked = rules.plainMarks ? text.replaceAll(spaceMark, ' ') : text;
    return slowForm ? marked.normalize(slowForm) : marked;
  });
  const addedTokens = [...added.values()].sort((a, b) => a.id - b.id);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const within = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < vocabulary.entries.count;
  /** Texts of the vocabulary's ids, worked out when they first come; null for bytes that have to be put together. */
  const texts: (string | null)[] = [];
  const textOf = (id: number): string | null | undefined => {
    const known = texts[id];
    if (known !== undefined || !within(id)) return known;
    let text: string | null = null;
    try {
      if (vocabulary.kind(id) !== oneByte) text = decoder.decode(vocabulary.text(id));
    } catch {
      // Part of a character.
    }
    texts[id] = text;
    return text;
  };
  const token = (id: number): string | undefined =>
    added.get(id)?.content ?? (within(id) ? vocabulary.spelling(id) : undefined);

  /** Encodes texts one behind the other, each given as segments. */
  const encodeAll = (sequences: readonly (readonly Segment[])[], { bos, eos }: EncodeOptions): Encoding => {
    if ((bos && bosId === undefined) || (eos && eosId === undefined)) {
      throw new TokenizerError(
        'invalid-option',
        'Expected a tokenizer with bos and eos tokens. Leave the option out.',
        { bosId, eosId },
      );
    }
    const kept = (list: readonly number[]): number[] =>
      list.filter((id) => (bos !== false || id !== bosId) && (eos !== false || id !== eosId));
    const ids = kept(frame.before);
    if (bos && !ids.includes(bosId!)) ids.unshift(bosId!);
    const runs = sequences.map((segments, index) => {
      if (index > 0) ids.push(...kept(frame.between));
      return encodePieces(parts, cut(segments), ids);
    });
    const after = kept(frame.after);
    if (eos && !after.includes(eosId!)) after.push(eosId!);
    ids.push(...after);
    const spell = lazy(() => ids.map((id) => token(id) ?? ''));
    const locateAll = lazy(() => {
      const ranges: Range[] = [];
      let end = 0;
      for (const [index, segments] of sequences.entries()) {
        const written = segments.map((segment) =>
          'token' in segment ? segment.token.repeat(segment.count ?? 1) : segment.text,
        );
        const align = aligned(written.join(''), slowForm);
        end = 0;
        for (const run of runs[index]!) {
          while (ranges.length < run.at) ranges.push([end, end]);
          for (const range of locate(parts, run, ids)) ranges.push(align(...range));
          end = ranges[ranges.length - 1]![1];
        }
      }
      while (ranges.length < ids.length) ranges.push([end, end]);
      return ranges;
    });
    return {
      ids,
      get tokens() {
        return spell();
      },
      get offsets() {
        return locateAll();
      },
    };
  };

  const tokenizer: Tokenizer = {
    semantics: slow ? 'slow' : 'fast',
    vocabularySize: Math.max(vocabulary.entries.count, 1 + (addedTokens[addedTokens.length - 1]?.id ?? -1)),
    addedTokens,
    reservedPieces: [...reserved].flatMap(([id, piece]) => (added.get(id)?.content === piece ? [] : piece)),
    ...names,
    encode: (text, options = {}) => encodeAll([[{ text, addedTokens: options.addedTokens }]], options),
    encodePair(first, second, options = {}) {
      const { addedTokens } = options;
      return encodeAll([[{ text: first, addedTokens }], [{ text: second, addedTokens }]], options);
    },
    encodeBatch: (list, options) => list.map((text) => tokenizer.encode(text, options)),
    encodeSegments: (segments, options = {}) => encodeAll([segments], options),
    decode(ids, options = {}) {
      const stream = decoding(parts, textOf, options, true);
      let text = '';
      for (const id of ids) text += stream.push(id);
      return text + stream.end();
    },
    decodeBatch: (rows, options) => Array.from(rows, (ids) => tokenizer.decode(ids, options)),
    decodeStream: (options = {}) => decoding(parts, textOf, options, false),
    tokenId(text) {
      const id = contents.get(text)?.id ?? vocabulary.find(text);
      return id < 0 || (added.get(id)?.content ?? text) !== text ? undefined : id;
    },
    token,
    tokenBytes: (id) =>
      within(id) && !added.has(id) && [normal, oneByte].includes(vocabulary.kind(id))
        ? vocabulary.text(id)
        : undefined,
    isSpecial: (id) => special.has(id),
  };
  return tokenizer;
}

/** A value worked out when it is first asked for. */
function lazy<T>(work: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => {
    value ??= { of: work() };
    return value.of;
  };
}
