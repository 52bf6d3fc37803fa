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
import { pieceKind, Vocabulary } from './model/vocabulary.js';
import { ModelTokenizer } from './model-tokenizer.js';
import type { Frame } from './rules.js';
import { wordSplit } from './split/word-split.js';
import type { AddedToken, Tokenizer } from './tokenizer-spec.js';

const configFile = 'tokenizer_config.json';
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
  const config = jsonOf(configFile, files[configFile]);
  const native = config.processor_class === 'InternVLProcessor';
  const named = typeof config.tokenizer_class === 'string' ? config.tokenizer_class : '';
  const className = named.replace(/Fast$/, '');
  const flag = (key: string, otherwise: boolean): boolean =>
    typeof config[key] === 'boolean' ? config[key] : otherwise;
  const slowFiles = kinds.slice(0, 2).some((name) => files[name]);
  const fast = native || named.endsWith('Fast') || (!slowFiles && files['tokenizer.json'] !== undefined);
  const semantics = options.semantics ?? (fast ? 'fast' : 'slow');

  // With added_tokens_decoder the reference reads special tokens and added tokens from the configuration alone.
  const table = isJson(config.added_tokens_decoder) ? config.added_tokens_decoder : {};
  const decoder = distinct(
    configFile,
    Object.entries(table).map(([id, token]) =>
      addedToken(configFile, id, objectOf(configFile, `added token ${id}`, token)),
    ),
  );
  const mapFile = 'special_tokens_map.json';
  const names = specialTokens(className, config, decoder.length > 0 ? {} : jsonOf(mapFile, files[mapFile]));
  const contents = [...names.named, ...names.additional];
  const known = files[configFile] !== undefined || files[mapFile] !== undefined;
  const byId = distinct(
    addedFile,
    Object.entries(jsonOf(addedFile, files[addedFile])).map(([content, id]) =>
      addedToken(addedFile, id, { ...plainToken(0, content, !known || contents.includes(content)) }),
    ),
  );
  for (const { content, id } of byId) {
    const other = decoder.find((token) => token.content === content && token.id !== id);
    if (other)
      throw unreadable(
        addedFile,
        `added token ${content}`,
        `expected id ${other.id} of ${configFile}, got ${id}`,
        { token: content, id },
      );
  }
  const listed = decoder.length > 0 ? decoder : byId;

  const longS = semantics === 'slow';
  const source = readSource(
    files,
    {
      files,
      semantics,
      className,
      legacy: options.legacy ?? flag('legacy', true),
      addPrefixSpace: options.addPrefixSpace ?? flag('add_prefix_space', true),
      cacheSize: options.cacheSize ?? 65_536,
      addedIds: new Set([...decoder, ...byId].map((token) => token.id)),
      splitName: options.split,
      split: (file, pattern) => {
        if (pattern === 'qwen2' || pattern === words('\\p{N}')) return wordSplit(1, longS);
        if (pattern === 'llama3' || pattern === words('\\p{N}{1,3}')) return wordSplit(3, longS);
        if (options.formats) return options.formats.split(file, pattern);
        throw unreadable(
          file,
          'split pattern',
          `expected one of Qwen2 or Llama-3, or the option formats, got ${pattern}`,
          { unsupported: pattern },
        );
      },
    },
    options,
  );
  const { model } = source;
  const { vocabulary } = model;

  // The fast classes take the file's own tokens and put the configuration's over them; the slow ones know one list.
  const own = source.addedTokens ?? [];
  const added = new Map<number, AddedToken>();
  const add = (token: AddedToken): void => {
    for (const { content, id } of added.values()) if (content === token.content) added.delete(id);
    added.set(token.id, token);
  };
  for (const token of semantics === 'fast' || listed.length === 0 ? [...own, ...listed] : listed) add(token);
  const idOf = (content: string | undefined): number | undefined => {
    for (const token of added.values()) if (token.content === content) return token.id;
    const id = content === undefined ? -1 : vocabulary.find(content);
    return id < 0 ? undefined : id;
  };
  for (const content of contents) {
    const id = idOf(content) ?? Math.max(vocabulary.count, ...[...added.keys()].map((key) => key + 1));
    if (!added.has(id)) add({ ...plainToken(id, content, true) });
  }
  for (const token of options.addedTokens ?? [])
    add({ ...plainToken(token.id, token.content, true), ...token });

  const special = new Set(contents.map((content) => idOf(content)!));
  const additional = new Set(names.additional.map((content) => idOf(content)!));
  const inner = new Set([...special].filter((id) => !additional.has(id) || id < vocabulary.count));
  // The slow classes go by the list of special tokens alone, where there is one.
  if (semantics === 'fast' || !known)
    for (const token of added.values()) if (token.special) special.add(token.id);

  const bosId = idOf(names.bos) ?? source.bosId;
  const eosId = idOf(names.eos) ?? source.eosId;
  const unknownId = idOf(names.unk) ?? source.unknownId;
  const reserved = new Map<number, string>();
  for (let id = 0; id < vocabulary.count; id++) {
    const token = added.get(id);
    const defined = vocabulary.kind(id) === pieceKind.userDefined;
    if (!(token?.special && id !== unknownId) && !defined) continue;
    const spelling = vocabulary.spelling(id);
    if (token || /^\[UNUSED_TOKEN_\d+\]$/.test(spelling)) reserved.set(id, spelling);
  }

  // What stands around a sequence: the file's own template, or what the class makes of add_bos_token and add_eos_token.
  const pieces = /^(InternLM|Llama)/.test(className);
  const bos = flag('add_bos_token', pieces) && bosId !== undefined ? [bosId] : [];
  const eos = flag('add_eos_token', false) && eosId !== undefined ? [eosId] : [];
  const classFrame: Frame = {
    before: bos,
    between: className === 'InternLM2Tokenizer' ? [] : [...eos, ...bos],
    after: eos,
  };
  const frame =
    className === '' || (semantics === 'fast' && className !== 'LlamaTokenizer') ? source.frame : classFrame;
  return new ModelTokenizer({
    model,
    semantics,
    rules: {
      ...source.rules,
      // `PreTrainedTokenizerFast` alone cleans up unless told not to.
      cleanUp:
        options.cleanUpSpaces ?? flag('clean_up_tokenization_spaces', className === 'PreTrainedTokenizer'),
    },
    frame: frame ?? (className === '' ? { before: [], between: [], after: [] } : classFrame),
    added,
    special,
    inner,
    reserved,
    bosId,
    eosId,
    padId: idOf(names.pad) ?? source.padId,
    unknownId,
  });
}

const words = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

function readSource(files: TokenizerFiles, context: ReadContext, { formats }: LoadOptions): Source {
  const order = context.semantics === 'fast' ? ['tokenizer.json', ...kinds] : kinds;
  for (const file of [...order, ...Object.keys(files)]) {
    const bytes = files[file];
    const source = bytes && (formats?.read(file, bytes, context) ?? builtIn(file, bytes, context));
    if (source) return source;
  }
  const found = Object.keys(files);
  throw new TokenizerError(
    'file-missing',
    `Expected one of ${kinds.join(', ')}, or with the option formats *.tiktoken or *.gguf, got ${found.join(', ') || 'none'}. Add it.`,
    { expected: kinds, found },
  );
}

function builtIn(file: string, bytes: Uint8Array, context: ReadContext): Source | undefined {
  if (file === 'tokenizer.json') return readTokenizerJson(file, bytes, context);
  if (file === 'tokenizer.model') return pieceSource(file, readSentencePiece(file, bytes), context);
  if (file !== 'merges.txt') return undefined;
  const table = context.files['vocab.json'];
  const lines = textOf(file, bytes).split('\n');
  let vocabulary = new Vocabulary(true, lines.length + 256, bytes.length + 256);
  if (table) {
    const { rest, tokens } = takeTokens('vocab.json', textOf('vocab.json', table), /^\s*\{/);
    parseJson('vocab.json', rest);
    vocabulary = vocabularyOf('vocab.json', tokens, true, context.addedIds);
  }
  const merges = readMerges(file, lines, vocabulary);
  return byteSource(file, vocabulary, merges, context.splitName ?? 'qwen2', false, context);
}
