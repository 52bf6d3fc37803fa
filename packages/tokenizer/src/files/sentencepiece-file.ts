import { unreadable } from '../error.js';
import { PieceVocabulary, pieceKind } from '../model/vocabulary.js';
import { type Field, protobufFields } from './protobuf.js';

/** What a SentencePiece `tokenizer.model` says. */
export interface SentencePieceFile {
  readonly vocabulary: PieceVocabulary;
  /** `[pieces]`, higher merges first. */
  readonly scores: Float32Array;
  readonly byteFallback: boolean;
  readonly addDummyPrefix: boolean;
  readonly removeExtraSpaces: boolean;
  readonly unknownId: number;
  /** -1 for none, as `eosId` and `padId`. */
  readonly bosId: number;
  readonly eosId: number;
  readonly padId: number;
}

/** A negative 32-bit number is written as a 64-bit one, of which a double keeps only the size. */
function signed(value: number): number {
  return value >= 2 ** 31 ? -1 : value;
}

/**
 * Reads the protobuf of SentencePiece (`sentencepiece_model.proto`): BPE models with the identity normaliser.
 *
 * @throws `tokenizer-unreadable` with file and byte or piece.
 */
export function readSentencePiece(file: string, bytes: Uint8Array): SentencePieceFile {
  const found: Field[] = [];
  let pieces = 0;
  for (const field of protobufFields(file, bytes)) {
    if (field.wire !== 2) continue;
    if (field.number <= 3) found.push(field);
    if (field.number === 1) pieces++;
  }
  if (pieces === 0)
    throw unreadable(file, 'pieces', 'expected a SentencePiece model, got none of its pieces');
  const vocabulary = new PieceVocabulary(pieces);
  const scores = new Float32Array(pieces);
  const settings: Record<string, number> = {
    modelType: 1,
    asSuffix: 0,
    byteFallback: 0,
    unknownId: 0,
    bosId: 1,
    eosId: 2,
    padId: -1,
    charsmap: 0,
    addDummyPrefix: 1,
    removeExtraSpaces: 1,
    escapeSpaces: 1,
  };
  for (const part of found) {
    if (part.number === 1) readPiece(file, bytes, part, vocabulary, scores);
    else {
      for (const field of protobufFields(file, bytes, part.start, part.end)) {
        const name = names[part.number]?.[field.number];
        if (name) settings[name] = signed(field.value);
      }
    }
  }
  const unsupported = (what: string, came: unknown): Error =>
    unreadable(file, 'settings', `expected ${what}, got ${came}`, { unsupported: what });
  if (settings.modelType !== 2) throw unsupported('a BPE model (type 2)', `type ${settings.modelType}`);
  if (settings.charsmap)
    throw unsupported('the identity normaliser', `a character map of ${settings.charsmap} bytes`);
  if (settings.asSuffix) throw unsupported('spaces as prefixes', 'treat_whitespace_as_suffix');
  if (!settings.escapeSpaces) throw unsupported('escaped spaces', 'escape_whitespaces = false');
  return {
    vocabulary,
    scores,
    byteFallback: settings.byteFallback === 1,
    addDummyPrefix: settings.addDummyPrefix === 1,
    removeExtraSpaces: settings.removeExtraSpaces === 1,
    unknownId: settings.unknownId!,
    bosId: settings.bosId!,
    eosId: settings.eosId!,
    padId: settings.padId!,
  };
}

/** Field numbers that matter: 2 is the trainer's message, 3 the normaliser's. Of a string or bytes the length is taken. */
const names: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  2: {
    3: 'modelType',
    24: 'asSuffix',
    35: 'byteFallback',
    40: 'unknownId',
    41: 'bosId',
    42: 'eosId',
    43: 'padId',
  },
  3: { 2: 'charsmap', 3: 'addDummyPrefix', 4: 'removeExtraSpaces', 5: 'escapeSpaces' },
};

function readPiece(
  file: string,
  bytes: Uint8Array,
  part: Field,
  vocabulary: PieceVocabulary,
  scores: Float32Array,
): void {
  let start = part.start;
  let end = part.start;
  let kind: number = pieceKind.normal;
  const id = vocabulary.count;
  for (const field of protobufFields(file, bytes, part.start, part.end)) {
    if (field.number === 1) ({ start, end } = field);
    else if (field.number === 2) scores[id] = field.value;
    else if (field.number === 3) kind = field.value;
  }
  if (start === end) throw unreadable(file, `piece ${id}`, 'expected a text, got an empty piece', { id });
  if (kind < 1 || kind > 6 || kind === pieceKind.unused) {
    throw unreadable(file, `piece ${id}`, `expected a kind of 1, 2, 3, 4 or 6, got ${kind}`, { id });
  }
  const twin = vocabulary.entries.find(bytes, start, end);
  if (twin >= 0)
    throw unreadable(file, `piece ${id}`, `expected distinct pieces, got the text of piece ${twin}`, {
      id,
      twin,
    });
  vocabulary.add(bytes, start, end, kind);
}
