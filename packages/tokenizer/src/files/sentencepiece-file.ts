import { unreadable } from '../error.js';
import { normal } from '../model/piece-kind.js';
import { makeVocabulary, type Vocabulary } from '../model/vocabulary.js';
import { protobufFields } from './protobuf-fields.js';

/** What a SentencePiece `tokenizer.model` says. */
export interface SentencePieceFile {
  readonly vocabulary: Vocabulary;
  /** `[pieces]`, higher merges first. */
  readonly scores: Float32Array;
  /** Put a space in front of a text. */
  readonly dummyPrefix: boolean;
  /** Ids; one outside the vocabulary for none. */
  readonly unk: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
}

/**
 * Reads the protobuf of SentencePiece (`sentencepiece_model.proto`): BPE models with the identity normaliser.
 *
 * @throws `tokenizer-unreadable` with file and byte or piece.
 */
export function readSentencePiece(file: string, bytes: Uint8Array): SentencePieceFile {
  if (bytes[0] !== 0x0a) throw unreadable(file, 'byte 0', 'a SentencePiece model', bytes[0]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = (from: number, to: number, each: Parameters<typeof protobufFields>[4]): void =>
    protobufFields(file, view, from, to, each);
  let pieces = 0;
  fields(0, bytes.length, (part) => {
    if (part === 1) pieces++;
  });
  const vocabulary = makeVocabulary(false, pieces, bytes.length);
  const scores = new Float32Array(pieces);
  // Settings by message and field, with their defaults; of a string or bytes the length counts.
  const said: Record<string, number> = {
    '3.3': 1,
    '3.4': 1,
    '3.5': 1,
    '2.40': 0,
    '2.41': 1,
    '2.42': 2,
    '2.43': -1,
  };
  fields(0, bytes.length, (part, _, from, to) => {
    const id = vocabulary.entries.count;
    let [start, end, kind]: number[] = [0, 0, normal];
    if (part > 3) return;
    fields(from, to, (field, value, valueStart, valueEnd) => {
      if (part > 1) said[`${part}.${field}`] = value;
      else if (field === 1) [start, end] = [valueStart, valueEnd];
      else if (field === 2) scores[id] = value;
      else if (field === 3) kind = value;
    });
    if (part > 1) return;
    if (start === end || ![1, 2, 3, 4, 6].includes(kind!))
      throw unreadable(file, `piece ${id}`, 'a text of a known kind', kind);
    const twin = vocabulary.add(bytes, start!, end!, kind);
    if (twin !== id) throw unreadable(file, `piece ${id}`, `another text than that of piece ${twin}`);
  });
  // Model type, size of a character map, spaces behind words, extra spaces removed, spaces escaped.
  const settings = ['2.3', '3.2', '2.24', '3.4', '3.5'].map((name) => said[name] ?? 0);
  if (settings.join() !== '2,0,0,0,1')
    throw unreadable(file, 'settings', 'BPE that keeps all spaces, with the identity normaliser', settings);
  return {
    vocabulary,
    scores,
    dummyPrefix: said['3.3'] === 1,
    unk: said['2.40']!,
    bos: said['2.41']!,
    eos: said['2.42']!,
    pad: said['2.43']!,
  };
}
