import { unreadable } from '../error.js';
import { pieceKind, Vocabulary } from '../model/vocabulary.js';
import { ProtobufReader } from './protobuf-reader.js';

/** What a SentencePiece `tokenizer.model` says. */
export interface SentencePieceFile {
  readonly vocabulary: Vocabulary;
  /** `[pieces]`, higher merges first. */
  readonly scores: Float32Array;
  /** Put a space in front of a text. */
  readonly dummyPrefix: boolean;
  /** Drop spaces at the ends and all but one of several. */
  readonly trims: boolean;
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
  const model = new ProtobufReader(file, bytes);
  const part = new ProtobufReader(file, bytes);
  let pieces = 0;
  while (model.next()) if (model.field === 1) pieces++;
  const vocabulary = new Vocabulary(false, pieces, bytes.length);
  const scores = new Float32Array(pieces);
  // By message and field; of a string or bytes the length counts.
  const said = new Map([
    ['3.3', 1],
    ['3.4', 1],
    ['3.5', 1],
    ['2.40', 0],
    ['2.41', 1],
    ['2.42', 2],
  ]);
  model.open(0, bytes.length);
  while (model.next()) {
    if (model.start < 0) continue;
    part.open(model.start, model.at);
    if (model.field === 1) readPiece();
    else while (part.next()) said.set(`${model.field}.${part.field}`, part.value);
  }
  if (said.get('2.3') !== 2)
    throw unreadable(
      file,
      'type',
      `expected a BPE model with pieces (2), got ${said.get('2.3')} and ${pieces}`,
    );
  if (said.get('3.2'))
    throw unreadable(file, 'normalizer', `expected identity, got a map of ${said.get('3.2')} bytes`);
  if (said.get('2.24') || !said.get('3.5'))
    throw unreadable(file, 'normalizer', 'expected spaces as ▁ in front of words');
  const id = (field: string): number => said.get(field) ?? -1;
  return {
    vocabulary,
    scores,
    dummyPrefix: said.get('3.3') === 1,
    trims: said.get('3.4') === 1,
    unk: id('2.40'),
    bos: id('2.41'),
    eos: id('2.42'),
    pad: id('2.43'),
  };

  function readPiece(): void {
    const id = vocabulary.count;
    let start = 0;
    let end = 0;
    let kind: number = pieceKind.normal;
    while (part.next()) {
      if (part.field === 1) [start, end] = [part.start, part.at];
      else if (part.field === 2) scores[id] = part.value;
      else if (part.field === 3) kind = part.value;
    }
    const twin = vocabulary.entries.find(bytes, start, end);
    if (end <= start || kind < 1 || kind > 6 || kind === pieceKind.unused || twin >= 0) {
      const problem = end <= start ? 'an empty one' : twin < 0 ? `kind ${kind}` : `the text of piece ${twin}`;
      throw unreadable(
        file,
        `piece ${id}`,
        `expected distinct pieces of kinds 1 to 4 and 6, got ${problem}`,
        { id },
      );
    }
    vocabulary.add(bytes, start, end, kind);
  }
}
