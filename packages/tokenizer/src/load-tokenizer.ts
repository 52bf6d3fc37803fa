import { TokenizerError, unreadable } from './error.js';
import { readMerges } from './files/merges-file.js';
import { isJson, jsonOf, objectOf, parseJson, textOf } from './files/read-json.js';
import { readSentencePiece } from './files/sentencepiece-file.js';
import { readTokenizerJson } from './files/tokenizer-json.js';
import { takeTokens, vocabularyOf } from './files/vocabulary-of.js';
import { addedToken, distinct, plainToken } from './load/added-token.js';
import { byteSource } from './load/byte-source.js';
import type { ReadContext } from './load/context.js';
import { pieceSource } from './load/piece-source.js';
import type { Source } from './load/source.js';
import { specialTokens } from './load/special-tokens.js';
import type { LoadOptions, TokenizerFiles } from './load-options.js';
import { makeTokenizer } from './make-tokenizer.js';
import type { Split } from './model/byte-words.js';
import { userDefined } from './model/piece-kind.js';
import { makeVocabulary, type Vocabulary } from './model/vocabulary.js';
import { patternSplit } from './split/pattern-split.js';
import { qwen2Pattern } from './split/qwen2-pattern.js';
import type { AddedToken, Tokenizer } from './tokenizer-spec.js';

const configFile = 'tokenizer_config.json';
const mapFile = 'special_tokens_map.json';
const addedFile = 'added_tokens.json';
const kinds = ['tokenizer.model', 'merges.txt', 'tokenizer.json'];

/**
 * A tokenizer out of a checkpoint's files, as its reference code would load it.
 *
 * Which reference code that is: what `semantics` says; otherwise the fast classes where `tokenizer_config.json` names a class
 * ending in `Fast` or the native InternVL processor, or where `tokenizer.json` is the only vocabulary; otherwise, that is for every
 * checkpoint in the original layout, the slow ones.
 *
 * @throws `file-missing` when no vocabulary is among the files; `tokenizer-unreadable` for one that is damaged, of another kind,
 * or with a step this package does not know, with `file` and `place` in its facts.
 */
export function loadTokenizer(files: TokenizerFiles, options: LoadOptions = {}): Tokenizer {
  const config = { ...jsonOf(configFile, files[configFile]), ...options.config };
  const { added_tokens_decoder: table, tokenizer_class: fullName = '' } = config;
  const className = String(fullName).replace(/Fast$/, '');
  const flag = (key: string, otherwise: boolean): boolean =>
    typeof config[key] === 'boolean' ? config[key] : otherwise;
  const native = config.processor_class === 'InternVLProcessor' || fullName !== className;
  const fast = native || !(files['tokenizer.model'] || files['merges.txt'] || !files['tokenizer.json']);
  const slow = (options.semantics ?? (fast || 'slow')) === 'slow';

  // With added_tokens_decoder the reference reads special tokens and added tokens from the configuration alone.
  const decoder = Object.entries(isJson(table) ? table : {}).map(([id, token]) =>
    addedToken(configFile, Number(id), objectOf(configFile, `added token ${id}`, token)),
  );
  const map = decoder.length > 0 ? {} : jsonOf(mapFile, files[mapFile]);
  const pieces = /^(InternLM|Llama)/.test(className);
  const text = className === 'Qwen2Tokenizer' ? '<|endoftext|>' : undefined;
  const names = specialTokens(config, map, pieces ? ['<s>', '</s>', '<unk>'] : [undefined, text, text, text]);
  const named = [...names.named, ...names.additional];
  const known = Object.keys({ ...config, ...map }).length > 0;
  const byId = Object.entries(jsonOf(addedFile, files[addedFile])).map(([content, id]) =>
    addedToken(addedFile, id, { ...plainToken(0, content, !known || named.includes(content)) }),
  );
  for (const { content, id } of decoder.length > 0 ? byId : []) {
    const other = decoder.find((token) => token.content === content) ?? { id };
    if (other.id !== id)
      throw unreadable(addedFile, `added token ${content}`, `id ${other.id} of ${configFile}`, id);
  }
  const listed = decoder.length > 0 ? decoder : byId;

  const source = readSource({
    files,
    options,
    slow,
    className,
    flag,
    addedIds: new Set([...decoder, ...byId].map((token) => token.id)),
    split(file, patterns) {
      const one = (pattern: string): Split =>
        patternSplit(file, pattern === 'qwen2' ? qwen2Pattern : pattern);
      if (options.formats) return options.formats.split(patterns, one);
      const [only = '', more] = patterns;
      if (more === undefined && (only === 'qwen2' || /\W/.test(only))) return one(only);
      throw unreadable(file, 'split pattern', 'qwen2 or a pattern (or the option formats)', patterns);
    },
  });
  const { model } = source;
  const { vocabulary } = model;

  const added = new Map<number, AddedToken>();
  const contents = new Map<string, AddedToken>();
  const add = (token: AddedToken): void => {
    added.delete(contents.get(token.content)?.id ?? -1);
    contents.delete(added.get(token.id)?.content ?? '');
    added.set(token.id, token);
    contents.set(token.content, token);
  };
  // The fast classes take the file's own tokens and put the configuration's over them; the slow ones know one list.
  if (!slow || listed.length === 0) source.addedTokens?.forEach(add);
  distinct(decoder.length > 0 ? configFile : addedFile, listed).forEach(add);
  const idOf = (content = ''): number | undefined => {
    const id = contents.get(content)?.id ?? vocabulary.find(content);
    return id < 0 ? undefined : id;
  };
  for (const content of named) {
    const id =
      idOf(content) ?? Math.max(vocabulary.entries.count, ...[...added.keys()].map((key) => key + 1));
    if (!added.has(id)) add({ ...plainToken(id, content, true), normalized: false });
  }

  const special = new Set(named.map((content) => idOf(content)!));
  const additional = new Set(names.additional.map((content) => idOf(content)!));
  const inner = new Set([...special].filter((id) => !additional.has(id) || id < vocabulary.entries.count));
  // The slow classes go by the list of special tokens alone, where there is one.
  for (const token of added.values()) if (token.special && (!slow || !known)) special.add(token.id);

  const given = className === '' || (!slow && className !== 'LlamaTokenizer') ? source.frame : undefined;
  // A tokenizer.json alone does not name them; what its template puts around a sequence are they.
  const bosId = idOf(names.bos) ?? source.bosId ?? given?.before[0];
  const eosId = idOf(names.eos) ?? source.eosId ?? given?.after[0];
  const unknownId = idOf(names.unk) ?? source.unknownId;
  const reserved = new Map<number, string>();
  for (let id = 0; id < vocabulary.entries.count; id++) {
    const token = added.get(id);
    const defined = vocabulary.kind(id) === userDefined;
    if (!defined && (!token?.special || id === unknownId)) continue;
    const spelling = vocabulary.spelling(id);
    if (token || /^\[UNUSED_TOKEN_\d+\]$/.test(spelling)) reserved.set(id, spelling);
  }

  // What stands around a sequence: the file's own template, or what the class makes of add_bos_token and add_eos_token.
  const before = bosId !== undefined && flag('add_bos_token', pieces) ? [bosId] : [];
  const after = eosId !== undefined && flag('add_eos_token', false) ? [eosId] : [];
  const between = className === 'InternLM2Tokenizer' ? [] : [...after, ...before];
  return makeTokenizer({
    model,
    slow,
    // `PreTrainedTokenizerFast` alone cleans up unless told not to.
    rules: {
      ...source.rules,
      cleanUp: flag('clean_up_tokenization_spaces', className === 'PreTrainedTokenizer'),
    },
    frame: given ?? { before, between, after },
    added,
    contents,
    special,
    inner,
    reserved,
    names: { bosId, eosId, padId: idOf(names.pad) ?? source.padId, unknownId },
  });
}

function readSource(context: ReadContext): Source {
  const { files, options, slow } = context;
  const found = Object.keys(files);
  for (const file of [...(slow ? [] : ['tokenizer.json']), ...kinds, ...found]) {
    const bytes = files[file];
    const source = bytes && (options.formats?.read(file, bytes, context) ?? builtIn(file, bytes, context));
    if (source) return source;
  }
  throw new TokenizerError(
    'file-missing',
    `Expected one of ${kinds.join(', ')}, or another with formats, got ${found.join(', ') || 'none'}. Add it.`,
    { expected: kinds, found },
  );
}

function builtIn(file: string, bytes: Uint8Array, context: ReadContext): Source | undefined {
  if (file === 'tokenizer.json') return readTokenizerJson(file, bytes, context);
  if (file === 'tokenizer.model') return pieceSource(file, readSentencePiece(file, bytes), context);
  if (file !== 'merges.txt') return undefined;
  const tableFile = 'vocab.json';
  const table = context.files[tableFile];
  const text = textOf(file, bytes);
  let vocabulary: Vocabulary;
  if (table) {
    const { rest, tokens } = takeTokens(tableFile, textOf(tableFile, table), /^\s*\{/);
    parseJson(tableFile, rest);
    vocabulary = vocabularyOf(tableFile, tokens, true, context.addedIds);
  } else vocabulary = makeVocabulary(true, 256 + text.split('\n').length, 256 + bytes.length);
  const merges = readMerges(file, text, vocabulary);
  const named = context.options.split ?? 'qwen2';
  return byteSource(table ? tableFile : file, vocabulary, merges, named, false, context);
}
