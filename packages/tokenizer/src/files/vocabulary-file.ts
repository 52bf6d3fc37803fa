import { unreadable } from '../error.js';
import { ByteVocabulary, byteOf, PieceVocabulary, pieceKind } from '../model/vocabulary.js';
import { idsOf } from './text-file.js';

/**
 * Tokens in order of their ids. Ids that no token has must be those of added tokens; anything else is a gap.
 *
 * @throws `tokenizer-unreadable` with file and the first missing id.
 */
function ordered(
  file: string,
  place: string,
  table: unknown,
  added: ReadonlySet<number>,
): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  let count = 0;
  for (const [token, id] of idsOf(file, place, table)) {
    if (id >= tokens.length) tokens.length = id + 1;
    tokens[id] = token;
    count++;
  }
  if (count === 0) throw unreadable(file, place, 'expected tokens, got none');
  if (count < tokens.length) {
    for (let id = 0; id < tokens.length; id++) {
      if (tokens[id] !== undefined || added.has(id)) continue;
      throw unreadable(file, place, `expected ids without a gap, got no token for id ${id}`, { missing: id });
    }
  }
  return tokens;
}

const nothing = new Uint8Array();

export function byteVocabulary(
  file: string,
  place: string,
  table: unknown,
  added: ReadonlySet<number>,
): ByteVocabulary {
  const tokens = ordered(file, place, table, added);
  const vocabulary = new ByteVocabulary(tokens.length);
  for (const token of tokens) {
    if (token === undefined) vocabulary.entries.add(nothing, 0, 0, false);
    else vocabulary.add(token);
  }
  return vocabulary;
}

export function pieceVocabulary(
  file: string,
  place: string,
  table: unknown,
  added: ReadonlySet<number>,
): PieceVocabulary {
  const tokens = ordered(file, place, table, added);
  const vocabulary = new PieceVocabulary(tokens.length);
  const encoder = new TextEncoder();
  for (const token of tokens) {
    const bytes = token === undefined ? nothing : encoder.encode(token);
    const byte = token !== undefined && byteOf(token) >= 0;
    vocabulary.add(bytes, 0, bytes.length, byte ? pieceKind.byte : pieceKind.normal);
  }
  return vocabulary;
}
