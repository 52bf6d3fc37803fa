import { unreadable } from '../error.js';
import { Vocabulary } from '../model/vocabulary.js';
import { takeIds } from './json-tables.js';

/** Takes the tokens by id out of a JSON text: the text without them, and a list with holes. */
export function takeTokens(file: string, text: string, open: RegExp): { tokens: string[]; rest: string } {
  const tokens: string[] = [];
  const rest = takeIds(file, text, open, (token, id) => {
    if (!(id >= 0 && id < 2 ** 22 && Number.isInteger(id)) || tokens[id] !== undefined) {
      throw unreadable(
        file,
        `token ${JSON.stringify(token)}`,
        `expected an id of its own, from 0 to 4194303, got ${id}`,
        { token, id },
      );
    }
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
  const vocabulary = new Vocabulary(
    byteLevel,
    tokens.length,
    3 * tokens.reduce((size, token) => size + token.length, 0),
  );
  if (tokens.length === 0) throw unreadable(file, 'tokens', 'expected tokens by id');
  for (let id = 0; id < tokens.length; id++) {
    const token = tokens[id];
    const twin = token === undefined ? -1 : vocabulary.find(token);
    if (twin >= 0 || (token === undefined && !addedIds.has(id))) {
      throw unreadable(
        file,
        `id ${id}`,
        `expected a token of its own, got ${twin < 0 ? 'none' : `that of ${twin}`}`,
        { id },
      );
    }
    vocabulary.addSpelling(token);
  }
  return vocabulary;
}
