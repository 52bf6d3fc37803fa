import { unreadable } from '../error.js';
import { makeVocabulary, type Vocabulary } from '../model/vocabulary.js';
import { idEntry, takeTable, unescaped } from './json-tables.js';

/** Takes the tokens by id out of a JSON text: the text without them, and a list with holes. */
export function takeTokens(file: string, text: string, open: RegExp): { tokens: string[]; rest: string } {
  const tokens: string[] = [];
  const rest = takeTable(file, text, open, idEntry, ([, key, value]) => {
    const token = unescaped(key);
    const id = Number(value);
    if (!isId(id) || tokens[id] !== undefined) throw unreadable(file, token, 'an id of its own', value);
    tokens[id] = token;
  });
  return { tokens, rest };
}

/** A vocabulary of tokens by id. Ids that no token has must be those of added tokens. */
export function vocabularyOf(
  file: string,
  tokens: readonly string[],
  byteLevel: boolean,
  addedIds: ReadonlySet<number>,
): Vocabulary {
  const vocabulary = makeVocabulary(byteLevel, tokens.length, 3 * tokens.join('').length);
  if (tokens.length === 0) throw unreadable(file, 'tokens', 'some');
  for (let id = 0; id < tokens.length; id++) {
    const token = tokens[id];
    const twin = vocabulary.addSpelling(token);
    if (twin !== id || (token === undefined && !addedIds.has(id)))
      throw unreadable(file, `id ${id}`, 'a token of its own', token);
  }
  return vocabulary;
}

/** Whether a value may be an id. */
export function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 22;
}
