import { addedToken, plainToken } from '../added-tokens/added-token.js';
import { AddedTokens } from '../added-tokens/added-tokens.js';
import { unreadable } from '../error.js';
import { idsOf, isJson, jsonOf, kindOf } from '../files/text-file.js';
import type { LoadOptions, TokenizerFiles } from '../load-options.js';
import type { Vocabulary } from '../model/vocabulary.js';
import type { AddedToken } from '../tokenizer-spec.js';
import type { TokenizerConfig } from './tokenizer-config.js';

const decoderPlace = 'added_tokens_decoder';

/** Added tokens out of `tokenizer_config.json`, which has their flags. */
export function fromDecoder({ decoder }: TokenizerConfig): AddedToken[] {
  const file = 'tokenizer_config.json';
  const tokens = Object.entries(decoder ?? {}).map(([id, value]) => {
    const place = `${decoderPlace} ${id}`;
    if (!isJson(value)) throw unreadable(file, place, `expected an object, got ${kindOf(value)}`);
    return addedToken(file, place, /^\d+$/.test(id) ? Number(id) : id, value);
  });
  return distinct(file, decoderPlace, tokens);
}

/** Added tokens out of `added_tokens.json`, which has ids alone. */
export function fromIds(files: TokenizerFiles, config: TokenizerConfig): AddedToken[] {
  const file = 'added_tokens.json';
  const bytes = files[file];
  if (!bytes) return [];
  const special = new Set([...Object.values(config.special), ...config.additional]);
  return idsOf(file, 'token', jsonOf(file, bytes)).map(([content, id]) => {
    if (content === '') throw unreadable(file, `id ${id}`, 'expected a token, got an empty text', { id });
    return plainToken(id, content, special.has(content) || !config.known);
  });
}

/** Throws where one content or one id is given twice. */
export function distinct(file: string, place: string, tokens: readonly AddedToken[]): AddedToken[] {
  const contents = new Set<string>();
  const ids = new Set<number>();
  for (const { content, id } of tokens) {
    if (contents.has(content) || ids.has(id)) {
      throw unreadable(file, place, `${JSON.stringify(content)} or its id ${id} is given twice`, {
        token: content,
        id,
      });
    }
    contents.add(content);
    ids.add(id);
  }
  return [...tokens];
}

/** The reference reads one of two lists; where they contradict each other the files do not belong together. */
export function checkAgreement(tokens: readonly AddedToken[], others: readonly AddedToken[]): void {
  const ids = new Map(tokens.map((token) => [token.content, token.id]));
  for (const { content, id } of others) {
    const here = ids.get(content);
    if (here === undefined || here === id) continue;
    throw unreadable(
      'added_tokens.json',
      `token ${JSON.stringify(content)}`,
      `id ${id} is ${here} in tokenizer_config.json`,
      { token: content, id, other: here },
    );
  }
}

/** All added tokens: those given, then special ones that are not among them, then what the caller adds. */
export function collectAdded(
  given: readonly AddedToken[],
  config: TokenizerConfig,
  vocabulary: Vocabulary,
  options: LoadOptions,
): AddedTokens {
  const tokens = [...given];
  const contents = new Set(tokens.map((token) => token.content));
  let next = tokens.reduce((end, token) => Math.max(end, token.id + 1), vocabulary.count);
  for (const content of [...Object.values(config.special), ...config.additional]) {
    if (contents.has(content)) continue;
    contents.add(content);
    const known = vocabulary.find(content);
    tokens.push(plainToken(known >= 0 ? known : next++, content, true));
  }
  for (const token of options.addedTokens ?? []) {
    tokens.push({
      ...plainToken(token.id, token.content, token.special ?? true),
      normalized: false,
      ...token,
    });
  }
  return new AddedTokens(tokens);
}
